"""Chromium without a screen, for the tests that ``make test-browser`` runs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

CHROMEDRIVER = "/usr/bin/chromedriver"
WORDS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--hide-scrollbars",
)


@contextmanager
def open_chromium(window_wh: tuple[int, int] = (1280, 800)) -> Iterator[Any]:
    """A browser that keeps what its console says: selenium's driver, whose ``get_log("browser")`` returns it."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for word in (*WORDS, "--window-size={},{}".format(*window_wh)):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=CHROMEDRIVER, log_output=subprocess.DEVNULL)
    with webdriver.Chrome(options=options, service=service) as browser:
        yield browser
