"""Files to files, as a user calls it."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from celcam.errors import ModelError
from celcam.image_io import read_image, write_image
from edge_app import batch
from edge_app.__main__ import main
from edge_app.batch import Outcome
from edge_app.frames import Frame
from edge_app.sources import BUNDLED_CLIP
from edge_app.stopping import Stop
from tests.edge_app.sinks.films import read_film

SIZE = ("--size", "64x48")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Four photos in two folders, a damaged one, and a text."""
    noise = np.random.default_rng(1)
    for name in ("a.jpg", "b.png", "sub/a.jpg", "sub/c.jpg"):
        write_image(tmp_path / "photos" / name, noise.integers(0, 256, (60, 80, 3)).astype(np.uint8))
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no more")
    (tmp_path / "photos" / "notes.txt").write_text("not a photo")
    return tmp_path / "photos"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty small frames."""
    path = tmp_path_factory.mktemp("clips") / "clip.mkv"
    assert main(["synthetic:30@64x48", "--to", str(path), "--strength", "0"]) == 0
    return path


def written(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def interrupting(at: int, times: int = 1) -> Callable[..., Callable[[Frame], Frame]]:
    """In place of the painter: draws nothing, and presses Ctrl-C at a frame, once or several times."""
    count = 0

    def make_painter(*_: object) -> Callable[[Frame], Frame]:
        def paint(frame: Frame) -> Frame:
            nonlocal count
            count += 1
            press_ctrl_c = signal.getsignal(signal.SIGINT)  # called at once; the signal itself would arrive later
            assert callable(press_ctrl_c)
            for _ in range(times if count == at else 0):
                press_ctrl_c(signal.SIGINT, None)
            return dataclasses.replace(frame, small_u8=None)

        return paint

    return make_painter


def test_a_damaged_photo_is_named_and_the_others_are_drawn(
    photos: Path, clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = f"{tmp_path}/comics/"
    shutil.copy(clip, photos / "sub" / "walk.mkv")
    assert main([str(photos), str(clip), "--to", out, *SIZE]) == 1
    assert written(tmp_path / "comics") == [
        "clip.mp4",
        "photos/a.png",
        "photos/b.png",
        "photos/sub/a.png",
        "photos/sub/c.png",
        "photos/sub/walk.mp4",
    ]
    assert read_image(tmp_path / "comics" / "photos" / "a.png").shape == (48, 64, 3)
    assert len(read_film(tmp_path / "comics" / "clip.mp4").times_s) == 30
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        f"5 pictures and 2 clips -> comic at 64x48 -> {out}",
        f"4 pictures and 2 clips written to {out}, 1 other file ignored, 1 failed: {photos}/broken.jpg",
    ]
    ignored, failed = printed.err.splitlines()
    assert ignored == f"ignored: {photos}/notes.txt: not a picture or a clip"
    assert failed.startswith(f"{photos}/broken.jpg: not a readable image")


def test_a_second_run_draws_only_what_is_missing(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "broken.jpg").unlink()
    words = [str(photos), "--to", f"{tmp_path}/comics/", *SIZE]
    assert main(words) == 0
    first = tmp_path / "comics" / "a.png"
    first.write_bytes(b"precious")
    assert main(words) == 2
    assert "a.png: exists (and 3 more); add --overwrite" in capsys.readouterr().err
    (tmp_path / "comics" / "b.png").unlink()
    assert main([*words, "--skip-existing"]) == 0
    end = f"1 picture written to {tmp_path}/comics/, 3 skipped, 1 other file ignored"
    assert capsys.readouterr().out.splitlines()[-1] == end
    assert first.read_bytes() == b"precious"
    assert main([*words, "--skip-existing"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("nothing written to ")
    assert main([*words, "--overwrite"]) == 0
    assert first.read_bytes() != b"precious"


@pytest.mark.parametrize(
    ("size", "words", "text", "shape"),
    [
        ((1600, 900), (), "at 912x512", (512, 912, 3)),
        ((1600, 900), ("--sharp",), "at 912x512, enlarged to 1600x900", (900, 1600, 3)),
        ((300, 200), ("--sharp",), "at 300x200", (200, 300, 3)),
        ((300, 200), ("--size", "96x64"), "at 96x64", (64, 96, 3)),
    ],
)
def test_the_line_at_the_start_says_the_size_that_comes_out(
    size: tuple[int, int],
    words: tuple[str, ...],
    text: str,
    shape: tuple[int, int, int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "comic.png"
    write_image(photo, np.full((size[1], size[0], 3), 120, np.uint8))
    assert main([str(photo), "--to", str(out), *words]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{photo} -> comic {text} -> {out}", f"1 picture written to {out}"]
    assert read_image(out).shape == shape


def test_of_several_pictures_the_line_says_the_limit(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(photos / "a.jpg"), str(photos / "b.png"), "--to", f"{tmp_path}/comics/"]
    assert main(words) == 0
    assert "2 pictures -> comic at up to 512 pixels on the short side -> " in capsys.readouterr().out
    assert main([*words, "--sharp", "--overwrite"]) == 0
    assert "short side, enlarged to full size -> " in capsys.readouterr().out


def test_the_sound_of_a_clip_is_kept(clip_with_sound: Path, tmp_path: Path) -> None:
    assert main([str(clip_with_sound), "--to", str(tmp_path / "out.mp4"), *SIZE]) == 0
    with av.open(str(tmp_path / "out.mp4")) as film:
        assert film.streams.audio[0].codec_context.name == "aac"


def test_a_clip_that_breaks_off_is_kept_and_counts_as_failed(
    broken_off_clip: Path, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(broken_off_clip), str(photos / "a.jpg"), "--to", f"{tmp_path}/out/", *SIZE]
    assert main(words) == 1
    printed = capsys.readouterr()
    assert "breaks off" in printed.err
    assert printed.out.endswith(f"1 picture written to {tmp_path}/out/, 1 failed: {broken_off_clip}\n")
    assert 20 < len(read_film(tmp_path / "out" / "broken.mp4").times_s) < 90


def test_a_file_on_which_a_library_fails_does_not_stop_the_others(
    photos: Path, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise AttributeError("no codec")

    monkeypatch.setattr(batch, "VideoSource", fail)
    assert main([str(clip), str(photos / "a.jpg"), "--to", f"{tmp_path}/out/", *SIZE]) == 1
    printed = capsys.readouterr()
    assert f"{clip}: AttributeError: no codec\n" in printed.err
    assert printed.out.endswith(f"1 picture written to {tmp_path}/out/, 1 failed: {clip}\n")


def test_a_look_that_can_not_draw_stops_the_run(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ModelError("the model draws nothing")

    monkeypatch.setattr(batch, "Painter", fail)
    assert main([str(photos), "--to", f"{tmp_path}/out/"]) == 2
    printed = capsys.readouterr()
    assert printed.err.splitlines()[-1] == "python -m edge_app: the model draws nothing"
    assert "5 not drawn" in printed.out


def test_ctrl_c_keeps_the_finished_pictures(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(batch, "Painter", interrupting(2))
    (photos / "broken.jpg").unlink()
    assert main([str(photos), "--to", f"{tmp_path}/out/"]) == 130
    assert written(tmp_path / "out") == ["a.png", "b.png"]
    printed = capsys.readouterr()
    end = f"2 pictures written to {tmp_path}/out/, 1 other file ignored, 2 not drawn"
    assert printed.out.splitlines()[-1] == end
    assert printed.err.splitlines()[-1] == "python -m edge_app: stopped"


def test_ctrl_c_in_a_clip_leaves_a_partial_one_under_another_name(
    clip: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    monkeypatch.setattr(batch, "Painter", interrupting(12))
    assert main([str(photos / "a.jpg"), str(clip), "--to", f"{out}/"]) == 130
    assert written(out) == ["a.png", "clip.partial.mp4"]
    assert 11 <= len(read_film(out / "clip.partial.mp4").times_s) <= 12
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == f"1 picture written to {out}/, 1 not drawn"
    assert f"{out}/clip.partial.mp4: partial, the first 0." in printed.err
    monkeypatch.undo()
    assert main([str(photos / "a.jpg"), str(clip), "--to", f"{out}/", "--skip-existing"]) == 0
    assert written(out) == ["a.png", "clip.mp4", "clip.partial.mp4"]


def test_a_second_ctrl_c_ends_at_once_and_leaves_nothing_half(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "Painter", interrupting(2, times=2))
    assert main([str(photos), "--to", f"{tmp_path}/out/"]) == 130
    assert written(tmp_path / "out") == ["a.png"]


def test_a_run_that_stops_after_the_requested_time_is_complete(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    count = 0

    @contextmanager
    def stop_at_frame_40(seconds: float, stop: Stop) -> Iterator[None]:
        def paint(frame: Frame) -> Frame:
            nonlocal count
            count += 1
            if count == 40:
                stop.set()
            return frame

        assert seconds == 2.5
        monkeypatch.setattr(batch, "Painter", lambda *_: paint)
        yield

    monkeypatch.setattr(batch, "stop_after", stop_at_frame_40)
    out = tmp_path / "looped.mp4"
    assert main([str(clip), "--to", str(out), "--loop", "--seconds", "2.5"]) == 0
    assert written(tmp_path) == ["looped.mp4"]
    assert len(read_film(out).times_s) == 40
    assert f"1 clip written to {out}, 40 frames" in capsys.readouterr().out


def test_one_clip_into_a_folder_is_a_picture_of_each_frame(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(clip), "--to", f"{tmp_path}/frames/", *SIZE]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("30 frames, ")
    assert line.endswith(f", written to {tmp_path}/frames/")
    assert len(written(tmp_path / "frames")) == 30
    assert written(tmp_path / "frames")[0] == "clip-000001.png"


def test_figures_of_a_conversion(photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(photos / "a.jpg"), "--to", f"{tmp_path}/out/", "--stats", str(tmp_path / "stats.jsonl")]
    assert main(words) == 0
    text = capsys.readouterr().out
    for word in ("milliseconds", "capture", "stylize", "show picture"):
        assert word in text


def test_a_full_disk_ends_the_run(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    assert main([str(photos / "a.jpg"), "--to", f"{tmp_path}/out/", *SIZE]) == 0
    monkeypatch.setattr(Path, "replace", full)
    assert main([str(photos), "--to", f"{tmp_path}/out/", "--skip-existing", *SIZE]) == 2
    printed = capsys.readouterr()
    assert "No space left on device" in printed.err
    assert printed.out.splitlines()[-1].startswith(f"nothing written to {tmp_path}/out/, 1 skipped, 1 other file")
    assert printed.out.splitlines()[-1].endswith("4 not drawn")
    assert written(tmp_path / "out") == ["a.png"]


def test_the_last_line_names_some_failed_files_and_counts_the_others() -> None:
    failed = [f"{number}.jpg" for number in range(7)]
    outcome = Outcome(15, pictures=1, clips=2, skipped=3, ignored=4, failed=failed)
    assert outcome.summary("out/") == (
        "1 picture and 2 clips written to out/, 3 skipped, 4 other files ignored, 5 not drawn, "
        "7 failed: 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg and 2 more"
    )


def test_the_bundled_clip_and_its_copy_are_two_files(tmp_path: Path) -> None:
    shutil.copy(BUNDLED_CLIP, tmp_path / "street_walk.mp4")
    words = [str(BUNDLED_CLIP), str(tmp_path / "street_walk.mp4"), "--to", f"{tmp_path}/out/", *SIZE]
    assert main(words) == 0
    assert written(tmp_path / "out") == ["street_walk-mp4-2.mp4", "street_walk-mp4.mp4"]
