"""The page in Chromium: its messages without a connection, and its protection against other pages."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from edge_app.web.announce import own_address
from edge_app.web.limits import Limits
from tests.browser import open_chromium
from tests.edge_app.web.chromium import (
    PHONE_WH,
    be_device,
    click,
    console,
    element,
    is_hidden,
    leave,
    wait,
)
from tests.edge_app.web.scene import film_served, film_session, ramp_frames
from tests.edge_app.web.stage import Served, import_aiortc, make_session

pytestmark = pytest.mark.browser

TOKEN = "a-token_of-tests"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_chromium() as browser:
        yield browser


def view(page: Served) -> dict[str, Any]:
    found: dict[str, Any] = page.state()["view"]
    return found


def test_nothing_is_cut_at_320_pixels(tmp_path: Path, browser: Any) -> None:
    with film_served(make_session(tmp_path), ramp_frames) as page:
        be_device(browser, (320, 568))
        browser.get(f"http://{page.host}/")
        wait(browser, lambda: is_hidden(browser, "veil"))
        click(browser, "#snapshot")
        wait(browser, lambda: browser.find_elements("css selector", "#files button"))
        click(browser, "#files button")
        cut = browser.execute_script(
            """
            const shown = document.querySelectorAll("header > *, .shutter *, .panel *, #viewer *, .toast");
            return [...shown].filter((each) => {
                const { left, right, width } = each.getBoundingClientRect();
                const isWords = !each.children.length && getComputedStyle(each).textOverflow !== "ellipsis";
                return width && (left < 0 || right > innerWidth || (isWords && each.scrollWidth > each.clientWidth + 1
                    && getComputedStyle(each).display !== "inline"));
            }).map((each) => `${each.tagName} ${each.id} ${each.className}`);
            """
        )
        assert cut == []
        leave(browser)


def test_a_lost_connection_is_reported_and_found_again(tmp_path: Path, browser: Any) -> None:
    session = make_session(tmp_path)
    with film_served(session, ramp_frames) as page:
        port = page.sink.port
        be_device(browser, PHONE_WH)
        browser.get(f"http://{page.host}/")
        wait(browser, lambda: is_hidden(browser, "veil"))
    wait(browser, lambda: not is_hidden(browser, "veil"))
    assert element(browser, "#veil-text").text.startswith("Connection lost. Retrying")
    time.sleep(1.5)
    with film_served(make_session(tmp_path), ramp_frames, port=port) as page:
        wait(browser, lambda: is_hidden(browser, "veil"), 20)
        wait(browser, lambda: page.state()["viewers"] == 1)
        click(browser, "#calm")
        wait(browser, lambda: view(page)["calm"] is True)


def test_one_viewer_too_many_is_refused(tmp_path: Path, browser: Any) -> None:
    with film_served(make_session(tmp_path), ramp_frames, limits=Limits(viewers=0)) as page:
        browser.get(f"http://{page.host}/")
        wait(browser, lambda: "Too many viewers." in element(browser, "#veil-text").text)


def test_the_link_opens_the_page_and_leaves_no_token_in_the_history(tmp_path: Path, browser: Any) -> None:
    with film_served(make_session(tmp_path), ramp_frames, token=TOKEN) as page:
        for path in ("/", "/?token=wrong-token"):
            browser.get(f"http://{page.host}{path}")
            assert "403: this page needs the link" in element(browser, "body").text
        leave(browser)
        browser.get(f"http://{page.host}/?token={TOKEN}")
        assert browser.current_url == f"http://{page.host}/"
        wait(browser, lambda: is_hidden(browser, "veil"))
        assert browser.execute_script("return document.cookie") == ""
        (cookie,) = [one for one in browser.get_cookies() if one["name"].startswith("celcam_")]
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["value"] != TOKEN) == (True, "Strict", True)
        assert console(browser) == []
        port = page.sink.port
    with film_served(make_session(tmp_path), ramp_frames, port=port, token=f"{TOKEN}-new"):
        wait(browser, lambda: "This link has expired." in element(browser, "#veil-text").text, 20)


@contextmanager
def stranger(body: str) -> Iterator[str]:
    """A page of another site, at its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def test_a_link_with_the_token_works_from_another_site(tmp_path: Path, browser: Any) -> None:
    with (
        film_served(make_session(tmp_path), ramp_frames, token=TOKEN) as page,
        stranger(f'<a id="link" href="http://{page.host}/?token={TOKEN}">watch</a>') as url,
    ):
        browser.get(url)
        click(browser, "#link")
        wait(browser, lambda: browser.current_url == f"http://{page.host}/")
        wait(browser, lambda: browser.find_elements("id", "veil") and is_hidden(browser, "veil"))


def test_a_page_of_another_site_can_neither_read_nor_change_anything(tmp_path: Path, browser: Any) -> None:
    with film_served(make_session(tmp_path), ramp_frames) as page:
        ours = f"http://{page.host}"
        body = f"""<iframe src="{ours}/"></iframe><img id="frame" src="{ours}/frame.jpg"><script>
            const seen = [];
            const image = document.getElementById("frame");
            image.onload = () => seen.push("image"); image.onerror = () => seen.push("no image");
            const change = {{method: "POST", body: '{{"look": "plain"}}'}};
            Promise.all([
              fetch("{ours}/api/view", {{...change, mode: "no-cors"}})
                .then(() => seen.push("sent"), () => seen.push("stopped")),
              fetch("{ours}/api/view", {{...change, headers: {{"Content-Type": "application/json"}}}})
                .then(() => seen.push("changed"), () => seen.push("refused")),
              fetch("{ours}/api/state").then(() => seen.push("read"), () => seen.push("unread")),
            ]).then(() => {{ window.seen = seen; }});
            </script>"""
        with stranger(body) as url:
            browser.get(url)
            messages = wait(browser, lambda: browser.execute_script("return window.seen?.length >= 4 && window.seen"))
            assert not {"image", "changed", "read"} & set(messages)
            assert {"no image", "refused", "unread"} <= set(messages)
            assert view(page)["look"] == "negative"
            assert page.state()["viewers"] == 0


@pytest.mark.skipif(own_address() is None, reason="WebRTC needs a network, even to itself")
def test_smooth_shows_video_and_can_be_switched_off(tmp_path: Path, browser: Any) -> None:
    import_aiortc()
    session = film_session(tmp_path)
    with film_served(session, address="0.0.0.0", token=TOKEN) as page:
        host = f"{own_address()}:{page.sink.port}"
        leave(browser)
        browser.get(f"http://{host}/?token={TOKEN}")
        wait(browser, lambda: is_hidden(browser, "veil"))
        wait(browser, lambda: not is_hidden(browser, "smooth-row"))
        click(browser, "#smooth")
        wait(browser, lambda: not is_hidden(browser, "video"), 30)
        playing = """const video = document.getElementById('video');
            return video.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames"""
        first = wait(browser, lambda: browser.execute_script(playing), 20)
        wait(browser, lambda: browser.execute_script(playing) > first + 10)
        wait(browser, lambda: not session.stats.snapshot()["stages_ms"].get("encode web") or viewers(page) == 1)
        click(browser, "#smooth")
        wait(browser, lambda: is_hidden(browser, "video"))
        wait(browser, lambda: viewers(page) == 1)
        assert console(browser) == []


def viewers(page: Served) -> int:
    return int(page.ask("/api/state", headers={"Authorization": f"Bearer {TOKEN}"}).json()["viewers"])
