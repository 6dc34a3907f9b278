"""The app as a user calls it, with the shipped model."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from celcam.looks import find_look
from celcam.media.photos import read_image
from celcam.metrics import psnr, ssim
from celcam.model_card import find_model
from celcam.styles import find_style
from celcam.tflite_model import TFLiteModel
from edge_app.__main__ import main
from edge_app.drawing.sizing import fit
from edge_app.sources import BUNDLED_CLIP

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "datasets" / "samples"
COFFEE = str(SAMPLES / "food_scikit_image_coffee.jpg")


def tracks(path: Path) -> dict[str, Any]:
    """Decode a clip to its end."""
    with av.open(str(path)) as clip:
        found: dict[str, Any] = {"codec": clip.streams.video[0].codec_context.name, "sound": None}
        found["pictures"] = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    with av.open(str(path)) as clip:
        if clip.streams.audio:
            found["sound"] = clip.streams.audio[0].codec_context.name
            found["samples"] = np.concatenate([frame.to_ndarray()[0] for frame in clip.decode(audio=0)])
    return found


def test_a_clip_becomes_an_mp4_with_every_frame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "comic.mp4"
    assert main([str(BUNDLED_CLIP), "--to", str(out)]) == 0
    start, end = capsys.readouterr().out.splitlines()
    assert start == f"{BUNDLED_CLIP} -> comic, drawn and written at 512x384 -> {out}"
    assert re.fullmatch(rf"1 clip written to {re.escape(str(out))}, 100 frames, [0-9.]+ frames per second", end)
    written = tracks(out)
    assert (written["codec"], len(written["pictures"])) == ("h264", 100)
    with av.open(str(BUNDLED_CLIP)) as clip:
        first = next(clip.decode(video=0)).to_ndarray(format="rgb24")
    drawn = TFLiteModel(find_model("comic"))(first)
    assert psnr(written["pictures"][0], find_look("comic").finish.draw(drawn, (512, 384))) > 28


@pytest.mark.parametrize(("clip", "codec"), [("clip_with_sound", "aac"), ("clip_with_flac", "aac")])
def test_the_sound_is_kept(clip: str, codec: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    out = tmp_path / "out.mp4"
    assert main([str(request.getfixturevalue(clip)), "--to", str(out), "--size", "128x96"]) == 0
    written = tracks(out)
    assert written["sound"] == codec
    samples = written["samples"]
    assert abs(len(samples) / 48_000 - 2.0) < 0.1
    spectrum = np.abs(np.fft.rfft(samples[9600:57600]))
    assert abs(int(spectrum.argmax()) - 440) <= 2  # one second: a bin is 1 Hz


def test_an_image_becomes_an_image_of_the_requested_size(tmp_path: Path) -> None:
    assert main([COFFEE, "--to", str(tmp_path / "comic.png"), "--output-size", "320x240"]) == 0
    assert read_image(tmp_path / "comic.png").shape == (240, 320, 3)


def test_a_live_source_runs_for_the_requested_time(capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    assert main(["synthetic:", "--to", "null", "--seconds", "1"]) == 0
    assert 1.0 <= time.monotonic() - started < 6.0
    assert "-> comic, drawn at 320x240, shown at 640x480 -> null" in capsys.readouterr().out


@pytest.mark.parametrize("flag", ["--filter", "--teacher"])
def test_a_style_filter_can_draw_in_place_of_its_network(flag: str, tmp_path: Path) -> None:
    words = [COFFEE, "--size", "384x256", "--output-size", "384x256", "--finish", "none", "--to"]
    assert main([*words, str(tmp_path / "network.png")]) == 0
    assert main([*words, str(tmp_path / "filter.png"), flag, "comic"]) == 0
    network, filtered = read_image(tmp_path / "network.png"), read_image(tmp_path / "filter.png")
    assert np.array_equal(filtered, find_style("comic").draw(fit(read_image(Path(COFFEE)), (384, 256)), 1.0))
    assert ssim(network, filtered) > 0.75


def test_without_a_source_and_a_camera_the_bundled_clip_runs(capsys: pytest.CaptureFixture[str]) -> None:
    if any(Path("/dev").glob("video*")):
        pytest.skip("this machine has a camera")
    assert main(["--to", "null", "--size", "64x48"]) == 0
    printed = capsys.readouterr()
    assert "100 frames" in printed.out
    assert "no camera found" in printed.err


def test_ctrl_c_finishes_the_recording(tmp_path: Path) -> None:
    out = tmp_path / "live.mp4"
    command = [sys.executable, "-m", "edge_app", "synthetic:", "--to", str(out)]
    app = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not (out.exists() and out.stat().st_size > 1000) and time.monotonic() < deadline:
        time.sleep(0.1)
    app.send_signal(signal.SIGINT)
    text, _ = app.communicate(timeout=30)
    assert app.returncode == 0
    assert "frames per second" in text
    assert len(tracks(out)["pictures"]) >= 1


def test_a_killed_recording_plays(tmp_path: Path) -> None:
    out = tmp_path / "killed.mp4"
    command = [sys.executable, "-m", "edge_app", "synthetic:", "--to", str(out)]
    app = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (out.exists() and out.stat().st_size > 200_000) and time.monotonic() < deadline:
        time.sleep(0.1)
    app.kill()
    app.wait()
    shown = 0
    with av.open(str(out)) as clip, suppress(av.FFmpegError):  # the last fragment may be torn
        for _ in clip.decode(video=0):
            shown += 1
    assert shown >= 30


def test_a_truncated_clip_is_drawn_up_to_the_damage(
    broken_off_clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "comic.mp4"
    assert main([str(broken_off_clip), "--to", str(out)]) == 2
    error = capsys.readouterr().err.strip()
    assert "breaks off" in error
    assert "\n" not in error
    assert 20 < len(tracks(out)["pictures"]) < 90


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("none.png", "--to", "{tmp}/a.png"), "none.png: no such file or folder"),
        (("{tmp}/text.jpg", "--to", "{tmp}/a.png"), "text.jpg: not a readable image"),
        (("{tmp}/cut.mp4", "--to", "{tmp}/a.mp4"), "cut.mp4: not a readable video"),
        (("usb:97", "--to", "null"), "usb:97: no camera there"),
        ((COFFEE, "--style", "cubism", "--to", "null"), "unknown look 'cubism'; known: anime"),
        ((COFFEE, "--to", "{tmp}/text.jpg/a.png"), "can't be made"),
        ((COFFEE, "--to", "{tmp}/text.jpg/folder/"), "can't be made"),
        ((str(SAMPLES), "--to", "/proc/celcam/"), "can't be made"),
        ((COFFEE, "--to", "screen"), "did you mean window?"),
        ((COFFEE, "--style", "Comic", "--to", "null"), "unknown look 'Comic'; did you mean comic?"),
        ((COFFEE, "usb:0", "--to", "null"), "a camera is a source by itself; name one source"),
        ((str(BUNDLED_CLIP), COFFEE, "--to", "null", "--loop"), "--loop: 2 sources; name one clip"),
        (("synthetic:9", "--to", "{tmp}/a.mp4", "--skip-existing"), "only for pictures and clips that become files"),
        (("--to", "{tmp}/out/", "{tmp}/text.jpg", "--overwrite"), "put SOURCE before --to"),
        (("--to", "{tmp}/out/", str(SAMPLES)), "put SOURCE before --to"),
        ((COFFEE, "--to", "{tmp}/a.png", "--overwrite", "--skip-existing"), "choose one"),
        ((str(BUNDLED_CLIP), "--to", "/proc/a.mp4"), "/proc/a.mp4: can't be written"),
        ((COFFEE, "--to", "{tmp}/a.gif"), "unknown kind of file"),
        ((COFFEE, "--to", "{tmp}/a.mp4"), "still images of their own sizes; choose a .png or .jpg"),
        ((str(SAMPLES), "--to", "{tmp}/a.mp4"), "still images of their own sizes; choose a folder"),
        ((str(BUNDLED_CLIP), "--to", "{tmp}/a.png"), "choose a folder or an .mp4"),
        ((COFFEE, "--to", "{tmp}/text.jpg"), "add --overwrite"),
        ((COFFEE, "--to", COFFEE, "--overwrite"), "is the source itself"),
        ((COFFEE, "--to", "null", "--filter", "cubism"), "unknown style 'cubism'; known: "),
        ((COFFEE, "--to", "null", "--filter", "comic", "--model", "a.tflite"), "choose one"),
        ((COFFEE, "--to", "null", "--size", "big"), "expected WIDTHxHEIGHT"),
        ((COFFEE, "--to", "null", "--size", "30x30"), "try 32x32"),
        ((COFFEE, "--to", "null", "--output-size", "big"), "expected WIDTHxHEIGHT"),
        ((COFFEE, "--to", "null", "--output-size", "9x90"), "--output-size 9x90: expected sides of 16 to 8192"),
        (
            (COFFEE, "--to", "null", "--size", "64x64", "--output-size", "640x480"),
            "--size 64x64 and --output-size 640x480: expected one shape; leave --size out",
        ),
        ((COFFEE, "--to", "null", "--finish", "cubism"), "unknown look 'cubism'"),
        ((COFFEE, "--to", "null", "--style", "{tmp}/none.toml"), "none.toml: can't be read"),
        ((COFFEE, "--to", "null", "--threads", "0"), "--threads 0: expected 1 to 1024"),
        ((COFFEE, "--to", "null", "--model", "{tmp}/text.jpg"), "not a TFLite file"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    words: tuple[str, ...], message: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.jpg").write_text("just some words")
    (tmp_path / "cut.mp4").write_bytes(BUNDLED_CLIP.read_bytes()[:150_000])
    assert main([word.replace("{tmp}", str(tmp_path)) for word in words]) == 2
    error = capfd.readouterr().err.strip()
    assert message in error
    assert "\n" not in error
    assert not (tmp_path / "a.mp4").exists()


def test_a_window_without_a_display_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert main([COFFEE]) == 2
    assert "there is no display" in capsys.readouterr().err


def test_several_sinks_get_every_frame(tmp_path: Path) -> None:
    words = [str(BUNDLED_CLIP), "--size", "64x48", "--to", str(tmp_path / "a.mp4"), f"{tmp_path}/pictures/"]
    assert main([*words, "--to", str(tmp_path / "b.mkv")]) == 0
    assert len(list((tmp_path / "pictures").glob("*.png"))) == 100
    assert [len(tracks(tmp_path / name)["pictures"]) for name in ("a.mp4", "b.mkv")] == [100, 100]


def test_the_photo_is_on_the_left_of_a_wipe_and_everywhere_without_strength(tmp_path: Path) -> None:
    photo = fit(read_image(Path(COFFEE)), (384, 256))
    words = [COFFEE, "--size", "384x256", "--output-size", "384x256", "--to"]
    assert main([*words, str(tmp_path / "wipe.png"), "--wipe", "0.5"]) == 0
    assert main([*words, str(tmp_path / "photo.png"), "--strength", "0"]) == 0
    wiped = read_image(tmp_path / "wipe.png")
    assert np.array_equal(wiped[:, :190], photo[:, :190])
    assert not np.array_equal(wiped[:, 194:], photo[:, 194:])
    assert np.array_equal(read_image(tmp_path / "photo.png"), photo)


def test_sharp_gives_the_size_of_the_photo(tmp_path: Path) -> None:
    assert main([COFFEE, "--size", "192x128", "--sharp", "--to", str(tmp_path / "sharp.png")]) == 0
    assert read_image(tmp_path / "sharp.png").shape == (400, 600, 3)


def test_the_command_line_overrides_the_settings_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = tmp_path / "camera.toml"
    settings.write_text(f'source = "{BUNDLED_CLIP}"\nto = ["null"]\nstyle = "sketch"\nsize = "64x48"\n')
    assert main(["--settings", str(settings), "--size", "128x96"]) == 0
    assert "-> pencil, drawn at 128x96, shown at 512x384 -> null" in capsys.readouterr().out


def test_the_stage_times_are_printed_with_stats_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["synthetic:5@64x48", "--to", "null"]
    assert main(words) == 0
    assert "milliseconds" not in capsys.readouterr().out
    assert main([*words, "--stats", str(tmp_path / "stats.jsonl")]) == 0
    text = capsys.readouterr().out
    for word in ("milliseconds", "capture", "stylize", "show null"):
        assert word in text


def test_several_images_can_be_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([COFFEE, str(SAMPLES), str(BUNDLED_CLIP), "--to", "null", "--size", "64x64"]) == 0
    printed = capsys.readouterr()
    assert (
        f"{COFFEE} and 2 more -> comic, drawn at 64x64, shown at up to 1080 pixels on the short side -> null"
        in printed.out
    )
    assert "19 frames" in printed.out  # the named one is among them
    assert "other files ignored; only images are shown" in printed.err


def test_the_looks_are_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = tmp_path / "night.toml"
    own.write_text('[look]\nstyle = "comic"\nabout = "dark corners"\n')
    assert main(["--list-looks", "--style", str(own)]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split(maxsplit=1) == ["night", "dark corners"]
    assert main(["--list-looks"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names[:2] == ["comic", "poster"]
    assert {"anime", "watercolor", "noir", "comic-quality"} <= set(names)


def test_figures_are_written_while_the_app_runs(tmp_path: Path) -> None:
    stats = tmp_path / "stats.jsonl"
    assert main(["synthetic:", "--to", "null", "--size", "64x48", "--seconds", "2.5", "--stats", str(stats)]) == 0
    lines = [json.loads(line) for line in stats.read_text().splitlines()]
    assert len(lines) == 2
    assert lines[1]["frames"] > lines[0]["frames"] > 0
    assert lines[1]["vitals"]["memory_mb"] > 10


def test_the_profile_times_each_part_and_the_pipeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "--size", "64x48"]) == 0
    text = capsys.readouterr().out
    for word in (
        "resize to the network's input",
        "network",
        "enlarge to 512x384",
        "or sharp, to 512x384",
        "finish at 512x384",
        "stage capture alone",
        "stage finish alone",
        "the pipeline:",
    ):
        assert word in text
    share = float(text.rpartition("alone allows: ")[2].split()[0])
    assert 0.1 < share < 1.5


def test_doctor_finds_no_problem_on_this_machine(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["doctor", "--folder", str(tmp_path)]) == 0
    assert "comic draws 320x240" in capsys.readouterr().out
