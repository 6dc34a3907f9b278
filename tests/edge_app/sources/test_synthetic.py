from __future__ import annotations

import time
from itertools import islice

import numpy as np
import pytest

from celcam.errors import UsageError
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


def test_a_live_card_comes_30_times_a_second() -> None:
    with SyntheticSource() as source:
        assert source.info.is_live
        assert source.info.name == "synthetic:"
        frames = list(islice(source.frames(), 4))
    assert frames[-1].captured_s - frames[0].captured_s >= 3 / 30 - 0.005
    assert [frame.media_s for frame in frames] == pytest.approx([0, 1 / 30, 2 / 30, 3 / 30], abs=1e-9)


def test_who_comes_late_to_a_live_card_gets_the_one_of_that_moment() -> None:
    with SyntheticSource() as source:
        frames = source.frames()
        next(frames)
        time.sleep(0.35)
        late, then = next(frames), next(frames)
    assert late.media_s > 0.25 or then.media_s > 0.3  # the one that was due, then the newest
    assert then.name == "frame-000002"  # names count what was given


def test_a_number_of_cards_is_given_as_fast_as_they_are_taken() -> None:
    started_s = time.monotonic()
    with SyntheticSource.of_spec("synthetic:500@64x48") as source:
        assert not source.info.is_live
        assert source.info.frames == 500
        assert source.info.name == "synthetic:500@64x48"
        frames = list(source.frames())
    assert time.monotonic() - started_s < 5  # live they would take 17 s
    assert len({frame.name for frame in frames}) == 500
    assert frames[-1].media_s == pytest.approx(499 / 30)
    frames[0].rgb_u8[:] = 0  # each is an array of its own
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
def test_what_is_no_test_card_is_refused_with_an_example(spec: str) -> None:
    with pytest.raises(UsageError, match="expected"):
        SyntheticSource.of_spec(spec)
