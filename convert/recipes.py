"""Recipes: named ways to convert a Keras generator to a TFLite file."""

from __future__ import annotations

from dataclasses import dataclass, field

from celcam.errors import UnknownNameError

BYTES = "(1, H, W, 3) uint8 RGB, 0..255, scale 1/255, zero point 0; H and W multiples of 4"
FLOATS = "(1, H, W, 3) float32 RGB, 0..1; H and W multiples of 4"
# Thresholds for `python -m convert check`, see `convert.gate`.
FAITHFUL = {
    "to_keras_psnr_db": 42.0,
    "to_keras_ssim": 0.99,
    "to_keras_flip": 0.03,
    "target_ssim_loss": 0.003,
    "to_keras_steepness": 0.98,
    "target_swd_fine": 1.1,
}


@dataclass(frozen=True)
class Recipe:
    """How a file is made."""

    name: str
    summary: str
    file_suffix: str  # after the name of the style; empty for the default file
    weights: str = "float32"  # or float16, int8: how the file stores them
    bytes_inside: bool = False  # int8 activations; bytes in and out
    sparsity: float = 0.0  # share of the weights that pruning sets to 0
    quantization_aware: bool = False  # fine-tuned with rounded activations
    made_from: str = ""  # the recipe whose file is rewritten; empty if the file is made from the network
    gate: dict[str, float] = field(default_factory=dict)  # thresholds for the files of this recipe

    @property
    def tensors(self) -> str:
        """Shape, dtype and range of input and output, for the card; a rewritten file has one size only."""
        return BYTES if self.bytes_inside else FLOATS

    @property
    def fine_tunes(self) -> bool:
        """Whether fine-tuning is part of the recipe."""
        return self.quantization_aware or self.sparsity > 0


# With more zeros, SSIM to the target falls by more than 0.005.
SPARSITY = 0.65
# Of the fast files, the one that is most similar to the target: see docs/notebook/compression.md.
DEFAULT_RECIPE = "int8-qat"
RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe("float32", "as trained", "-float32", gate={"to_keras_psnr_db": 80.0}),
        Recipe(
            name="float16",
            summary="half-precision weights, for GPUs",
            file_suffix="-float16",
            weights="float16",
            gate={"to_keras_psnr_db": 60.0},
        ),
        Recipe(
            name="dynamic",
            summary="int8 weights, activations quantized at run time",
            file_suffix="-dynamic",
            weights="int8",
            gate={"to_keras_ssim": 0.98},
        ),
        Recipe(
            name="int8",
            summary="int8 throughout, calibrated on photos without fine-tuning",
            file_suffix="-int8",
            weights="int8",
            bytes_inside=True,
            gate=FAITHFUL | {"target_ssim_loss": 0.005},
        ),
        Recipe(
            name="int8-qat",
            summary="int8 throughout, fine-tuned with rounded activations",
            file_suffix="",
            weights="int8",
            bytes_inside=True,
            quantization_aware=True,
            gate=FAITHFUL,
        ),
        Recipe(
            name="int8-npu",
            summary="int8 throughout, for NPUs: one size, and no depth_to_space",
            file_suffix="-npu",
            weights="int8",
            bytes_inside=True,
            quantization_aware=True,
            made_from="int8-qat",
            gate=FAITHFUL,
        ),
        Recipe(
            name="pruned",
            summary="most weights are 0, the rest as trained",
            file_suffix="-pruned",
            sparsity=SPARSITY,
            gate={"target_ssim_loss": 0.005},
        ),
        Recipe(
            name="pruned-int8",
            summary="most weights are 0, the rest int8 throughout",
            file_suffix="-pruned-int8",
            weights="int8",
            bytes_inside=True,
            sparsity=SPARSITY,
            quantization_aware=True,
            gate={"target_ssim_loss": 0.005},
        ),
    )
}


def find_recipe(name: str) -> Recipe:
    """The recipe called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return RECIPES[name]
    except KeyError:
        raise UnknownNameError("recipe", name, RECIPES) from None
