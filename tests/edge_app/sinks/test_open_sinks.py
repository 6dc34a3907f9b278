from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from celcam.errors import UsageError
from edge_app.frames import FrameSink
from edge_app.session import Session
from edge_app.sinks import SinkKind, SinkOptions, open_sink, open_sinks, sink_kind
from edge_app.sinks.clip import ClipSink
from edge_app.sinks.images import FolderSink, ImageSink
from edge_app.sinks.null import NullSink
from edge_app.sinks.recorder import Recorder
from tests.edge_app.fakes import KeepingSink, make_session
from tests.edge_app.sinks.films import grey_frames, read_film

OPTIONS: dict[str, Any] = {"overwrite": False, "limit_minutes": 30.0, "limit_mb": 1000.0, "web": KeepingSink}


def opened(specs: list[str], session: Session, **options: Any) -> list[FrameSink]:
    return open_sinks(specs, session, SinkOptions(**OPTIONS | options))


def opened_one(spec: str, session: Session, **options: Any) -> FrameSink:
    return open_sink(spec, session, SinkOptions(**OPTIONS | options))


def still(session: Session) -> Session:
    return dataclasses.replace(
        session, source=dataclasses.replace(session.source, frames=1, is_live=False, is_still=True)
    )


@pytest.mark.parametrize(
    ("spec", "is_live", "kind", "name", "queue"),
    [
        ("null", True, NullSink, "null", 1),
        ("party.mp4", True, Recorder, "recording", 8),
        ("comic.MKV", False, ClipSink, "video", 8),
        ("comics/", False, FolderSink, "pictures", 1),
        ("", False, FolderSink, "pictures", 1),  # the folder exists
    ],
)
def test_each_spec_has_its_sink(
    spec: str, is_live: bool, kind: type[FrameSink], name: str, queue: int, tmp_path: Path
) -> None:
    session = make_session(tmp_path, is_live=is_live)
    sink = opened_one(spec if spec == "null" else f"{tmp_path}/{spec}", session)
    assert isinstance(sink, kind)
    assert (sink.name, sink.live_queue) == (name, queue)


@pytest.mark.parametrize(
    ("spec", "kind", "is_place"),
    [
        ("window", SinkKind.WINDOW, False),
        ("web", SinkKind.WEB, False),
        ("null", SinkKind.NULL, False),
        ("camera", SinkKind.CAMERA, False),
        ("rtsp://host/celcam", SinkKind.STREAM, False),
        ("a.mp4", SinkKind.VIDEO, True),
        ("a.JPG", SinkKind.PICTURE, True),
        ("screen/", SinkKind.FOLDER, True),
        ("photos.2026/", SinkKind.FOLDER, True),
        (".", SinkKind.FOLDER, True),
    ],
)
def test_a_sinks_kind_comes_from_its_name(spec: str, kind: SinkKind, is_place: bool) -> None:
    assert sink_kind(spec) is kind
    assert kind.is_place is is_place


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("screen", "--to screen: no such folder; did you mean window? a new folder ends in /, such as screen/"),
        ("Window", "did you mean window?"),
        ("windwo", "did you mean window?"),
        ("browser", "did you mean web?"),
        ("Web", "did you mean web?"),
        ("none", "did you mean null?"),
        ("webcam", "did you mean camera?"),
        ("comics", "--to comics: no such folder; a new folder ends in /, such as comics/"),
        ("", "--to: an empty name"),
        ("a.gif", "--to a.gif: unknown kind of file; expected window, web, camera, null, rtsp://..., a folder"),
    ],
)
def test_a_near_miss_is_not_a_folder(spec: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as error:
        sink_kind(spec)
    assert message in str(error.value)
    assert not list(tmp_path.iterdir())


def test_a_picture_has_a_file(tmp_path: Path) -> None:
    sink = opened_one(str(tmp_path / "comic.png"), still(make_session(tmp_path)))
    assert isinstance(sink, ImageSink)
    assert sink.name == "picture"


def test_a_viewer_can_record(tmp_path: Path) -> None:
    session = make_session(tmp_path / "camera")
    sinks = opened(["web"], session, web=KeepingSink)
    assert [type(sink) for sink in sinks] == [KeepingSink, Recorder]
    with sinks[1] as recorder:
        session.controls.change(recording=True)
        for frame in grey_frames(3):
            recorder.show(frame)
    (path,) = (tmp_path / "camera").iterdir()
    assert read_film(path).numbers == [0, 1, 2]


def test_a_live_file_is_the_only_recorder(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    sinks = opened(["web", str(tmp_path / "party.mp4")], session, limit_minutes=5, web=KeepingSink)
    assert [type(sink) for sink in sinks] == [KeepingSink, Recorder]
    assert opened(["null"], session)[0].name == "null"
    assert len(opened(["null"], session)) == 1  # a measurement is not disturbed


def test_still_images_are_not_recorded(tmp_path: Path) -> None:
    assert len(opened(["web"], still(make_session(tmp_path)), web=KeepingSink)) == 1


def test_a_camera_is_not_recorded_twice(tmp_path: Path) -> None:
    specs = [str(tmp_path / "a.mp4"), str(tmp_path / "b.mp4")]
    with pytest.raises(UsageError, match="records a camera twice; choose one file"):
        opened(specs, make_session(tmp_path))


def test_no_file_is_created_before_all_sinks_are_checked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown kind of file; expected window, web, camera, null"):
        opened([str(tmp_path / "a.mp4"), str(tmp_path / "b.gif")], make_session(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_file_that_exists_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "party.mp4").write_text("precious")
    with pytest.raises(UsageError, match="add --overwrite"):
        opened([str(tmp_path / "party.mp4")], make_session(tmp_path))
    assert (tmp_path / "party.mp4").read_text() == "precious"


def test_a_recording_that_skips_existing_files_goes_on_in_the_next(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        (sink,) = opened([str(tmp_path / "party.mp4")], make_session(tmp_path), skip_existing=True)
        with sink:
            for frame in grey_frames(5):
                sink.show(frame)
        assert len(list(tmp_path.iterdir())) == number
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["party-002.mp4", "party-003.mp4", "party.mp4"]
    assert all(len(read_film(tmp_path / name).times_s) == 5 for name in names)


def test_the_limits_reach_the_recording(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    (sink,) = opened([str(tmp_path / "party.mp4")], session, limit_minutes=1 / 60, limit_mb=100)
    with sink:
        for frame in grey_frames(25):
            sink.show(frame)
    assert len(list(tmp_path.glob("party*.mp4"))) == 3
