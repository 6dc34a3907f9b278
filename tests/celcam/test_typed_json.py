from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from celcam.typed_json import build


@dataclass(frozen=True)
class Inner:
    count: int


@dataclass(frozen=True)
class Outer:
    name: str
    rate: float
    inner: Inner
    path: Path | None = None
    on: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


FIELDS: dict[str, Any] = {"name": "a", "rate": 1, "inner": {"count": 2}}


def test_an_object_becomes_a_dataclass_and_other_entries_are_ignored() -> None:
    built = build(Outer, FIELDS | {"path": "b/c", "on": True, "facts": {"x": 1}, "unknown": []})
    assert built == Outer("a", 1.0, Inner(2), Path("b/c"), True, {"x": 1})
    assert isinstance(built.rate, float)
    assert build(Outer, FIELDS | {"path": None}).path is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": 1}, "name is '1', expected str"),
        ({"rate": float("nan")}, "rate is 'nan', expected float"),
        ({"rate": True}, "rate is 'True', expected float"),
        ({"on": 1}, "on is '1', expected bool"),
        ({"path": 3}, "path is '3', expected Path or NoneType"),
        ({"inner": {"count": True}}, "inner.count is 'True', expected int"),
        ({"inner": {}}, "inner.count is missing"),
        ({"inner": []}, r"inner is '\[\]', expected Inner"),
    ],
    ids=str,
)
def test_an_error_names_the_field(changes: dict[str, Any], message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        build(Outer, FIELDS | changes)


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(TypeError, match="expected an object, got list"):
        build(Outer, [])
