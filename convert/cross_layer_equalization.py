"""Cross-layer equalization: channels are scaled so that each uses the range of its tensor; the picture is unchanged.

int8 rounds all channels of a tensor to the same steps, so a channel with small values gets few of them. A convolution
multiplies a channel by a factor, and the convolutions that read the channel divide by it (Nagel et al., "Data-Free
Quantization Through Weight Equalization and Bias Correction", 2019). Networks are functional tf_keras models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

# Layers that pass values on, channel by channel.
PASSING = ("ReLU", "DepthToSpace", "Add")


def channel_groups(generator: Any) -> list[list[str]]:
    """Groups of layers whose outputs must share the factors of their channels.

    The photo, the picture, and the tensors around any other layer than convolutions and `PASSING` are in no group. A
    tensor before depth-to-space holds the channels of its group four times.
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
    """Scale the outputs of each convolution, and divide by the same factors in the layers that read them; in place.

    Args:
        generator: the network.
        factors: for layers of `channel_groups`, one per channel of the output.
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
    """The number of channels that the layers of one group share."""
    return min(int(generator.get_layer(name).output.shape[-1]) for name in names)
