from __future__ import annotations

from train.networks import GeneratorSpec, build_generator
from train.unet import UNetSpec, build_unet


def test_macs_are_pixels_times_kernels() -> None:
    import keras

    from train.cost import count_macs

    spec = GeneratorSpec(half_width=8, quarter_width=12, quarter_blocks=1, half_blocks=1)
    half, quarter = 24 * 32, 12 * 16
    stem, down, up = half * 25 * 3 * 8, quarter * 9 * 8 * 12, quarter * 12 * 4 * 8
    blocks = quarter * 2 * 9 * 12**2 + half * 2 * 9 * 8**2
    difference = half * 9 * 8 * 12
    assert count_macs(build_generator(spec, keras), (64, 48)) == stem + down + up + blocks + difference


def test_a_separable_block_costs_its_three_convolutions() -> None:
    import keras

    from train.cost import count_macs

    plain = GeneratorSpec(half_width=8, quarter_width=12, quarter_blocks=0, half_blocks=0)
    with_block = GeneratorSpec(
        half_width=8, quarter_width=12, quarter_blocks=1, half_blocks=0, block="separable", kernel=5
    )
    costs = [count_macs(build_generator(spec, keras), (64, 48)) for spec in (plain, with_block)]
    assert costs[1] - costs[0] == 12 * 16 * (12 * 24 + 25 * 24 + 24 * 12)


def test_a_transposed_convolution_counts_its_kernel_for_each_input_pixel() -> None:
    import keras

    from train.cost import count_macs

    unet = build_unet(UNetSpec(width=4, depth=2), keras)
    encoder = 8 * 8 * 16 * 3 * 4 + 4 * 4 * 16 * 4 * 8
    decoder = 4 * 4 * 16 * 8 * 4 + 8 * 8 * 16 * 8 * 3
    assert count_macs(unet, (16, 16)) == encoder + decoder
