"""Channels that may be scaled without changing the picture, so that each fills the tensor it is stored in.

int8 rounds all channels of a tensor to the same steps; a faint channel gets few of them. Cross-layer equalization
(Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", 2019): a convolution draws a
channel larger, and those that read it weigh it less. Networks are functional tf_keras models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

# Layers that hand on what they are given, channel by channel.
PASSING = ("ReLU", "DepthToSpace", "Add")


def channel_groups(generator: Any) -> list[list[str]]:
    """The layers whose outputs have their channels in common, in groups: those of one group are scaled alike.

    Left out are the photo, the picture, and what a layer sees that is no convolution and does not merely pass it on.
    A tensor before depth-to-space holds the channels of its group four times over.
    """
    parent = {layer.name: layer.name for layer in generator.layers}

    def root(name: str) -> str:
        return name if parent[name] == name else root(parent[name])

    bound = {generator.layers[0].name, generator.layers[-1].name}
    for layer in generator.layers[1:]:
        kind = type(layer).__name__
        if kind in PASSING:
            for name in inputs_of(layer):
                parent[root(name)] = root(layer.name)
        elif kind != "Conv2D":
            bound |= {layer.name, *inputs_of(layer)}
    fixed = {root(name) for name in bound}
    groups: dict[str, list[str]] = {}
    for layer in generator.layers:
        groups.setdefault(root(layer.name), []).append(layer.name)
    return [names for name, names in groups.items() if name not in fixed]


def scale_channels(generator: Any, factors: Mapping[str, Sequence[float]]) -> None:
    """Scale what each convolution draws, and undo it where it is read; in place.

    Args:
        generator: the network.
        factors: for layers of `channel_groups`, one a channel of the output.
    """
    for layer in generator.layers:
        if type(layer).__name__ == "Conv2D":
            (source,) = inputs_of(layer)
            kernel, *bias = layer.get_weights()
            drawn = np.asarray(factors.get(layer.name, 1.0))
            read = np.asarray(factors.get(source, 1.0))
            layer.set_weights([kernel / read[..., np.newaxis] * drawn, *(each * drawn for each in bias)])


def inputs_of(layer: Any) -> list[str]:
    """The layers that ``layer`` reads."""
    return [tensor.node.layer.name for tensor in tf.nest.flatten(layer.input)]


def width_of(generator: Any, names: Iterable[str]) -> int:
    """How many channels the layers of one group have in common."""
    return min(int(generator.get_layer(name).output.shape[-1]) for name in names)
