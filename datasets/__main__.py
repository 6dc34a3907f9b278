"""``python -m datasets``: build pairs from photos, download photos, inspect the pairs."""

from __future__ import annotations

from celcam.startup import check_python

check_python()

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from celcam.cli import Command, run_commands
from datasets.options import (
    SUFFIXES,
    BenchConfig,
    BuildConfig,
    CountVotesConfig,
    FetchConfig,
    ImportConfig,
    JudgeConfig,
    PreviewConfig,
    ReportConfig,
)


def build(config: BuildConfig) -> int:
    """Draw the photos and write pairs and manifest."""
    from datasets.build import build_pairs, resolve_styles
    from datasets.pair import Plan

    plan = Plan(
        config.out,
        resolve_styles(config.style),
        config.short_sides(),
        SUFFIXES[config.format],
        config.max_megapixels,
    )
    result = build_pairs(
        config.photos, plan, jobs=config.jobs, scheduler=config.scheduler, frame_interval_s=config.every
    )
    print(result.summary())
    return 0


def import_(config: ImportConfig) -> int:
    """Check and scale pairs that others drew, and write their manifest."""
    from celcam.errors import UsageError
    from celcam.styles import STYLES
    from datasets.importing import import_pairs
    from datasets.own_pairs import find_side_by_side, match_folders, read_list
    from datasets.pair import Plan

    if config.style in STYLES:
        raise UsageError(
            f"--style {config.style}: a style filter has this name; choose another, such as my-{config.style}"
        )
    out = Path(os.path.abspath(config.out))  # noqa: PTH100  # resolves '..', keeps symlinks
    if config.photos is not None and config.targets is not None:
        found = match_folders(config.photos, config.targets, out)
    elif config.csv is not None:
        found = read_list(config.csv)
    elif config.side_by_side is not None:
        found = find_side_by_side(config.side_by_side, config.photo_side, out)
    plan = Plan(out, (config.style,), (config.size,), SUFFIXES[config.format], config.max_megapixels)
    print(import_pairs(found, plan, jobs=config.jobs, align=not config.unaligned).summary())
    return 0


def preview(config: PreviewConfig) -> int:
    """Draw one photo and write it next to its cartoon."""
    import numpy as np

    from celcam.image_io import write_image
    from celcam.media.photos import read_image
    from celcam.pixels import to_short_side
    from celcam.styles import find_style, stroke_scale

    style = find_style(config.style)
    full = read_image(config.photo)
    photo = to_short_side(full, config.size)
    write_image(config.out, np.hstack([photo, style.draw(photo, stroke_scale(photo))]))
    print(config.out)
    return 0


def fetch(config: FetchConfig) -> int:
    """Download a public set of photos, or list the known sets."""
    from datasets.fetch import fetch_set
    from datasets.public_sets import PUBLIC_SETS, describe, find_set

    if config.name is None:
        print("\n".join(describe(public_set) for public_set in PUBLIC_SETS))
        return 0
    archive = fetch_set(find_set(config.name), config.out, timeout_s=config.timeout, tries=config.tries)
    print(f"downloaded {archive}; next: python -m datasets build --photos {archive} --out pairs")
    return 0


def report(config: ReportConfig) -> int:
    """Write the HTML report of a folder of pairs."""
    from datasets.report import write_report

    print(write_report(config.pairs, config.out or config.pairs / "report.html", rows=config.rows))
    return 0


def bench(config: BenchConfig) -> int:
    """Measure pairs per second for each style and size."""
    from datasets.bench import measure_all
    from datasets.build import resolve_styles

    styles, sizes = resolve_styles(config.style), config.short_sides()
    for line in measure_all(config.photos, styles, sizes, pairs=config.pairs, jobs=config.jobs):
        print(line, flush=True)
    return 0


def judge(config: JudgeConfig) -> int:
    """Write the sheets, the form and the key of a blind test."""
    from datasets.judge import FORM_NAME, KEY_NAME, write_test

    sheets = write_test(
        config.a,
        config.b,
        config.out,
        photos=config.photos,
        height=config.height,
        per_sheet=config.per_sheet,
        seed=config.seed,
    )
    form = config.out / FORM_NAME
    print(f"sheets: {sheets[0]}" + (f" to {sheets[-1].name}" if len(sheets) > 1 else ""))
    print(f"vote in {form}, leave {KEY_NAME} closed; next: python -m datasets count-votes {form}")
    return 0


def count_votes(config: CountVotesConfig) -> int:
    """Print the result of a blind test."""
    from datasets.judge import KEY_NAME
    from datasets.votes import count_votes, read_group

    groups = dict(map(read_group, config.group))
    print(count_votes(config.form, config.key or config.form.with_name(KEY_NAME), groups).report())
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    commands = [
        Command("build", BuildConfig, build, "turn photos into pairs and a manifest"),
        Command("import", ImportConfig, import_, "turn pairs that others drew into pairs and a manifest"),
        Command("preview", PreviewConfig, preview, "draw one photo, next to the original"),
        Command("fetch", FetchConfig, fetch, "download a public set of photos, or list the sets"),
        Command("report", ReportConfig, report, "write an HTML report: counts, statistics, rejected photos, examples"),
        Command("bench", BenchConfig, bench, "measure pairs per second for each style and size"),
        Command("judge", JudgeConfig, judge, "prepare a blind test of two folders of pictures: sheets, form and key"),
        Command("count-votes", CountVotesConfig, count_votes, "count the votes of a blind test"),
    ]
    return run_commands(
        "python -m datasets", "Make training pairs of photo and cartoon; compare pictures blind.", commands, argv
    )


if __name__ == "__main__":
    sys.exit(main())
