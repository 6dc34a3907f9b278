from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from celcam.errors import ModelError
from celcam.model_card import read_card
from celcam.paths import MODELS
from convert.graph import Graph, layer_of, parse_graph, read_graph
from convert.graph_cost import count_weights, operator_costs, shape_at
from tests.convert.small_networks import depthwise, float32, int8, normed, transposed

COMIC = MODELS / "comic.tflite"
SHIPPED = sorted(MODELS.glob("*.tflite"))


@pytest.fixture(scope="module")
def comic() -> Graph:
    return read_graph(COMIC)


def test_a_file_is_read_in_the_order_in_which_it_runs(comic: Graph) -> None:
    kinds = [operator.kind for operator in comic.operators]
    assert (kinds[0], kinds[-1]) == ("QUANTIZE", "QUANTIZE")
    assert (kinds.count("CONV_2D"), kinds.count("DEPTH_TO_SPACE"), kinds.count("ADD")) == (8, 2, 3)
    assert comic.traced_hw == (256, 256)
    photo = comic.tensors[comic.inputs[0]]
    assert (photo.shape, photo.dtype, photo.zero_point) == ((1, 256, 256, 3), "uint8", (0,))
    assert photo.scale[0] == pytest.approx(1 / 255)
    assert len(photo.scale) == 1


def test_each_operator_has_the_name_of_its_layer(comic: Graph) -> None:
    layers = [layer_of(comic, operator) for operator in comic.operators]
    assert layers[:7] == ["photo", "stem", "down", "quarter0_a", "quarter0_b", "quarter0_add", "up"]
    assert layers[7:] == [
        "up_shuffle", "skip", "half0_a", "half0_b", "half0_add", "difference", "difference_shuffle",
        "difference_shuffle",
    ]  # fmt: skip


def test_layers_are_found_in_a_model_without_a_nested_model() -> None:
    graph = parse_graph(float32(transposed))
    assert [layer_of(graph, operator) for operator in graph.operators] == ["down", "up", "last"]
    graph = parse_graph(int8(normed))
    assert {layer_of(graph, operator) for operator in graph.operators} == {"photo", "first", "norm", "last"}


def test_constants_come_with_their_values(comic: Graph) -> None:
    stem = comic.operators[1]
    kernel, bias = comic.tensors[stem.inputs[1]], comic.tensors[stem.inputs[2]]
    assert kernel.constant is not None
    assert bias.constant is not None
    assert kernel.constant.shape == (20, 5, 5, 3)
    assert kernel.constant.dtype == np.int8
    assert bias.constant.shape == (20,)
    assert bias.constant.dtype == np.int32
    assert len(kernel.scale) == 20
    assert not comic.output_of(stem).is_constant
    assert (stem.activation, stem.options["strideH"]) == ("RELU6", 2)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_counts_equal_those_in_the_card(path: Path) -> None:
    card, graph = read_card(path), read_graph(path)
    assert card is not None
    assert count_weights(graph).parameters == card.parameters
    gmac = sum(cost.macs for cost in operator_costs(graph, (256, 256))) / 1e9
    assert gmac == pytest.approx(card.gmac_256, abs=5e-5)


def test_zeros_are_counted_among_the_weights(comic: Graph) -> None:
    kernels = [comic.tensors[each.inputs[place]] for each in comic.operators[1:] for place in (1, 2) if each.inputs[2:]]
    stored = [tensor.constant for tensor in kernels if tensor.constant is not None]
    assert 0 < count_weights(comic).zeros == sum(int((values == 0).sum()) for values in stored)
    assert count_weights(read_graph(MODELS / "comic-float32.tflite")).zeros == 0


def test_costs_grow_with_the_picture(comic: Graph) -> None:
    small, large = operator_costs(comic, (256, 256)), operator_costs(comic, (480, 640))
    factor = 480 * 640 / 256**2
    assert sum(cost.macs for cost in large) == pytest.approx(factor * sum(cost.macs for cost in small))
    quantize = large[0]
    assert (quantize.macs, quantize.bytes) == (0, 2 * 480 * 640 * 3)
    stem = comic.operators[1]
    assert shape_at(comic, comic.output_of(stem), (480, 640)) == (1, 240, 320, 20)
    assert shape_at(comic, comic.tensors[stem.inputs[1]], (480, 640)) == (20, 5, 5, 3)


def test_each_kind_of_convolution_is_counted_as_it_computes() -> None:
    graph = parse_graph(float32(transposed))
    macs = {cost.operator.kind: cost.macs for cost in operator_costs(graph)}
    assert macs["TRANSPOSE_CONV"] == 8 * 8 * 9 * 4 * 5
    assert macs["CONV_2D"] == 16 * 16 * 9 * 5 * 3
    assert count_weights(graph).parameters == (9 * 3 * 4 + 4) + (9 * 4 * 5 + 5) + (9 * 5 * 3 + 3)
    graph = parse_graph(int8(depthwise))
    macs = {cost.operator.kind: cost.macs for cost in operator_costs(graph)}
    assert macs["DEPTHWISE_CONV_2D"] == 16 * 16 * 9 * 3
    assert macs["CONV_2D"] == 8 * 8 * 3 * 6


def test_a_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    data = COMIC.read_bytes()
    for length in (40, 2000, 30_000, len(data) - 500):
        (tmp_path / "cut.tflite").write_bytes(data[:length])
        with pytest.raises(ModelError, match=r"cut\.tflite: damaged \(.+\); export the model again") as caught:
            read_graph(tmp_path / "cut.tflite")
        assert "\n" not in str(caught.value)


def test_a_missing_or_invalid_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be read"):
        read_graph(tmp_path / "none.tflite")
    (tmp_path / "text.tflite").write_text("some words, no model")
    with pytest.raises(ModelError, match="not a TFLite file"):
        read_graph(tmp_path / "text.tflite")
