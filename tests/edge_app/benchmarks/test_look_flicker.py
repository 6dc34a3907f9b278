"""The flicker of the looks on a clip, next to the camera's."""

from __future__ import annotations

from pathlib import Path

import pytest

from celcam.errors import MediaError
from celcam.flicker import Flicker
from celcam.looks import LOOKS
from celcam.paths import SAMPLES
from edge_app.__main__ import main
from edge_app.benchmarks.look_flicker import CAMERA, LookFlicker, measure_look_flicker
from edge_app.sources import BUNDLED_CLIP


def test_every_look_is_measured_on_a_clip() -> None:
    measured = measure_look_flicker([BUNDLED_CLIP], frames=2)
    assert measured.clips == [BUNDLED_CLIP.stem]
    assert list(measured.by_look) == [CAMERA, *LOOKS]
    assert all(len(values) == 1 and values[0].motion_compensated > 0 for values in measured.by_look.values())


def test_the_table_marks_a_look_that_is_more_restless_than_the_camera() -> None:
    by_look = {
        CAMERA: [Flicker(0.7, 0.2), Flicker(0.9, 0.4)],
        "calm": [Flicker(1.0, 0.1), Flicker(1.0, 0.4)],
        "restless": [Flicker(2.0, 0.1), Flicker(4.0, 0.6)],
    }
    rows = [row.split() for row in LookFlicker(["one", "other"], by_look).table().splitlines()[2:]]
    assert rows == [
        [CAMERA, "0.20", "0.40", "0.30", "0.80"],
        ["calm", "0.10", "0.40", "0.25", "1.00"],
        ["restless", "0.10", "0.60", "0.35*", "3.00"],
    ]


def test_a_photo_is_no_clip() -> None:
    with pytest.raises(MediaError, match="expected a video"):
        measure_look_flicker([SAMPLES / "food_scikit_image_coffee.jpg"], frames=2)


def test_a_missing_clip_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flicker", str(tmp_path / "none.mp4")]) == 2
    assert "none.mp4" in capsys.readouterr().err
