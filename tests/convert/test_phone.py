"""What the phone's page draws with: each look's files are there, and those that no look needs are deleted."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from celcam.errors import MediaError, UsageError
from celcam.finishes.finish import Finish
from celcam.finishes.paper import Paper
from celcam.looks import Look
from celcam.paths import MODELS
from convert.options import PhoneConfig
from convert.phone import Networks, first_photo, networks_of, write_look, write_run, write_shipped

COMIC = Networks(MODELS / "comic-float16.tflite", MODELS / "comic.tflite")


def no_export(run: Path, recipe: str, out: Path) -> Path:
    raise AssertionError(f"{run} is exported by {recipe} to {out}")


def copying_export(run: Path, recipe: str, out: Path) -> Path:
    """Stands in for the converter: copies a shipped file."""
    path = out / f"{run.name}-{recipe}.tflite"
    shutil.copy(COMIC.float16 if recipe == "float16" else COMIC.int8, path)
    shutil.copy((COMIC.float16 if recipe == "float16" else COMIC.int8).with_suffix(".json"), path.with_suffix(".json"))
    return path


def test_every_file_that_a_look_names_is_there_under_a_name_with_its_digest(tmp_path: Path) -> None:
    path = write_look(tmp_path, Look("plain", "comic", Finish((Paper(),)), "paper"), COMIC, order=3)
    look = json.loads(path.read_text(encoding="utf-8"))
    finishes = [name for finish in look["finish"].values() for name in (finish["file"], *finish["tiles"].values())]
    assert set(look["finish"]) == {"480", "720"}
    assert len(finishes) == 4
    for name in (look["thumbnail"], *look["live"].values(), *finishes):
        assert (tmp_path / name).is_file()
    assert (tmp_path / look["live"]["int8"]).read_bytes() == COMIC.int8.read_bytes()
    assert "quality" not in look


def test_a_style_without_a_float16_file_is_exported_from_its_weights(tmp_path: Path) -> None:
    shutil.copy(COMIC.int8, tmp_path / "comic.tflite")
    out = tmp_path / "exported"
    out.mkdir()
    networks = networks_of("comic", tmp_path, copying_export, out)
    assert networks.float16 == out / "comic-keras-float16.tflite"
    assert networks.quality_int8 is None


def test_a_style_without_an_int8_file_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"comic\.tflite: no such file; make it with 'python -m convert export"):
        networks_of("comic", tmp_path, no_export, tmp_path)


def test_a_users_look_stays_when_the_shipped_ones_are_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convert.phone.LOOKS", {"comic": Look("comic", "comic", Finish())})
    run = tmp_path / "mine"
    write_run(run, tmp_path / "out", None, copying_export)
    write_look(tmp_path / "out", Look("gone", "comic", Finish((Paper(seed=9),))), COMIC, order=0)
    write_shipped(tmp_path / "out", no_export)
    looks = sorted(path.stem for path in (tmp_path / "out" / "looks").iterdir())
    assert looks == ["comic", "mine"]
    named = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out" / "looks").iterdir())
    left = [
        path.name for folder in ("networks", "finishes", "thumbnails") for path in (tmp_path / "out" / folder).iterdir()
    ]
    assert left
    assert all(name in named for name in left)
    assert (tmp_path / "out" / "photo.webp").read_bytes()[8:12] == b"WEBP"


def test_the_first_photo_is_upright_and_small() -> None:
    assert first_photo().shape == (512, 384, 3)


def test_a_look_without_a_run_is_refused() -> None:
    with pytest.raises(UsageError, match="expected a RUN"):
        PhoneConfig(look=Path("my-look.toml"))
