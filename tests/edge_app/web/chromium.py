"""What the browser tests and the pictures of the docs do with Chromium."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

PHONE_WH, DESK_WH = (360, 740), (1280, 800)


def be_device(
    browser: Any, size_wh: tuple[int, int], *, scheme: str = "light", still: bool = False, scale: float = 1.0
) -> None:
    """Emulate a phone or a desktop, in light or dark mode, with or without motion."""
    metrics = {"width": size_wh[0], "height": size_wh[1], "deviceScaleFactor": scale, "mobile": size_wh[0] < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [
        {"name": "prefers-color-scheme", "value": scheme},
        {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
    ]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def screenshot(browser: Any, *, quality: int = 80) -> bytes:
    """What is on the screen, as JPEG."""
    messages = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "jpeg", "quality": quality})
    return base64.b64decode(messages["data"])


def wait(browser: Any, condition: Callable[[], Any], timeout_s: float = 15.0) -> Any:
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, timeout_s, poll_frequency=0.1).until(lambda _: condition())


def element(browser: Any, css: str) -> Any:
    return browser.find_element("css selector", css)


def click(browser: Any, css: str) -> None:
    found = element(browser, css)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
    found.click()


def is_hidden(browser: Any, name: str) -> bool:
    return bool(browser.execute_script("return document.getElementById(arguments[0]).hidden", name))


def console(browser: Any) -> list[str]:
    """The messages of the console, without the warning that these tests read canvases."""
    lines = [line["message"] for line in browser.get_log("browser")]
    return [line for line in lines if "willReadFrequently" not in line]


def leave(browser: Any) -> None:
    """Leave the previous test's page, and drop its messages about the end of its server."""
    browser.get("about:blank")
    browser.get_log("browser")
