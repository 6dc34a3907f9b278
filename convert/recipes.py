"""Named ways from a Keras generator to a TFLite file."""

from __future__ import annotations

from dataclasses import dataclass, field

from celcam.errors import UnknownNameError

BYTES = "(1, H, W, 3) uint8 RGB, 0..255, scale 1/255, zero point 0; H and W multiples of 4"
FLOATS = "(1, H, W, 3) float32 RGB, 0..1; H and W multiples of 4"
# What `python -m convert check` asks of a file: see `convert.gate`.
FAITHFUL = {"to_keras_psnr_db": 42.0, "to_keras_ssim": 0.99, "to_keras_flip": 0.03, "teacher_ssim_loss": 0.003}


@dataclass(frozen=True)
class Recipe:
    """How a file is made."""

    name: str
    summary: str
    file_suffix: str  # after the style's name; the default file of a style has none
    weights: str = "float32"  # or float16, int8: how the file holds them
    bytes_inside: bool = False  # int8 activations, bytes in and out
    sparsity: float = 0.0  # share of each kernel's weights that is pruned away
    quantization_aware: bool = False  # trained on while what passes between the layers is rounded
    gate: dict[str, float] = field(default_factory=dict)  # what a file of this recipe must reach

    @property
    def tensors(self) -> str:
        """Shape, dtype and range of input and output, for the card."""
        return BYTES if self.bytes_inside else FLOATS

    @property
    def fine_tunes(self) -> bool:
        """Whether training is part of it."""
        return self.quantization_aware or self.sparsity > 0


# Pruned as far as likeness to the teacher falls by less than 0.005 SSIM.
SPARSITY = 0.65
# The one that draws most like float, look by look, of those that run fast: see docs/results.md.
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
            summary="int8 weights, activations quantized as they come",
            file_suffix="-dynamic",
            weights="int8",
            gate={"to_keras_ssim": 0.98},
        ),
        Recipe(
            name="int8",
            summary="int8 throughout, fitted on photos without training",
            file_suffix="-int8",
            weights="int8",
            bytes_inside=True,
            gate={"to_keras_psnr_db": 42.0, "to_keras_ssim": 0.99, "to_keras_flip": 0.03, "teacher_ssim_loss": 0.005},
        ),
        Recipe(
            name="int8-qat",
            summary="int8 throughout, trained on while rounded",
            file_suffix="",
            weights="int8",
            bytes_inside=True,
            quantization_aware=True,
            gate=FAITHFUL,
        ),
        Recipe(
            name="pruned",
            summary="most weights are 0, the rest as trained",
            file_suffix="-pruned",
            sparsity=SPARSITY,
            gate={"teacher_ssim_loss": 0.005},
        ),
        Recipe(
            name="pruned-int8",
            summary="most weights are 0, the rest int8 throughout",
            file_suffix="-pruned-int8",
            weights="int8",
            bytes_inside=True,
            sparsity=SPARSITY,
            quantization_aware=True,
            gate={"teacher_ssim_loss": 0.005},
        ),
    )
}


def find_recipe(name: str) -> Recipe:
    """The recipe called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return RECIPES[name]
    except KeyError:
        raise UnknownNameError("recipe", name, RECIPES) from None
