"""Which model files a folder holds, and the run that each was made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import DataError
from celcam.manifest import MANIFEST_NAME, Pair, pairs_of
from celcam.model_card import ModelCard, read_model
from celcam.paths import MODELS
from convert.export import model_name, pairs_folder
from convert.recipes import RECIPES
from train.run_config import CONFIG_NAME, RunConfig, read_config

FLOAT_RECIPE = "float32"


@dataclass(frozen=True)
class Variant:
    """A model file with its card."""

    path: Path
    card: ModelCard

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem


@dataclass(frozen=True)
class Group:
    """The files that were made from one run, and the pairs they are measured on."""

    name: str  # that of the default file
    run: Path
    style: str
    preset: str
    variants: tuple[Variant, ...]  # in the order of `convert.recipes.RECIPES`
    pairs_folder: Path
    pairs: tuple[Pair, ...]  # of the test part

    @property
    def float_variant(self) -> Variant | None:
        """The float32 file, if there is one."""
        return next((variant for variant in self.variants if variant.card.recipe == FLOAT_RECIPE), None)


def find_groups(folder: Path, runs: Sequence[Path], pairs: Path | None, most_pictures: int) -> list[Group]:
    """The model files in ``folder``, each with the run that it was made from.

    Args:
        folder: of the files and their cards.
        runs: folders of runs; only their files count. Empty: those in ``folder`` and in `MODELS`, for all files.
        pairs: a folder of pairs, or one with such a folder for each style; None: those the runs were trained on.
        most_pictures: of the test part, spread evenly; 0 for all.

    Raises:
        DataError: no file, a file without card or run, or no pairs of the style.
        ModelError: a file that is damaged or disagrees with its card.
    """
    found = [Variant(path, _card_of(path)) for path in sorted(folder.glob("*.tflite"))]
    if not found:
        raise DataError(f"{folder}: no .tflite file; make some with 'python -m convert export RUN --out {folder}'")
    configs = {run: read_config(run) for run in (runs or _runs_in(folder, MODELS))}
    by_name: dict[str, Path] = {}
    for run, config in configs.items():
        by_name.setdefault(model_name(config), run)
    members: dict[str, list[Variant]] = {}
    for variant in found:
        name = _default_name(variant)
        if name in by_name:
            members.setdefault(name, []).append(variant)
        elif not runs:
            raise DataError(f"{variant.path}: no run of it in {folder} or {MODELS}; name the run with --run")
    if not members:
        raise DataError(f"{folder}: no file of {', '.join(map(str, runs))}; export one, or name its run with --run")
    return [
        _group(name, by_name[name], configs[by_name[name]], variants, pairs, most_pictures)
        for name, variants in members.items()
    ]


def _card_of(path: Path) -> ModelCard:
    _, card = read_model(path)
    if card is None or card.recipe not in RECIPES:
        raise DataError(f"{path}: has no card with a known recipe; make it again with 'python -m convert export'")
    return card


def _runs_in(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (config.parent for config in sorted(folder.glob(f"*/{CONFIG_NAME}")))


def _default_name(variant: Variant) -> str:
    """What the default file of the same run is called."""
    return variant.name.removesuffix(RECIPES[variant.card.recipe].file_suffix)


def _group(
    name: str, run: Path, config: RunConfig, variants: list[Variant], pairs: Path | None, most_pictures: int
) -> Group:
    style = config.style
    # `datasets build --style all` leaves a manifest of all looks beside the folders of each.
    own = pairs is not None and ((pairs / style / MANIFEST_NAME).exists() or not (pairs / MANIFEST_NAME).exists())
    folder = pairs / style if pairs is not None and own else pairs_folder(config, pairs)
    test_pairs = pairs_of(folder, "test")
    if test_pairs[0].style != style:
        raise DataError(f"{folder}: pairs of {test_pairs[0].style}, {run} draws {style}; name its own with --pairs")
    count = min(most_pictures or len(test_pairs), len(test_pairs))
    # Sorted by digest, which is as good as shuffled.
    chosen = tuple(test_pairs[number * len(test_pairs) // count] for number in range(count))
    order = list(RECIPES)
    variants = sorted(variants, key=lambda variant: order.index(variant.card.recipe))
    return Group(name, run, style, config.preset, tuple(variants), folder, chosen)
