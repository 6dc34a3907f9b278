"""The pictures of docs/web.md: ``python -m tests.edge_app.web.screenshots docs`` from the root, with Chromium."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from edge_app.device.vitals import VitalsReader
from tests.browser import open_chromium
from tests.edge_app.web.chromium import DESK_WH, PHONE_WH, be_device, screenshot
from tests.edge_app.web.scene import film_served, film_session

SECONDS = 25  # of curves


def take_screenshots(folder: Path, *, seconds: float = SECONDS) -> list[Path]:
    """Write ``web-phone.jpg`` and ``web-desktop.jpg`` into ``folder``."""
    from selenium.webdriver.support.ui import WebDriverWait

    paths = [folder / "web-phone.jpg", folder / "web-desktop.jpg"]
    with tempfile.TemporaryDirectory() as kept:
        session = film_session(Path(kept))
        read = VitalsReader()
        with film_served(session, read_vitals=lambda: dataclasses.asdict(read())) as page, open_chromium() as browser:
            be_device(browser, PHONE_WH, scale=2.0)
            browser.get(f"http://{page.host}/")
            WebDriverWait(browser, 30).until(_all_thumbnails_are_there)
            page.post("/api/view", {"wipe": 0.4})
            browser.execute_script("document.getElementById('stage').classList.add('wiping')")
            time.sleep(1.5)
            paths[0].write_bytes(screenshot(browser, quality=72))
            be_device(browser, DESK_WH, scheme="dark")
            page.post("/api/view", {"look": "watercolor", "wipe": 0.0})
            page.post("/api/snapshot", {})
            browser.refresh()
            browser.execute_script("document.getElementById('runs').open = true")
            WebDriverWait(browser, 30).until(_all_thumbnails_are_there)
            time.sleep(seconds)
            paths[1].write_bytes(screenshot(browser, quality=78))
    return paths


def _all_thumbnails_are_there(browser: Any) -> bool:
    count = "document.querySelectorAll('{}').length"
    tiles, pictures = count.format(".look"), count.format(".look img")
    return bool(browser.execute_script(f"return {tiles} > 0 && {tiles} === {pictures}"))


if __name__ == "__main__":
    for path in take_screenshots(Path(sys.argv[1])):
        print(path, path.stat().st_size)
