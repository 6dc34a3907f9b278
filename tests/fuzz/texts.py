"""Texts in JSON and TOML with the right field names and values of all kinds, made by Hypothesis."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

DEEP = 3000
# Letters that mean something to a reader, or to a file system.
LETTERS = "aB9_- ./\\~:\"'{[,=#%\n\r\t\0\x7f\x85\u00e9\u2028\ud800\U0001f600"


def feed(names: Sequence[str], suffix: str, number: int, count: int, take: Callable[[bytes], None]) -> None:
    """Give ``count`` texts to ``take``.

    Args:
        names: of fields.
        suffix: ``.toml``, else JSON.
        number: the seed.
        count: of the texts.
        take: is called with each text.
    """

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_tables(names))
    def run(fields: dict[str, Any]) -> None:
        take((_toml(fields) if suffix == ".toml" else json.dumps(fields)).encode("utf-8", "surrogatepass"))

    run()


def _tables(names: Sequence[str]) -> st.SearchStrategy[dict[str, Any]]:
    text = st.text(st.sampled_from(LETTERS), max_size=12)
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        text,
        st.sampled_from(["", "\0", "\ud800", "~nobody/x", "1" * 5000, "0x0", "9999999x9999999", 10**400, [], {}]),
        st.sampled_from(["comic", "web", "null", "320x240", "synthetic:", "uint8", "train"]),
    )
    values = st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(names), text), inner)
        ),
        max_leaves=8,
    )
    deep = st.integers(1, DEEP).map(_nested)
    return st.dictionaries(st.one_of(st.sampled_from(names), text), st.one_of(values, deep), max_size=8)


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(min(depth, 500)):
        value = [value]
    return value


def _toml(value: Any) -> str:
    return "\n".join(f"{json.dumps(key)} = {_toml_value(each)}" for key, each in value.items())


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml_value(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    if value is None:
        return '""'
    return json.dumps(value).replace("Infinity", "inf").replace("NaN", "nan")
