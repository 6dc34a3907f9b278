"""The sound of a clip stays with its picture, whatever the container and the codec."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import av
import pytest

from edge_app.sinks.clip import ClipSink
from edge_app.sources.video import VideoSource
from tests.celcam.media.flashes import EVENTS_S, beeps_s, flashes_s, write_flashes
from tests.edge_app.fakes import quiet_notices

TOGETHER_S = 0.04


def convert(path: Path, out: Path) -> list[str]:
    """Write the clip ``path`` to ``out``; return the notices."""
    notices = quiet_notices()
    with (
        VideoSource(path) as source,
        ClipSink(out, source.info, overwrite=True, notices=notices, all_sound=lambda: True) as sink,
    ):
        for frame in source.frames():
            sink.show(frame)
    return [notice.text for notice in notices.since()]


def assert_together(path: Path, out: Path, *, first: float = 0.0) -> None:
    """The flashes of ``out`` are those of ``path`` since its ``first`` picture, each with its beep."""
    seen, heard = flashes_s(out), beeps_s(out)
    assert seen == pytest.approx([time_s - first for time_s in EVENTS_S], abs=0.02)
    assert heard == pytest.approx(seen, abs=TOGETHER_S)


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "ts-aac": (".ts", {"sound": "aac"}),
    "ts-mp2": (".ts", {"sound": "mp2"}),
    "ts-ac3": (".ts", {"sound": "ac3"}),
    "mpg-mp2": (".mpg", {"sound": "mp2", "video": "mpeg2video"}),
    "mkv-aac": (".mkv", {"sound": "aac"}),
    "mkv-opus": (".mkv", {"sound": "libopus"}),
    "mkv-vorbis": (".mkv", {"sound": "vorbis", "rate": 44_100}),
    "mkv-flac": (".mkv", {"sound": "flac", "rate": 44_100}),
    "mov-aac": (".mov", {"sound": "aac", "rate": 44_100}),
    "mov-pcm": (".mov", {"sound": "pcm_s16le", "rate": 22_050}),
    "mp4-mp3": (".mp4", {"sound": "libmp3lame", "rate": 44_100}),
    "avi-pcm-5512": (".avi", {"sound": "pcm_s16le", "rate": 5512, "video": "mjpeg"}),
    "avi-pcm-11024": (".avi", {"sound": "pcm_s16le", "rate": 11_024, "video": "mpeg4"}),
    "mkv-pcm-96000": (".mkv", {"sound": "pcm_s16le", "rate": 96_000}),
    "mkv-flac-192000": (".mkv", {"sound": "flac", "rate": 192_000}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_sound_and_picture_stay_together(kind: str, tmp_path: Path) -> None:
    suffix, options = KINDS[kind]
    path = write_flashes(tmp_path / f"in{suffix}", **options)
    assert convert(path, tmp_path / "out.mp4") == []
    assert_together(path, tmp_path / "out.mp4")


@pytest.mark.parametrize("kind", ["ts-mp2", "mkv-opus", "mkv-aac", "mov-pcm"])
@pytest.mark.parametrize(("picture_s", "sound_s"), [(0.6, 0.0), (0.0, 0.6), (0.6, 0.6)])
def test_either_may_start_late(kind: str, picture_s: float, sound_s: float, tmp_path: Path) -> None:
    suffix, options = KINDS[kind]
    arguments: dict[str, Any] = {"picture_start_s": picture_s, "sound_start_s": sound_s, **options}
    path = write_flashes(tmp_path / f"in{suffix}", **arguments)
    assert convert(path, tmp_path / "out.mp4") == []
    assert_together(path, tmp_path / "out.mp4", first=picture_s)
    with av.open(str(tmp_path / "out.mp4")) as out:
        stream = out.streams.audio[0]
        end_s = float((stream.start_time + stream.duration) * stream.time_base)
    assert end_s == pytest.approx(3.0 - picture_s, abs=0.1)


def test_joined_recordings_keep_sound_and_picture_together(tmp_path: Path) -> None:
    part = write_flashes(tmp_path / "part.ts", sound="mp2").read_bytes()
    (tmp_path / "joined.ts").write_bytes(part + part)
    assert convert(tmp_path / "joined.ts", tmp_path / "out.mp4") == []
    seen = flashes_s(tmp_path / "out.mp4")
    assert len(seen) == 4
    assert beeps_s(tmp_path / "out.mp4") == pytest.approx(seen, abs=TOGETHER_S)


def test_repeated_time_stamps_lose_no_picture_and_no_sound(tmp_path: Path) -> None:
    path = write_flashes(tmp_path / "in.mov", sound="aac")
    with av.open(str(path)) as source, av.open(str(tmp_path / "twice.mkv"), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for number, packet in enumerate(source.demux()):
            if packet.dts is not None:
                if packet.stream.type == "audio" and number % 8 == 0:
                    packet.pts = packet.dts = packet.dts - 21
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    assert convert(tmp_path / "twice.mkv", tmp_path / "out.mp4") == []
    with av.open(str(tmp_path / "out.mp4")) as out:
        assert out.streams.video[0].frames == 75
    assert_together(path, tmp_path / "out.mp4")


def write_two_sounds(out: Path, pictures: Path, sounds: list[tuple[Path, bool]]) -> Path:
    """Write a clip with the pictures of a clip and the sounds of others; the flag marks the default one."""
    with av.open(str(out), "w") as target, ExitStack() as stack:
        files = [stack.enter_context(av.open(str(path))) for path in (pictures, *(path for path, _ in sounds))]
        streams = [files[0].streams.video[0], *(file.streams.audio[0] for file in files[1:])]
        copies = [target.add_stream_from_template(stream) for stream in streams]
        for copy, (_, is_default) in zip(copies[1:], sounds, strict=True):
            copy.disposition = av.stream.Disposition.default if is_default else 0
        for file, stream, copy in zip(files, streams, copies, strict=True):
            for packet in file.demux(stream):
                if packet.dts is not None:
                    packet.stream = copy
                    target.mux(packet)
    return out


def test_the_default_sound_is_kept(tmp_path: Path) -> None:
    loud = write_flashes(tmp_path / "loud.mov", sound="aac")
    silent = write_flashes(tmp_path / "silent.mov", sound="aac", sound_start_s=2.5)
    path = write_two_sounds(tmp_path / "two.mkv", loud, [(silent, False), (loud, True)])
    assert convert(path, tmp_path / "out.mp4") == []
    assert_together(loud, tmp_path / "out.mp4")


def test_a_sound_without_a_decoder_gives_way_to_the_next(tmp_path: Path) -> None:
    loud = write_flashes(tmp_path / "loud.mov", sound="pcm_s16le")
    path = write_two_sounds(tmp_path / "two.mov", loud, [(loud, True), (loud, False)])
    data = path.read_bytes()
    assert data.count(b"sowt") == 2
    path.write_bytes(data.replace(b"sowt", b"xxxx", 1))  # a codec that no decoder knows
    assert convert(path, tmp_path / "out.mp4") == []
    assert_together(loud, tmp_path / "out.mp4")


def test_sound_that_can_not_be_used_is_left_out_with_its_reason(tmp_path: Path) -> None:
    path = write_flashes(tmp_path / "in.mov", sound="pcm_s16le")
    data = path.read_bytes()
    assert data.count(b"sowt") == 1
    path.write_bytes(data.replace(b"sowt", b"xxxx"))  # a codec that no decoder knows
    notices = convert(path, tmp_path / "out.mp4")
    assert notices == [f"{path}: its sound is left out: FFmpeg has no decoder for it; the picture is complete"]
    with av.open(str(tmp_path / "out.mp4")) as out:
        assert [stream.type for stream in out.streams] == ["video"]
        assert out.streams.video[0].frames == 75


def test_sound_that_the_target_refuses_costs_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise av.error.ArgumentError(22, "Invalid argument")

    path = write_flashes(tmp_path / "in.mkv", sound="aac")
    monkeypatch.setattr("edge_app.sinks.sound.Sound.write_until", refuse)
    notices = convert(path, tmp_path / "out.mp4")
    assert notices == [f"{path}: its sound is left out: Invalid argument; the picture is complete"]
    with av.open(str(tmp_path / "out.mp4")) as out:
        assert out.streams.video[0].frames == 75
