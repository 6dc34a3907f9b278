from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from celcam.errors import DataError
from celcam.media.photos import read_image
from train.run_config import read_config, write_config
from train.unet import UNET256


def measured(ssim: float) -> dict[str, Any]:
    return {"gmac_256": 0.3, "parameters": 50_000, "to_target": {"psnr_db": 26.0, "ssim": ssim, "edge_f1": 0.9}}


def test_no_other_point_is_better_in_both_than_one_on_the_front() -> None:
    from convert.pareto import pareto_front

    points = {"dear": (3.0, 0.95), "cheap": (1.0, 0.8), "beaten": (2.0, 0.8), "twin": (1.0, 0.79), "middle": (2.0, 0.9)}
    assert pareto_front(points) == ["cheap", "middle", "dear"]


def test_the_table_is_sorted_by_time_and_stars_the_front() -> None:
    from convert.pareto import cost_table

    lines = cost_table({"a": measured(0.9), "b": measured(0.8), "c": measured(0.7)}, {"a": 1.5, "b": 1.0, "c": 1.2})
    assert [line.split()[0] for line in lines.splitlines()[1:]] == ["b", "c", "a"]
    assert [line.endswith("*") for line in lines.splitlines()[1:]] == [True, False, True]


def test_the_plot_is_a_picture(tmp_path: Path) -> None:
    from convert.pareto import draw_pareto

    draw_pareto({"a": measured(0.9), "b": measured(0.8)}, {"a": 1.5, "b": 1.0}, tmp_path / "new" / "plot.png")
    assert read_image(tmp_path / "new" / "plot.png").shape[1] > 800


@pytest.mark.slow
def test_a_network_is_timed_in_turn_with_mobilenet(smoke_run: Path) -> None:
    from convert.pareto import measure_int8_cost

    cost = measure_int8_cost([smoke_run], threads=1)
    assert list(cost) == [smoke_run.name]
    assert 0 < cost[smoke_run.name] < 5


@pytest.mark.slow
def test_a_network_that_is_not_made_for_int8_is_refused(smoke_run: Path, tmp_path: Path) -> None:
    from convert.pareto import measure_int8_cost

    config = read_config(smoke_run)
    write_config(tmp_path / "unet", replace(config, recipe=replace(config.recipe, generator=UNET256, crop=256)))
    with pytest.raises(DataError, match="can't be converted to int8; take it out"):
        measure_int8_cost([tmp_path / "unet"], threads=1)
