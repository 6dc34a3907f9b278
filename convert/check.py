"""Measures files on photos and judges them by the thresholds in their cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from celcam.errors import DataError
from celcam.paths import MODELS, SAMPLES
from celcam.styles import STYLES
from convert.gate import Verdict, judge
from convert.lineup import Variant, default_name, make_group, read_variant, runs_by_name, runs_in
from convert.measuring import measure_files
from convert.pairs import PairsFolder, draw_pairs, find_pairs_folder
from train.draw import load_drawing
from train.run_config import RunConfig


@dataclass(frozen=True)
class Checked:
    """A verdict, and what its reader must know."""

    verdict: Verdict
    mismatch: str  # one line; empty if the file was made from the weights of the run

    def lines(self) -> list[str]:
        """The result as text."""
        return [*self.verdict.lines(), *([f"  {self.mismatch}"] if self.mismatch else [])]


def check_files(
    files: Sequence[Path], run: Path | None, photos: Path = SAMPLES, *, jobs: int = 0, quiet: bool = False
) -> Iterator[Checked]:
    """Measure each file and compare its figures with the thresholds in its card.

    Args:
        files: model files with their cards.
        run: folder of the run that the files were made from; None: for each file the run next to it or in `MODELS`.
        photos: folder of photos; the style filter draws their targets now. If the pairs of a run were imported, no
            filter can, and the test split of the pairs is measured instead.
        jobs: worker processes; 0 for one per core.
        quiet: no progress bar.

    Raises:
        ModelError: a file is damaged or disagrees with its card.
        DataError: a file has no card, its card has no thresholds or unknown ones, or there is no run.
        MediaError: there are no photos, or one can't be read.
    """
    variants = [read_variant(file) for file in files]
    members: dict[tuple[Path, Path], list[Variant]] = {}  # by run and folder: two folders may hold files of one name
    for variant in variants:
        if not variant.card.gate:
            raise DataError(f"{variant.path}: its card has no thresholds; export the file again")
        members.setdefault((run or _find_run(variant), variant.path.parent), []).append(variant)
    with TemporaryDirectory() as scratch:

        def find_pairs(config: RunConfig) -> PairsFolder:
            if config.style not in STYLES:
                return find_pairs_folder(config, None, Path(scratch))
            folder = Path(scratch) / config.style
            if not folder.is_dir():
                draw_pairs(photos, config.style, folder)
            return PairsFolder(folder, photos)

        for (run_of_files, _), own in members.items():
            group = make_group(default_name(own[0]), run_of_files, own, find_pairs)
            measured = measure_files(
                load_drawing(run_of_files),
                group.files,
                group.pairs_folder.path,
                group.pairs,
                jobs=jobs,
                title=group.name,
                quiet=quiet,
            )
            for variant in group.variants:
                verdict = judge(variant.path, variant.card, measured)
                if verdict is not None:
                    yield Checked(verdict, group.mismatch(variant))


def _find_run(variant: Variant) -> Path:
    folder = variant.path.parent
    run = runs_by_name(runs_in(folder, MODELS)).get(default_name(variant))
    if run is None:
        raise DataError(f"{variant.path}: its run is not in {folder} or {MODELS}; name the run with --run")
    return run
