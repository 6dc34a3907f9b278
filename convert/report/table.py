"""``compare``: the figures of a report for the files of one run, as a text table and a picture grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from celcam.image_io import write_image
from celcam.sheet import contact_sheet
from convert.lineup import find_groups
from convert.measuring import SHORT_SIDE
from convert.mobilenet import MOBILENET
from convert.pairs import find_pairs_folder
from convert.report.assess import AssessedGroup, Assessment, Gap, assess
from convert.report.flicker import KERAS
from convert.report.scenes import Gallery
from convert.report.speed import TIMED_RUNS

GRID_ROWS = 8


@dataclass(frozen=True)
class Comparison:
    """The table, the picture grid, and what a reader must know."""

    table: str
    grid: Path
    notes: tuple[str, ...]


def compare_models(
    run: Path, models: Path, grid: Path, *, pairs: Path | None, threads: int, quiet: bool = False
) -> Comparison:
    """Measure every file of ``run`` in ``models`` as ``report`` does, and write the picture grid.

    Args:
        run: folder of the run that the files were made from.
        models: folder of the files and their cards.
        grid: a picture file.
        pairs: as for `convert.report.page.write_report`.
        threads: CPU threads for the timing.
        quiet: no progress bars.

    Raises:
        DataError: there is no such file, or there are no pairs.
        ModelError: a file is damaged or disagrees with its card.
        MediaError: a picture can't be read.
    """
    with TemporaryDirectory() as scratch:
        find_pairs = partial(find_pairs_folder, named=pairs, scratch=Path(scratch))
        assessment = assess(find_groups(models, [run], find_pairs), [], threads=[threads], jobs=0, quiet=quiet)
        _draw_grid(assessment.groups[0], grid)
    return Comparison("\n".join(table_lines(assessment, threads)), grid, assessment.notes)


def table_lines(assessment: Assessment, threads: int) -> Iterator[str]:
    """The figures of the only group as text, with the time on ``threads`` threads."""
    (group,) = assessment.groups
    yield (
        f"{len(group.group.pairs)} pictures; time of one picture of {SHORT_SIDE}x{SHORT_SIDE} on {threads} thread(s), "
        f"median of {TIMED_RUNS} in turn"
    )
    yield f"{'':18}{'kB':>8}{'zip kB':>8}{'ms':>8}{'/ MobileNetV2':>15}{'to target':>19}{'to Keras float':>19}"
    yield f"{'':57}" + 2 * f"{'dB':>11}{'SSIM':>8}"
    for file in group.files:
        timing = file.timings[threads]
        yield (
            f"{file.variant.name:18}{file.bytes / 1000:8.1f}{file.zipped_bytes / 1000:8.1f}"
            f"{timing.median_ms:8.2f}{timing.over_mobilenetv2_224_int8:15.2f}"
            f"{_figures(file.to_target)}{_figures(file.to_keras)}"
        )
    yield f"{KERAS:57}{_figures(group.keras_to_target)}"
    yield f"{'photo, unchanged':57}{_figures(group.photo_to_target)}"
    yield f"{MOBILENET:34}{assessment.mobilenet[threads].median_ms:8.2f}{1:15.2f}"


def _figures(gap: Gap) -> str:
    return f"{gap.figures.psnr_db:11.2f}{gap.figures.ssim:8.4f}"


def _draw_grid(group: AssessedGroup, grid: Path) -> None:
    """Photo, target, Keras float and each file, for some of the photos."""
    gallery = Gallery(group)
    rows = [
        [gallery.picture(number, name) for name in gallery.names]
        for number in range(min(GRID_ROWS, len(group.group.pairs)))
    ]
    write_image(grid, contact_sheet(rows, height=256, titles=gallery.names))
