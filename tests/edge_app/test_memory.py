from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edge_app.memory import medians, project


def test_a_straight_line_is_projected() -> None:
    slope_mb, day_mb = project([5, 6, 7, 8], [100.0, 100.5, 101.0, 101.5], 24 * 60)
    assert slope_mb == pytest.approx(30)
    assert day_mb == pytest.approx(100 + 0.5 * (24 * 60 - 5))


def test_each_whole_minute_has_its_median(tmp_path: Path) -> None:
    stats = tmp_path / "stats.jsonl"
    values = [(1000.0 + second, 100.0 if second % 60 else 900.0) for second in range(125)]
    lines = [json.dumps({"time_s": time_s, "vitals": {"memory_mb": memory_mb}}) for time_s, memory_mb in values]
    stats.write_text("\n".join(lines))
    assert medians(stats) == [100.0, 100.0]
