"""The measurements of a report as plain data: all of them for the JSON file, the row of each file for its card."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from celcam.errors import DataError
from celcam.model_card import ModelCard, card_path, read_model, write_card
from convert.measuring import SHORT_SIDE
from convert.report.assess import Assessed, AssessedGroup, Assessment, Gap
from convert.report.machine import RUNTIME, made_on

# Digits in a card. Further digits differ from run to run.
CARD_DIGITS = 4


def as_json(assessment: Assessment) -> dict[str, Any]:
    """Every figure; null if it could not be measured."""
    described: dict[str, Any] = {
        "made_on": made_on(),
        "notes": list(assessment.notes),
        "clips": list(assessment.clips),
        "mobilenetv2_224_int8_by_threads": {count: asdict(found) for count, found in assessment.mobilenet.items()},
        "groups": [
            {
                "name": group.group.name,
                "style": group.group.style,
                "preset": group.group.preset,
                "pictures": len(group.group.pairs),
                "weights_sha256": group.group.weights_sha256,
                **group.group.pairs_folder.facts(),
                "float": group.float_name,
                "keras_to_target": _gap_as_json(group.keras_to_target),
                "photo_to_target": _gap_as_json(group.photo_to_target),
                "flicker_levels": {
                    clip: {name: asdict(value) for name, value in found.items()}
                    for clip, found in group.flicker.items()
                },
                "float_weights": [asdict(layer) for layer in group.weights],
                "files": [_file_as_json(group, file) for file in group.files],
            }
            for group in assessment.groups
        ],
    }
    return dict(_known(described))


def write_rows(assessment: Assessment) -> list[Path]:
    """Write the row of each file into its card. Everything else in the card stays.

    Returns:
        The cards.

    Raises:
        DataError: a file is not the one that was measured, or was not made from the weights of its run. No card is
            written then.
    """
    for group in assessment.groups:
        for message in filter(None, map(group.mismatch, group.files)):
            raise DataError(f"no card was written: {message}")
    described = made_on()
    rows = [
        (file.variant.path, _with_row(_card_now(file), group, file, assessment, described))
        for group in assessment.groups
        for file in group.files
    ]
    return [write_card(path, card) for path, card in rows]


def _file_as_json(group: AssessedGroup, file: Assessed) -> dict[str, Any]:
    verdict = file.verdict
    return {
        "name": file.variant.name,
        "recipe": file.variant.card.recipe,
        "sha256": file.variant.card.sha256,
        "bytes": file.bytes,
        "zipped_bytes": file.zipped_bytes,
        "parameters": file.parameters,
        "zero_weights": file.zero_weights,
        "macs_256": file.macs_256,
        "latency_256_by_threads": {count: asdict(timing) for count, timing in file.timings.items()},
        "start": asdict(file.start),
        "gaps": _gaps_as_json(file),
        "flicker_levels": {clip: asdict(value) for clip, value in file.flicker.items()},
        "gate": verdict and {"passed": verdict.passed, "found": verdict.found, "thresholds": verdict.gate},
        "mismatch": group.mismatch(file) or None,
        "worst_photos": [{"source": worst.source, "flip": worst.flip} for worst in file.worst],
        "layer_errors": [asdict(layer) for layer in file.layers],
        "weights": [asdict(layer) for layer in file.weights],
    }


def _gaps_as_json(file: Assessed) -> dict[str, dict[str, float | None] | None]:
    gaps = {"to_target": file.to_target, "to_float": file.to_float, "to_keras": file.to_keras}
    return {name: _gap_as_json(gap) if gap else None for name, gap in gaps.items()}


def _gap_as_json(gap: Gap) -> dict[str, float | None]:
    return gap.figures.as_json() | {"flicker_ratio": gap.flicker_ratio}


def _card_now(file: Assessed) -> ModelCard:
    """The card as it is now. A report takes minutes, and the file may have been exported again since it started."""
    path = file.variant.path
    _, card = read_model(path)
    if card is None or card.sha256 != file.variant.card.sha256:
        raise DataError(
            f"{card_path(path)}: not the card of the file that was measured (sha256 "
            f"{file.variant.card.sha256[:12]}...); no card was written; make the report again"
        )
    return card


def _with_row(
    card: ModelCard, group: AssessedGroup, file: Assessed, assessment: Assessment, machine: dict[str, Any]
) -> ModelCard:
    quality = {
        "pictures": len(group.group.pairs),
        **group.group.pairs_folder.facts(),
        "clips": list(assessment.clips),
        "float": group.float_name,
        **_gaps_as_json(file),
        "keras_to_target": _gap_as_json(group.keras_to_target),
        "photo_to_target": _gap_as_json(group.photo_to_target),
    }
    timings = file.timings.items()
    cost = {
        "zipped_bytes": file.zipped_bytes,
        "zero_share": file.zero_weights / file.parameters,
        "device": machine["cpu"],
        "cores": machine["cores"],
        "runtime": f"{RUNTIME} {machine['versions'][RUNTIME]}",
        "size": f"{SHORT_SIDE}x{SHORT_SIDE}",
        "time_by_threads": {
            str(count): {
                "over_float32": timing.over_float32,
                "over_mobilenetv2_224_int8": timing.over_mobilenetv2_224_int8,
            }
            for count, timing in timings
        },
        "start": asdict(file.start),
    }
    return dataclasses.replace(card, quality=_known(quality, CARD_DIGITS), cost=_known(cost, CARD_DIGITS))


def _known(value: Any, digits: int | None = None) -> Any:
    """``value`` with None instead of NaN and infinity, and with rounded floats if ``digits`` are given."""
    if isinstance(value, dict):
        return {key: _known(item, digits) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_known(item, digits) for item in value]
    if isinstance(value, float):
        return None if not math.isfinite(value) else value if digits is None else round(value, digits)
    return value
