"""The page in Chromium: the picture moves, and every control does what it says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celcam import __version__
from celcam.arrays import Uint8Array
from celcam.media.photos import decode_image, read_image
from tests.browser import open_chromium
from tests.edge_app.web.chromium import (
    DESK_WH,
    PHONE_WH,
    be_device,
    click,
    console,
    element,
    is_hidden,
    leave,
    wait,
)
from tests.edge_app.web.scene import RAMP, film_served, film_session, ramp_frames
from tests.edge_app.web.screenshots import take_screenshots
from tests.edge_app.web.stage import SIZE_WH, Served, make_session

pytestmark = pytest.mark.browser

TOKEN = "a-token_of-tests"
CANVAS = (
    "const c = document.getElementById('picture'); return c.toDataURL('image/png').length + c.toDataURL().slice(-400)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def page(tmp_path: Path, browser: Any) -> Iterator[Served]:
    """The ramp, open on a phone; at the end, the console must be empty."""
    vitals = {"temperature_c": 51.0, "memory_mb": None}
    with film_served(make_session(tmp_path / "kept"), ramp_frames, read_vitals=lambda: vitals) as page:
        leave(browser)
        be_device(browser, PHONE_WH)
        browser.get(f"http://{page.host}/")
        wait(browser, lambda: is_hidden(browser, "veil"))
        yield page
        assert console(browser) == []


def view(page: Served) -> dict[str, Any]:
    found: dict[str, Any] = page.state()["view"]
    return found


def shown(page: Served) -> Uint8Array:
    """The picture that viewers get, without the square."""
    return decode_image(page.ask("/frame.jpg").body, Path("frame.jpg"))[8:]


def is_like(got: Uint8Array, grey: Uint8Array) -> bool:
    return bool(np.abs(got.astype(int) - grey[:, :, np.newaxis].astype(int)).mean() < 6)


def test_the_test_card_moves_and_names_itself(page: Served, browser: Any) -> None:
    seen: set[str] = set()

    def count() -> int:
        seen.add(browser.execute_script(CANVAS))
        return len(seen)

    wait(browser, lambda: count() >= 5)
    assert element(browser, "#source").text == "party.mp4"
    wait(browser, lambda: element(browser, "#rate").text.endswith(" fps"))
    assert page.state()["viewers"] == 1
    assert element(browser, "#picture").get_attribute("width") == str(SIZE_WH[0])


def test_a_look_is_chosen_by_its_thumbnail_and_by_arrow_keys(page: Served, browser: Any) -> None:
    assert is_like(shown(page), 255 - RAMP[8:])
    labels = browser.find_elements("css selector", ".look")
    assert [label.text.strip().split("\n")[-1] for label in labels] == ["negative", "plain"]
    labels[1].click()
    wait(browser, lambda: view(page)["look"] == "plain" and is_like(shown(page), RAMP[8:]))
    browser.switch_to.active_element.send_keys("\ue012")  # left
    wait(browser, lambda: view(page)["look"] == "negative")


def test_a_change_by_another_viewer_appears_on_the_page(page: Served, browser: Any) -> None:
    page.post("/api/view", {"look": "plain", "strength": 0.5, "sharp": True, "size_wh": [96, 72], "wipe": 0.3})
    script = "return [...document.querySelectorAll('.look input')].map((one) => one.checked)"
    wait(browser, lambda: browser.execute_script(script) == [False, True])
    assert element(browser, "#strength").get_property("value") == "50"
    assert element(browser, "#sharp").is_selected()
    assert element(browser, "#size").get_property("value") == "96x72"
    assert element(browser, "#wipe").get_attribute("aria-valuenow") == "30"


def test_strength_size_and_switches(page: Served, browser: Any) -> None:
    strength = element(browser, "#strength")
    strength.send_keys("\ue011")  # home
    wait(browser, lambda: view(page)["strength"] == 0.0 and is_like(shown(page), RAMP[8:]))
    assert element(browser, "#strength-out").text == "0 %"
    strength.send_keys("\ue010")  # end
    wait(browser, lambda: view(page)["strength"] == 1.0 and is_like(shown(page), 255 - RAMP[8:]))
    click(browser, "#size option[value='32x24']")
    wait(browser, lambda: page.session.stats.drawing().drawn_as == ("negative", (32, 24)))
    assert view(page)["size_wh"] == [32, 24]
    wait(browser, lambda: is_like(shown(page), 255 - RAMP[8:]))  # the picture keeps its size
    for name in ("sharp", "calm", "auto_levels"):
        for wanted in (True, False):
            click(browser, f"#{name}")
            wait(browser, partial(is_set, page, name, wanted))


def test_the_canvas_follows_the_size_of_the_picture(tmp_path: Path, browser: Any) -> None:
    frames = (replace(each, rgb_u8=each.rgb_u8[:, :40]) for each in ramp_frames())
    with film_served(make_session(tmp_path), lambda: frames) as page:
        page.post("/api/view", {"size_wh": [32, 24]})
        browser.get(f"http://{page.host}/")
        wait(browser, lambda: element(browser, "#picture").get_attribute("width") == "40")
        assert element(browser, "#picture").get_attribute("height") == "30"
    leave(browser)


def is_set(page: Served, name: str, wanted: bool) -> bool:
    return view(page)[name] is wanted


def test_the_wipe_is_dragged_and_moved_by_keys(page: Served, browser: Any) -> None:
    from selenium.webdriver import ActionChains

    handle, stage = element(browser, "#wipe"), element(browser, "#stage")
    ActionChains(browser).click_and_hold(handle).move_by_offset(stage.size["width"] // 2, 0).release().perform()
    wait(browser, lambda: 0.4 < view(page)["wipe"] < 0.6)
    wait(browser, lambda: is_like(shown(page)[:, :24], RAMP[8:, :24]))
    assert is_like(shown(page)[:, 40:], 255 - RAMP[8:, 40:])
    wait(browser, lambda: handle.get_attribute("aria-valuenow") == str(round(100 * view(page)["wipe"])))
    handle.send_keys("\ue011")
    wait(browser, lambda: view(page)["wipe"] == 0.0)
    handle.send_keys("\ue014" * 3)
    wait(browser, lambda: view(page)["wipe"] == 0.06)
    handle.send_keys("\ue010")
    wait(browser, lambda: view(page)["wipe"] == 1.0)
    assert handle.get_attribute("aria-valuetext") == "100 % photo"


def test_a_snapshot_is_kept_reported_listed_and_fetched(page: Served, browser: Any) -> None:
    assert "takes a snapshot" in element(browser, "#no-files").text
    click(browser, "#snapshot")
    toast = wait(browser, lambda: element(browser, ".toast a"))
    (path,) = page.session.folder.iterdir()
    assert toast.get_attribute("href") == f"http://{page.host}/files/{path.name}"
    assert is_like(read_image(path)[8:], 255 - RAMP[8:])
    assert len(browser.find_elements("css selector", ".toast")) == 1
    assert str(page.session.folder) not in element(browser, "#messages").get_attribute("textContent")
    wait(browser, lambda: browser.execute_script("return document.querySelector('#files img')?.naturalWidth") == 240)
    click(browser, "#files button")
    link = element(browser, "#viewer-down")
    assert link.get_attribute("download") == path.name
    wait(browser, lambda: browser.execute_script("return document.querySelector('#shown img')?.naturalWidth") == 64)
    size = browser.execute_async_script(
        "const [href, done] = arguments; fetch(href).then((a) => a.arrayBuffer()).then((b) => done(b.byteLength))",
        link.get_attribute("href"),
    )
    assert size == path.stat().st_size
    wait(browser, lambda: element(browser, "#count").text == "1")
    element(browser, "#viewer-delete").click()
    assert (element(browser, "#viewer-delete").text, path.exists()) == ("Delete for good", True)
    element(browser, "#viewer-delete").click()
    wait(browser, lambda: not path.exists() and element(browser, "#count").text == "0")
    assert not browser.execute_script("return document.getElementById('viewer').open")


def test_recording_is_switched_on_and_off(page: Served, browser: Any) -> None:
    button = element(browser, "#record")
    button.click()
    wait(browser, lambda: view(page)["recording"] is True)
    wait(browser, lambda: not is_hidden(browser, "rec") and button.get_attribute("aria-pressed") == "true")
    assert button.text == "Stop"
    time.sleep(0.8)  # a second press earlier counts as accidental
    button.click()
    wait(browser, lambda: view(page)["recording"] is False)
    wait(browser, lambda: is_hidden(browser, "rec") and button.text == "Record")


def test_full_screen_can_be_entered_and_left(page: Served, browser: Any) -> None:
    click(browser, "#full")
    wait(browser, lambda: browser.execute_script("return document.fullscreenElement?.id") == "stage")
    wait(browser, lambda: element(browser, "#full").get_attribute("aria-pressed") == "true")
    click(browser, "#full")
    wait(browser, lambda: browser.execute_script("return document.fullscreenElement") is None)
    browser.execute_script("document.getElementById('stage').requestFullscreen = undefined")  # as an iPhone is
    click(browser, "#full")
    wait(browser, lambda: element(browser, "#stage").rect["height"] == PHONE_WH[1])
    element(browser, "body").send_keys("\ue00c")  # escape
    wait(browser, lambda: element(browser, "#stage").rect["height"] < PHONE_WH[1])


def test_notices_are_reported_as_they_come(page: Served, browser: Any) -> None:
    page.session.notices.add("usb:0 is gone: <b>unplugged</b>; trying again")
    toast = wait(browser, lambda: element(browser, ".toast"))
    assert toast.text == "Usb:0 is gone: <b>unplugged</b>; trying again"
    assert element(browser, "#toasts").get_attribute("aria-live") == "polite"


def test_the_figures_are_drawn(page: Served, browser: Any) -> None:
    click(browser, "#runs summary")
    graphs = wait(
        browser, lambda: [one for one in browser.find_elements("css selector", ".graph") if one.is_displayed()]
    )
    assert [one.text.split("\n")[0].split(" ")[0] for one in graphs] == ["Frames", "Milliseconds", "Temperature"]
    script = """return [...document.querySelectorAll('.graph:not([hidden]) canvas')].every((c) =>
        c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((byte) => byte > 0))"""
    wait(browser, lambda: browser.execute_script(script))
    assert "1 viewer" in element(browser, "#facts").text
    assert f"Celcam {__version__}" in element(browser, "#facts").text


@pytest.mark.parametrize("size_wh", [PHONE_WH, DESK_WH, (740, 360), (320, 568), (768, 1024)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_fits_the_screen_and_can_be_tapped(
    page: Served, browser: Any, size_wh: tuple[int, int], scheme: str
) -> None:
    be_device(browser, size_wh, scheme=scheme, still=True)
    seen = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]"
    wait(browser, lambda: browser.execute_script(seen) == [size_wh[0], scheme == "dark"])
    script = """
        const small = [...document.querySelectorAll('button, select, summary, input[role=switch], #wipe .knob')]
            .filter((one) => one.checkVisibility() && Math.min(one.offsetWidth, one.offsetHeight) < 30);
        const mute = [...document.querySelectorAll('button, select, input')].filter((one) =>
            one.checkVisibility() && !one.innerText && !one.ariaLabel && !one.labels?.length);
        const seen = document.getElementById('snapshot').getBoundingClientRect();
        const names = (many) => many.map((one) => one.id || one.className);
        return [document.documentElement.scrollWidth - innerWidth, names(small), names(mute),
            seen.top >= 0 && seen.bottom <= innerHeight]"""
    dark = "return getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).every((one) => one < 99)"
    wait(browser, lambda: browser.execute_script(dark) is (scheme == "dark"))
    wide, small, mute, can_snap = browser.execute_script(script)
    assert wide <= 0
    assert small == mute == []
    assert can_snap


def test_each_control_can_be_focused_visibly_with_the_tab_key(page: Served, browser: Any) -> None:
    names, body = [], element(browser, "body")
    body.send_keys("\ue004")
    for _ in range(14):
        focused = browser.switch_to.active_element
        names.append(focused.get_attribute("id") or focused.get_attribute("name") or focused.tag_name)
        if focused.tag_name != "body" and names[-1] not in ("look", "wipe"):
            assert focused.value_of_css_property("outline-style") == "solid", names[-1]
        focused.send_keys("\ue004")
    wanted = [
        "wipe",
        "full",
        "look",
        "record",
        "snapshot",
        "gallery-link",
        "strength",
        "size",
        "sharp",
        "calm",
        "auto_levels",
    ]
    assert [name for name in names if name in wanted][: len(wanted)] == wanted


def test_a_hidden_page_receives_nothing(page: Served, browser: Any) -> None:
    hide = "Object.defineProperty(document, 'hidden', {value: arguments[0], configurable: true});"
    hide += "document.dispatchEvent(new Event('visibilitychange'))"
    browser.execute_script(hide, True)
    wait(browser, lambda: page.state()["viewers"] == 0)
    browser.execute_script(hide, False)
    wait(browser, lambda: page.state()["viewers"] == 1)


def test_shipped_looks_have_thumbnails(tmp_path: Path, browser: Any) -> None:
    with film_served(film_session(tmp_path)) as page:
        leave(browser)
        browser.get(f"http://{page.host}/")
        count = "return [...document.querySelectorAll('.look img')].filter((one) => one.naturalWidth === 128).length"
        wait(browser, lambda: browser.execute_script(count) == len(page.state()["looks"]), 30)
        assert console(browser) == []


def test_the_pictures_of_the_docs_can_be_made(tmp_path: Path) -> None:
    for path in take_screenshots(tmp_path, seconds=1.0):
        assert min(read_image(path).shape[:2]) >= 720
