from __future__ import annotations

import threading
from pathlib import Path

import av
import pytest

from edge_app.web.limits import Limits
from tests.edge_app.web.stage import Served, frame, make_session, served

TOKEN = "a-token_of-tests"


def test_the_link_opens_the_page_and_removes_the_token_from_the_address(tmp_path: Path) -> None:
    with served(make_session(tmp_path), token=TOKEN) as page:
        page.sink.show(frame())
        answer = page.ask(f"/?token={TOKEN}")
        assert (answer.status, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert TOKEN not in cookie
        sent = {"Cookie": cookie.partition(";")[0]}
        for path in ("/", "/app.js", "/frame.jpg", "/api/state", "/api/files"):
            assert page.ask(path, headers=sent).status == 200
        assert page.post("/api/view", {"wipe": 0.5}, **sent).status == 200
        assert page.ask("/api/state", headers={"Authorization": f"Bearer {TOKEN}"}).status == 200


def test_without_the_token_there_is_a_plain_page_and_nothing_else(tmp_path: Path) -> None:
    with served(make_session(tmp_path), token=TOKEN) as page:
        page.sink.show(frame())
        for path in ("/", "/app.js", "/live.mjpg", "/frame.jpg", "/api/state", "/api/files", "/nothing", "/?x=1"):
            answer = page.ask(path)
            assert answer.status == 403
            assert b"link that was printed" in answer.body
        for path in ("/?token=wrong-token", "/?token=", f"/app.js?token={TOKEN}", f"/?TOKEN={TOKEN}"):
            assert page.ask(path).status == 403
        assert page.post("/api/view", {"wipe": 0.5}).status == 403
        assert page.post("/api/view", {"wipe": 0.5}, Authorization="Bearer wrong-token").status == 403
        assert page.session.controls.view.wipe == 0.0


def test_a_visit_from_another_site_is_reloaded_from_the_page_itself(tmp_path: Path) -> None:
    # The browser sends no strict cookie along with it, not even behind the redirect.
    with served(make_session(tmp_path), token=TOKEN) as page:
        answer = page.ask("/", headers={"Sec-Fetch-Site": "cross-site"})
        assert (answer.status, b'content="0;url=/"' in answer.body) == (403, True)
        again = page.ask("/", headers={"Sec-Fetch-Site": "same-origin"})
        assert (again.status, b"refresh" in again.body) == (403, False)
        assert b"refresh" not in page.ask("/?token=wrong-token", headers={"Sec-Fetch-Site": "cross-site"}).body


def test_wrong_tokens_are_limited_and_old_cookies_are_removed(tmp_path: Path) -> None:
    with served(make_session(tmp_path), token=TOKEN, limits=Limits(guesses_at_once=3)) as page:
        old = page.ask("/api/state", headers={"Cookie": f"celcam_{page.sink.port}=old"})
        assert old.status == 403
        assert "celcam_" in old.headers["set-cookie"]
        assert "Max-Age=0" in old.headers["set-cookie"]
        guesses = [page.ask("/api/state", headers={"Authorization": "Bearer guess"}).status]
        guesses += [page.ask(f"/?token=guess-{number}").status for number in range(3)]
        assert guesses == [403, 403, 403, 429]
        assert page.ask(f"/?token={TOKEN}").status == 429
        assert int(page.ask(f"/?token={TOKEN}").headers["retry-after"]) >= 1


def test_a_viewer_with_the_cookie_does_not_suffer_from_others(tmp_path: Path) -> None:
    limits = Limits(guesses_at_once=3, requests_per_s=0.01, requests_at_once=12)
    with served(make_session(tmp_path), token=TOKEN, limits=limits) as page:
        cookie = {"Cookie": page.ask(f"/?token={TOKEN}").headers["set-cookie"].partition(";")[0]}
        statuses = [page.ask("/?token=guess").status for _ in range(30)]
        assert statuses[-1] == 429
        assert [page.ask("/api/state", headers=cookie).status for _ in range(12)] == [200] * 12


def test_cookies_outlive_a_restart_and_end_with_the_token(tmp_path: Path) -> None:
    with served(make_session(tmp_path), token=TOKEN) as page:
        port, cookie = page.sink.port, page.ask(f"/?token={TOKEN}").headers["set-cookie"].partition(";")[0]
    with served(make_session(tmp_path), token=TOKEN, port=port) as page:
        assert page.ask("/", headers={"Cookie": cookie}).status == 200
    with served(make_session(tmp_path), token="another-token", port=port) as page:
        assert page.ask("/", headers={"Cookie": cookie}).status == 403


def test_ffmpeg_reads_the_live_picture_with_the_token(tmp_path: Path) -> None:
    session, stop = make_session(tmp_path), threading.Event()

    def show(page: Served) -> None:
        number = 0
        while not stop.wait(0.03):
            number += 1
            page.sink.show(frame(40 + number % 10 * 10))

    with served(session, token=TOKEN) as page:
        shower = threading.Thread(target=show, args=(page,))
        shower.start()
        try:
            headers = {"headers": f"Authorization: Bearer {TOKEN}\r\n"}
            with av.open(f"http://{page.host}/live.mjpg", options=headers, timeout=20) as stream:
                levels = [
                    float(picture.to_ndarray(format="gray").mean())
                    for picture, _ in zip(stream.decode(video=0), range(5), strict=False)
                ]
            with pytest.raises(av.FFmpegError):
                av.open(f"http://{page.host}/live.mjpg", timeout=20)
        finally:
            stop.set()
            shower.join()
    assert len(levels) == 5
    assert len(set(levels)) > 1
