"""Which model files there are, and the run that each was made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from celcam.errors import DataError
from celcam.image_io import read_bytes
from celcam.manifest import Pair
from celcam.model_card import ModelCard, read_model, sha256
from celcam.paths import MODELS
from convert.gate import thresholds_in
from convert.pairs import PairsFolder
from convert.recipes import RECIPES, find_recipe
from train.run_config import CONFIG_NAME, RunConfig, read_config
from train.run_folder import WEIGHTS_NAME

FLOAT_RECIPE = "float32"
# Ends a message about a file that was not made from the weights of its run.
DO_NOT_COUNT = "figures that compare it with Keras do not count; export it again"

PairsFinder = Callable[[RunConfig], PairsFolder]


@dataclass(frozen=True)
class Variant:
    """A model file with its card."""

    path: Path
    card: ModelCard

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self.path.stem


@dataclass(frozen=True)
class Group:
    """The files that were made from one run, and the pairs that they are measured on."""

    name: str  # of the default file
    run: Path
    style: str
    preset: str
    weights_sha256: str
    variants: tuple[Variant, ...]  # in the order of `convert.recipes.RECIPES`
    pairs_folder: PairsFolder
    pairs: tuple[Pair, ...]

    @property
    def float_variant(self) -> Variant | None:
        """The float32 file, if there is one."""
        return next((variant for variant in self.variants if variant.card.recipe == FLOAT_RECIPE), None)

    @property
    def files(self) -> dict[str, Path]:
        """The paths of the files by name."""
        return {variant.name: variant.path for variant in self.variants}

    def mismatch(self, variant: Variant) -> str:
        """One line if the card names other weights than the run has; empty if they agree or the card names none."""
        made_from = variant.card.weights_sha256
        if made_from in ("", self.weights_sha256):
            return ""
        return (
            f"{variant.path}: made from weights {made_from[:12]}..., but {self.run / WEIGHTS_NAME} is "
            f"{self.weights_sha256[:12]}...; {DO_NOT_COUNT}"
        )


def read_variant(path: Path) -> Variant:
    """A model file with its card.

    Raises:
        DataError: the file has no card, or its card names an unknown recipe or threshold.
        ModelError: the file is damaged or disagrees with its card.
    """
    _, card = read_model(path)
    if card is None or card.recipe not in RECIPES:
        raise DataError(
            f"{path}: has no card with a known recipe; export the file again with 'python -m convert export'"
        )
    return Variant(path, replace(card, gate=thresholds_in(path, card)))


def model_name(config: RunConfig) -> str:
    """The name of the default file of a run: its style, and the preset if that is ``quality``."""
    return f"{config.style}-quality" if config.preset == "quality" else config.style


def default_name(variant: Variant) -> str:
    """The name of the default file of the same run."""
    return variant.name.removesuffix(find_recipe(variant.card.recipe).file_suffix)


def runs_by_name(runs: Iterable[Path]) -> dict[str, Path]:
    """Runs by the name of their default file; the first run of a name counts.

    Raises:
        DataError: a folder is not a run.
    """
    by_name: dict[str, Path] = {}
    for run in runs:
        by_name.setdefault(model_name(read_config(run)), run)
    return by_name


def runs_in(*folders: Path) -> Iterator[Path]:
    """The runs that are subfolders of ``folders``."""
    for folder in folders:
        yield from (config.parent for config in sorted(folder.glob(f"*/{CONFIG_NAME}")))


def make_group(
    name: str, run: Path, variants: Sequence[Variant], find_pairs: PairsFinder, most_pictures: int = 0
) -> Group:
    """The files of one run with the pairs that they are measured on.

    Raises:
        DataError: there are no pairs of the style, or the run has no weights.
    """
    config = read_config(run)
    folder = find_pairs(config)
    order = list(RECIPES)
    return Group(
        name,
        run,
        config.style,
        config.preset,
        sha256(read_bytes(run / WEIGHTS_NAME)),
        tuple(sorted(variants, key=lambda variant: order.index(variant.card.recipe))),
        folder,
        folder.pairs_to_measure(most_pictures),
    )


def find_groups(folder: Path, runs: Sequence[Path], find_pairs: PairsFinder, most_pictures: int = 0) -> list[Group]:
    """The model files in ``folder``, each with the run that it was made from.

    Args:
        folder: of the files and their cards.
        runs: folders of runs; only their files count. Empty: the runs in ``folder`` and in `MODELS`, for all files.
        find_pairs: finds the pairs of a run, see `convert.pairs.find_pairs_folder`.
        most_pictures: how many pairs at most, spread evenly; 0 for all.

    Raises:
        DataError: no file, a file without card or run, or no pairs of the style.
        ModelError: a file is damaged or disagrees with its card.
    """
    found = [read_variant(path) for path in sorted(folder.glob("*.tflite"))]
    if not found:
        raise DataError(
            f"{folder}: no .tflite file in it; make some with 'python -m convert export RUN --out {folder}'"
        )
    by_name = runs_by_name(runs or runs_in(folder, MODELS))
    members: dict[str, list[Variant]] = {}
    for variant in found:
        name = default_name(variant)
        if name in by_name:
            members.setdefault(name, []).append(variant)
        elif not runs:
            raise DataError(f"{variant.path}: its run is not in {folder} or {MODELS}; name the run with --run")
    if not members:
        raise DataError(f"{folder}: no file of {', '.join(map(str, runs))}; export one, or name its run with --run")
    return [make_group(name, by_name[name], variants, find_pairs, most_pictures) for name, variants in members.items()]
