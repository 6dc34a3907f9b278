"""Interpolates the weights of two runs, for example of a crisp and a calm one, without training.

Wortsman et al., "Robust fine-tuning of zero-shot models" (2022): if one run started from the other, the networks in
between are as good as both.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from celcam.errors import UsageError
from train.run_config import CONFIG_NAME, Blend, read_config, write_config
from train.run_folder import LOG_NAME, load_generator, save_generator


def blend(one: Path, other: Path, share: float, out: Path) -> Any:
    """Write the run between ``one`` and ``other`` to ``out``: weights, config, and the log of ``one``.

    Args:
        one: folder of a run.
        other: folder of a run of the same look and network, best one that started from ``one``.
        share: of ``other``'s weights, 0..1.
        out: a new folder.

    Returns:
        The generator.

    Raises:
        DataError: a folder is not a run.
        UsageError: the runs differ in look or network, or ``out`` holds a run.
    """
    config, its = read_config(one), read_config(other)
    networks = config.recipe.generator, its.recipe.generator
    for what, here, there in (("look", config.style, its.style), ("network", *networks)):
        if here != there:
            raise UsageError(f"{one} and {other}: expected runs of one {what}, got {here} and {there}")
    if (out / CONFIG_NAME).exists():
        raise UsageError(f"{out}: holds a run already; choose another --out")
    generator, far = load_generator(one, keras), load_generator(other, keras)
    pairs = zip(generator.get_weights(), far.get_weights(), strict=True)
    generator.set_weights([(1 - share) * near + share * distant for near, distant in pairs])
    write_config(out, replace(config, blend=Blend(str(one), str(other), share)))
    save_generator(out, generator)
    if (one / LOG_NAME).is_file():
        shutil.copy(one / LOG_NAME, out)
    return generator
