from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import pytest

from celcam.errors import MediaError
from edge_app.sinks import encoders
from edge_app.sinks.encoders import AUTO, HARDWARE, SOFTWARE, choose_encoder, encoder_fault
from tests.edge_app.fakes import quiet_notices

RATE = Fraction(30)
SIZE_WH = (320, 240)


@pytest.fixture(autouse=True)
def forget_trials() -> None:
    encoder_fault.cache_clear()


@pytest.mark.parametrize("size_wh", [(64, 48), (322, 242), (1280, 720)])
def test_the_software_encoder_passes_the_trial_at_any_size(size_wh: tuple[int, int]) -> None:
    assert encoder_fault(SOFTWARE, size_wh, RATE) == ""


@pytest.mark.parametrize(
    ("name", "fault"),
    [("h264_nonesuch", "has no such encoder"), ("mpeg4", "makes mpeg4; expected H.264"), ("aac", "makes aac")],
)
def test_an_encoder_that_is_not_for_h264_is_named(name: str, fault: str) -> None:
    assert fault in encoder_fault(name, SIZE_WH, RATE)
    notices = quiet_notices()
    assert choose_encoder(name, SIZE_WH, RATE, live=True, notices=notices) == SOFTWARE
    (notice,) = notices.since()
    assert notice.text.startswith(f"encoder {name}: ")
    assert notice.text.endswith(f"; using {SOFTWARE}")


def test_an_encoder_that_holds_frames_back_is_unfit(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_ahead(context: Any, size_wh: tuple[int, int], rate: Fraction, *, live: bool) -> None:
        set_encoder(context, size_wh, rate, live=False)

    set_encoder = encoders.set_encoder
    monkeypatch.setattr(encoders, "set_encoder", look_ahead)
    assert "holds back more than 4 frames" in encoder_fault(SOFTWARE, SIZE_WH, RATE)


def test_an_encoder_that_shifts_rows_is_unfit(monkeypatch: pytest.MonkeyPatch) -> None:
    to_video_frame = encoders.to_video_frame

    def shifted(rgb_u8: Any, pts: int) -> Any:
        return to_video_frame(rgb_u8.reshape(-1, 3)[::-1].reshape(rgb_u8.shape).copy(), pts)

    monkeypatch.setattr(encoders, "to_video_frame", shifted)
    assert "spoils the picture" in encoder_fault(SOFTWARE, SIZE_WH, RATE)


def test_auto_takes_working_hardware_live_and_else_software_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    notices = quiet_notices()
    faults = {HARDWARE: "does not work here"}
    monkeypatch.setattr(encoders, "encoder_fault", lambda name, size_wh, rate: faults.get(name, ""))
    assert choose_encoder(AUTO, SIZE_WH, RATE, live=True, notices=notices) == SOFTWARE
    faults.clear()
    assert choose_encoder(AUTO, SIZE_WH, RATE, live=True, notices=notices) == HARDWARE
    assert choose_encoder(AUTO, SIZE_WH, RATE, live=False, notices=notices) == SOFTWARE  # a file can wait for quality
    assert notices.since() == []


def test_without_any_encoder_the_error_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(av, "codecs_available", set())
    with pytest.raises(MediaError, match=r"this FFmpeg has no libx264.*pip install"):
        choose_encoder(SOFTWARE, SIZE_WH, RATE, live=True)
