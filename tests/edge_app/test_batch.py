"""Files to files, as a user calls it."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from celcam.image_io import write_image
from celcam.media.photos import read_image
from edge_app import batch
from edge_app.__main__ import main
from edge_app.batch import Outcome
from edge_app.sources import BUNDLED_CLIP
from tests.edge_app.conversions import SIZE, written
from tests.edge_app.sinks.films import read_film


def test_a_damaged_photo_is_named_and_the_others_are_drawn(
    photo_folder: Path, small_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = f"{tmp_path}/comics/"
    shutil.copy(small_clip, photo_folder / "sub" / "walk.mkv")
    assert main([str(photo_folder), str(small_clip), "--to", out, *SIZE]) == 1
    assert written(tmp_path / "comics") == [
        "clip.mp4",
        "photos/a.png",
        "photos/b.png",
        "photos/sub/a.png",
        "photos/sub/c.png",
        "photos/sub/walk.mp4",
    ]
    assert read_image(tmp_path / "comics" / "photos" / "a.png").shape == (60, 80, 3)
    assert len(read_film(tmp_path / "comics" / "clip.mp4").times_s) == 30
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        f"5 pictures and 2 clips -> comic, drawn at 64x48, written at up to 1080 pixels on the short side -> {out}",
        f"4 pictures and 2 clips written to {out}, 1 other file ignored, 1 failed: {photo_folder}/broken.jpg",
    ]
    ignored, failed = printed.err.splitlines()
    assert ignored == f"ignored: {photo_folder}/notes.txt: not a picture or a clip"
    assert failed.startswith(f"{photo_folder}/broken.jpg: not a readable image")


def test_a_second_run_draws_only_what_is_missing(
    photo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photo_folder / "broken.jpg").unlink()
    words = [str(photo_folder), "--to", f"{tmp_path}/comics/", *SIZE]
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
        ((1600, 900), (), "drawn at 912x512, written at 1600x900", (900, 1600, 3)),
        ((1600, 900), ("--sharp",), "drawn at 912x512, written at 1600x900", (900, 1600, 3)),
        ((300, 200), ("--sharp",), "drawn and written at 300x200", (200, 300, 3)),
        ((301, 201), (), "drawn at 300x200, written at 301x201", (201, 301, 3)),
        ((300, 200), ("--size", "96x64"), "drawn at 96x64, written at 300x200", (200, 300, 3)),
        ((300, 200), ("--output-size", "96x96"), "drawn and written at 96x96", (96, 96, 3)),
        ((300, 200), ("--output-size", "1200x800"), "drawn at 768x512, written at 1200x800", (800, 1200, 3)),
        ((2400, 1200), ("--size", "96x48"), "drawn at 96x48, written at 2160x1080", (1080, 2160, 3)),
    ],
)
def test_the_first_line_gives_the_output_size(
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
    assert capsys.readouterr().out.splitlines() == [f"{photo} -> comic, {text} -> {out}", f"1 picture written to {out}"]
    assert read_image(out).shape == shape


def test_for_several_pictures_the_line_gives_the_limit(
    photo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(photo_folder / "a.jpg"), str(photo_folder / "b.png"), "--to", f"{tmp_path}/comics/"]
    assert main(words) == 0
    line = capsys.readouterr().out
    assert "2 pictures -> comic, drawn at up to 512 and written at up to 1080 pixels on the short side -> " in line
    assert main([*words, "--output-size", "96x72", "--overwrite"]) == 0
    assert "2 pictures -> comic, drawn and written at 96x72 -> " in capsys.readouterr().out


def test_the_sound_of_a_clip_is_kept(clip_with_sound: Path, tmp_path: Path) -> None:
    assert main([str(clip_with_sound), "--to", str(tmp_path / "out.mp4"), *SIZE]) == 0
    with av.open(str(tmp_path / "out.mp4")) as film:
        assert film.streams.audio[0].codec_context.name == "aac"


def test_a_truncated_clip_is_kept_and_counts_as_failed(
    broken_off_clip: Path, photo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(broken_off_clip), str(photo_folder / "a.jpg"), "--to", f"{tmp_path}/out/", *SIZE]
    assert main(words) == 1
    printed = capsys.readouterr()
    assert "breaks off" in printed.err
    assert printed.out.endswith(f"1 picture written to {tmp_path}/out/, 1 failed: {broken_off_clip}\n")
    assert 20 < len(read_film(tmp_path / "out" / "broken.mp4").times_s) < 90


def test_a_file_on_which_a_library_fails_does_not_stop_the_others(
    photo_folder: Path,
    small_clip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **options: object) -> None:
        raise AttributeError("no codec")

    monkeypatch.setattr(batch, "VideoSource", fail)
    assert main([str(small_clip), str(photo_folder / "a.jpg"), "--to", f"{tmp_path}/out/", *SIZE]) == 1
    printed = capsys.readouterr()
    assert f"{small_clip}: AttributeError: no codec\n" in printed.err
    assert printed.out.endswith(f"1 picture written to {tmp_path}/out/, 1 failed: {small_clip}\n")


def test_one_clip_into_a_folder_is_a_picture_of_each_frame(
    small_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(small_clip), "--to", f"{tmp_path}/frames/", *SIZE]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("30 frames, ")
    assert line.endswith(f", written to {tmp_path}/frames/")
    assert len(written(tmp_path / "frames")) == 30
    assert written(tmp_path / "frames")[0] == "clip-000001.png"


def test_figures_of_a_conversion(photo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(photo_folder / "a.jpg"), "--to", f"{tmp_path}/out/", "--stats", str(tmp_path / "stats.jsonl")]
    assert main(words) == 0
    text = capsys.readouterr().out
    for word in ("milliseconds", "capture", "stylize", "show picture"):
        assert word in text


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
