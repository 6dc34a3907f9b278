from __future__ import annotations

import pytest

from edge_app.sources.stamps import captured_at


@pytest.mark.parametrize(
    ("stamps_s", "expected_s"),
    [
        ([99.9], 99.9),
        ([99.9, 99.5], 99.9),  # the likeliest first
        ([5.0, 99.5], 99.5),  # of another clock
        ([101.0], 100.0),  # after it arrived: can't be
        ([0.0], 100.0),  # none
        ([], 100.0),
    ],
)
def test_a_plausible_timestamp_is_used(stamps_s: list[float], expected_s: float) -> None:
    assert captured_at(stamps_s, 100.0) == expected_s
