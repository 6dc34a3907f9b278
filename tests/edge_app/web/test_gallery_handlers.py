"""Previews, deletion, and what the list says about a recording that grows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from celcam.media.photos import decode_image
from edge_app.sinks.video import VideoSink
from edge_app.web import gallery_handlers
from tests.edge_app.sinks.films import grey_frames
from tests.edge_app.web.stage import Served, frame, make_session, served

NAME = "celcam-20261128-120000.mp4"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(gallery_handlers, "LIST_EVERY_S", 0.0)
    with served(make_session(tmp_path / "kept")) as page:
        page.sink.show(frame(100))
        yield page


def record(page: Served, name: str = NAME, frames: int = 12) -> VideoSink:
    """A recording that still grows."""
    page.session.folder.mkdir(exist_ok=True)
    clip = VideoSink(page.session.folder / name, dataclasses.replace(page.session.source, sound=None))
    clip.__enter__()
    for each in grey_frames(frames):
        clip.show(each)
    return clip


def test_snapshots_and_recordings_have_previews(page: Served) -> None:
    name = page.post("/api/snapshot", {}).json()["name"]
    record(page).finish()
    for each, level in ((name, 100), (NAME, 20)):
        answer = page.ask(f"/previews/{each}.jpg")
        assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
        preview = decode_image(answer.body, each)
        assert preview.shape == (180, 240, 3)
        assert abs(float(np.mean(preview)) - level) < 4


@pytest.mark.parametrize(
    "name",
    ["celcam-none.png", "secret.png", "..%2fsecret.png", "celcam-link.png", "celcam-torn.png", "celcam-torn.mp4"],
)
def test_other_and_torn_files_have_no_preview(name: str, page: Served) -> None:
    page.session.folder.mkdir(exist_ok=True)
    for torn in ("secret.png", "celcam-torn.png", "celcam-torn.mp4"):
        (page.session.folder / torn).write_bytes(b"nothing that can be read")
    (page.session.folder / "celcam-link.png").symlink_to(page.session.folder / "secret.png")
    answer = page.ask(f"/previews/{name}.jpg")
    assert answer.status == 404
    assert str(page.session.folder).encode() not in answer.body


def test_a_file_can_be_deleted(page: Served) -> None:
    name = page.post("/api/snapshot", {}).json()["name"]
    before = page.state()
    assert page.post("/api/delete", {"name": name}).json() == {"name": name}
    after = page.state()
    assert (before["files"], after["files"]) == (1, 0)
    assert before["files_tag"] != after["files_tag"]
    assert after["notices"][-1]["text"] == f"deleted {name}, on the page"
    assert page.post("/api/delete", {"name": name}).status == 404


def test_nothing_else_can_be_deleted(page: Served) -> None:
    page.session.folder.mkdir(exist_ok=True)
    secret = page.session.folder.parent / "celcam-secret.png"
    other = page.session.folder / "notes.txt"
    link = page.session.folder / "celcam-link.png"
    for path in (secret, other):
        path.write_text("precious")
    link.symlink_to(secret)
    for name in ("../celcam-secret.png", "notes.txt", "celcam-link.png", "", ".", str(secret)):
        assert page.post("/api/delete", {"name": name}).status == 404
    for wrong in (None, 5, ["a"]):
        assert page.post("/api/delete", {"name": wrong}).status == 400
    assert page.post("/api/delete", {"name": "notes.txt"}, Origin="http://evil.example").status == 403
    assert secret.read_text() == other.read_text() == "precious"
    assert link.is_symlink()


def test_a_recording_that_grows_is_marked_kept_and_listed_with_its_last_size(page: Served) -> None:
    clip = record(page)
    (listed,) = page.ask("/api/files").json()["files"]
    assert listed["is_growing"] is True
    answer = page.post("/api/delete", {"name": NAME})
    assert (answer.status, answer.json()["error"]) == (409, f"{NAME} is being recorded; stop the recording first")
    growing = page.state()["files_tag"]
    for each in grey_frames(20, first_s=2.0, noise=True):
        clip.show(each)
    assert page.state()["files_tag"] == growing  # so that the page does not read the list each second
    clip.finish()
    assert page.state()["files_tag"] != growing
    (listed,) = page.ask("/api/files").json()["files"]
    assert (listed["is_growing"], listed["size_bytes"]) == (False, (page.session.folder / NAME).stat().st_size)
    assert page.post("/api/delete", {"name": NAME}).status == 200


def test_messages_on_the_page_have_no_folders(page: Served) -> None:
    page.post("/api/snapshot", {})
    page.session.notices.add("recording to /home/anna/party.mp4")
    texts = [notice["text"] for notice in page.state()["notices"]]
    assert texts[0].startswith("saved celcam-")
    assert texts[1] == "recording to party.mp4"
