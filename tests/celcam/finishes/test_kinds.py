"""Primitives as plain values: from JSON and TOML, and the mistakes that people make there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from celcam.errors import UsageError
from celcam.finishes.hatch import Hatch
from celcam.finishes.kinds import KINDS, from_values, to_values
from celcam.finishes.paper import Paper
from celcam.finishes.shipped import FINISHES


@pytest.mark.parametrize("name", FINISHES)
def test_primitives_survive_json(name: str) -> None:
    for primitive in FINISHES[name].primitives:
        assert from_values(json.loads(json.dumps(to_values(primitive)))) == primitive


def test_missing_knobs_keep_their_defaults() -> None:
    assert from_values({"kind": "paper", "grain": 0.02}) == Paper(grain=0.02)
    assert from_values({"kind": "hatch", "tone": {"red": 0.5}}).tone.local == Hatch().tone.local  # type: ignore[attr-defined]


def test_every_kind_says_what_it_is() -> None:
    assert all(kind.__doc__ for kind in KINDS.values())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": "papper"}, "unknown kind of finish 'papper'; did you mean paper"),
        ({}, "unknown kind of finish 'None'"),
        ({"kind": "paper", "grian": 1}, "unknown knob of finish paper 'grian'; did you mean grain"),
        ({"kind": "paper", "grain": "much"}, "finish paper: grain is 'much'; expected a number"),
        ({"kind": "paper", "seed": 1.5}, "finish paper: seed is 1.5; expected a whole number"),
        ({"kind": "paper", "seed": True}, "finish paper: seed is True; expected a whole number"),
        ({"kind": "paper", "tint": [1.0, 0.9]}, "finish paper: tint is [1.0, 0.9]; expected 3 values"),
        ({"kind": "paper", "size": 0}, "finish paper: size is 0.0; expected more than 0"),
        ({"kind": "hatch", "tone": 3}, "finish hatch: tone is 3; expected a table of knobs"),
        ({"kind": "hatch", "layers": 3}, "finish hatch: layers is 3; expected a list"),
        ({"kind": "hatch", "layers": [{"starts": 3}]}, "finish hatch: layers: missing 3 required"),
        ({"kind": "separation"}, "finish separation: no plates; expected one ink or more"),
        (
            {"kind": "tone-steps", "thresholds": [90, 30]},
            "finish tone-steps: steps: the thresholds [90.0, 30.0] do not rise",
        ),
        (
            {"kind": "tone-steps", "values": [1, 2]},
            "4 thresholds and 2 values; expected one more value than thresholds",
        ),
        (
            {"kind": "grade", "tones": [[0, 0]]},
            "finish grade: tones starts at [0.0]; expected two or more rising levels",
        ),
        ({"kind": "grid", "palette": []}, "finish grid: the palette is empty"),
    ],
)
def test_a_mistake_is_one_line_that_names_it(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as raised:
        from_values(values)
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
