"""A browser plays our clips; run by ``make test-browser``, which installs Chromium."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge_app.__main__ import main
from edge_app.sources import BUNDLED_CLIP
from tests.browser import open_chromium

PAGE = """<video id=v src=comic.mp4 muted></video><pre id=out></pre><script>
const tell = (what) => {
  out.textContent = JSON.stringify({what, width: v.videoWidth, height: v.videoHeight, time: v.currentTime,
    duration: v.duration, frames: v.getVideoPlaybackQuality().totalVideoFrames, error: v.error && v.error.message});
};
v.onerror = () => tell("error"); v.onended = () => tell("ended");
v.playbackRate = 4; v.play();
</script>"""


@pytest.mark.browser
def test_chromium_plays_the_clip_to_its_end(tmp_path: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    assert main([str(BUNDLED_CLIP), "--to", str(tmp_path / "comic.mp4")]) == 0
    (tmp_path / "page.html").write_text(PAGE)
    with open_chromium() as browser:
        browser.get((tmp_path / "page.html").as_uri())
        messages = WebDriverWait(browser, 60).until(lambda page: page.find_element(By.ID, "out").text)
    result = json.loads(messages)
    assert result["what"] == "ended", result
    assert (result["width"], result["height"]) == (512, 384)
    assert result["duration"] == pytest.approx(10.0, abs=0.2)
