from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from celcam.errors import UsageError
from edge_app.sources import synthetic
from edge_app.sources.synthetic import BARS, SyntheticSource
from edge_app.sources.synthetic import test_card as draw_card


@pytest.mark.parametrize("spec", ["synthetic:", "synthetic:3", "synthetic:3@320x240", "synthetic:@100x36"])
def test_red_is_red_on_the_test_card(spec: str) -> None:
    with SyntheticSource.of_spec(spec) as source:
        frame = next(source.frames())
    width = frame.rgb_u8.shape[1]
    seen = [tuple(frame.rgb_u8[1, width * (2 * bar + 1) // (2 * len(BARS))]) for bar in range(len(BARS))]
    assert seen == list(BARS)
    assert frame.rgb_u8.shape[1::-1] == source.info.size_wh


def test_the_disc_moves_from_edge_to_edge_and_is_round() -> None:
    for media_s in np.arange(0.0, 4.0, 0.25):
        grey = (draw_card(float(media_s)) == 128).all(axis=2)
        rows, columns = np.nonzero(grey)
        centre_x = media_s / 4.0 * 640
        assert abs(rows.mean() - 239.5) < 1
        if 60 < centre_x < 580:
            assert abs(columns.mean() - centre_x) < 1
            assert grey.sum() == pytest.approx(np.pi * 60**2, rel=0.01)
        else:  # cut off at the edge
            assert 0.45 * np.pi * 60**2 < grey.sum() < 1.01 * np.pi * 60**2


class Clock:
    """In place of the module ``time``: sleeping puts it forward at once."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(synthetic, "time", clock)
    return clock


def test_a_live_card_comes_30_times_a_second(clock: Clock) -> None:
    with SyntheticSource() as source:
        assert source.info.is_live
        assert source.info.name == "synthetic:"
        frames = list(islice(source.frames(), 4))
    for times_s in ([frame.captured_s for frame in frames], [frame.media_s for frame in frames]):
        assert times_s == pytest.approx([0, 1 / 30, 2 / 30, 3 / 30], abs=1e-9)


def test_a_slow_reader_gets_the_newest_card(clock: Clock) -> None:
    with SyntheticSource() as source:
        frames = source.frames()
        next(frames)
        clock.sleep(0.35)
        late, then = next(frames), next(frames)
    assert (late.media_s, then.media_s) == pytest.approx((10 / 30, 11 / 30))  # the newest card, then the next
    assert then.name == "frame-000002"  # names count the delivered cards


def test_a_number_of_cards_is_given_as_fast_as_they_are_read(clock: Clock) -> None:
    with SyntheticSource.of_spec("synthetic:500@64x48") as source:
        assert not source.info.is_live
        assert source.info.frames == 500
        assert source.info.name == "synthetic:500@64x48"
        frames = list(source.frames())
    assert clock.now_s == 0.0  # live they would take 17 s
    assert len({frame.name for frame in frames}) == 500
    assert frames[-1].media_s == pytest.approx(499 / 30)
    frames[0].rgb_u8[:] = 0  # each card is an array of its own
    assert frames[120].rgb_u8.any()
    assert np.array_equal(frames[120].rgb_u8, draw_card(4.0, (64, 48)))


@pytest.mark.parametrize(
    "spec",
    [
        "synthetic:many", "synthetic:0", "synthetic:-5", "synthetic:5@", "synthetic:5@320", "synthetic:5@8x8",
        "synthetic:5@99999x16", "synthetic:1.5", "synthetic: 5", "synthetic:5@320x240x3", "synthetic:٥",
        "synthetic:" + "9" * 13,
    ],
)  # fmt: skip
def test_a_wrong_description_is_refused_with_an_example(spec: str) -> None:
    with pytest.raises(UsageError, match="expected"):
        SyntheticSource.of_spec(spec)
