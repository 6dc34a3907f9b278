"""Every shipped finish draws the same bytes on every machine, version and number of threads."""

from __future__ import annotations

import json

import cv2
import pytest

from tests.celcam.finishes import golden_digests


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("photo", golden_digests.PHOTOS)
def test_finishes_draw_the_golden_pictures(photo: str, threads: int) -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(threads)
    try:
        drawn = golden_digests.draw_digests(photo)
    finally:
        cv2.setNumThreads(before)
    assert drawn == json.loads(golden_digests.FILE.read_text(encoding="utf-8"))[photo]
