"""Named ways from a Keras generator to a TFLite file."""

from __future__ import annotations

from dataclasses import dataclass

from celcam.errors import UnknownNameError


@dataclass(frozen=True)
class Recipe:
    """How a file is made."""

    name: str
    quantizes: bool  # weights and activations to int8, bytes in and out
    file_suffix: str  # after the style's name; the default file of a style has none
    tensors: str  # for the card


RECIPES = {
    "float32": Recipe("float32", False, "-float32", "(1, H, W, 3) float32 RGB, 0..1; H and W multiples of 4"),
    "int8": Recipe(
        "int8", True, "", "(1, H, W, 3) uint8 RGB, 0..255, scale 1/255, zero point 0; H and W multiples of 4"
    ),
}


def find_recipe(name: str) -> Recipe:
    """The recipe called ``name``; raises UnknownNameError, which lists those that exist."""
    try:
        return RECIPES[name]
    except KeyError:
        raise UnknownNameError("recipe", name, RECIPES) from None
