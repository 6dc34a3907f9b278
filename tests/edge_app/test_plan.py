from __future__ import annotations

from pathlib import Path

import pytest

from celcam.errors import CelcamError, MediaError, UsageError
from edge_app.options import AppConfig
from edge_app.plan import Plan, is_conversion, make_plan


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.png", "clip.mkv", "sub/a.jpg", "notes.txt"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_text(name)
    return tmp_path / "photos"


def plan(*sources: Path, to: str, overwrite: bool = False, skip_existing: bool = False) -> Plan:
    return make_plan([str(source) for source in sources], to, overwrite=overwrite, skip_existing=skip_existing)


def outputs(plan: Plan, folder: Path) -> dict[str, str]:
    return {str(job.source.relative_to(folder)): str(job.output.relative_to(folder)) for job in plan.jobs}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"source": ("a.jpg",), "to": ("out/",)}, True),
        ({"source": ("a.jpg",), "to": ("out.png",)}, True),
        ({"source": ("clip.mkv",), "to": ("out.mp4",)}, True),
        ({"source": (".",), "to": ("out/",)}, True),
        ({"source": ("clip.mkv", "b.png"), "to": ("out/",)}, True),
        ({"source": ("clip.mkv",), "to": ("out/",)}, False),  # a picture of each frame
        ({"source": ("a.jpg",), "to": ("window",)}, False),
        ({"source": ("a.jpg",), "to": ("null",)}, False),
        ({"source": ("clip.mkv",), "to": ("out.mp4", "out/")}, False),
        ({"source": ("usb:0",), "to": ("out.mp4",)}, False),
        ({"source": ("synthetic:9",), "to": ("out.mp4",)}, False),
        ({"source": (), "to": ("out.mp4",)}, False),
    ],
)
def test_files_that_become_files_are_a_conversion(
    words: dict[str, tuple[str, ...]], expected: bool, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos)
    assert is_conversion(AppConfig(source=words["source"], to=words["to"])) is expected


def test_a_missing_source_and_an_unknown_sink_are_errors(photos: Path) -> None:
    with pytest.raises(MediaError, match="no such file or folder"):
        is_conversion(AppConfig(source=(str(photos / "none.jpg"),), to=("out/",)))
    with pytest.raises(UsageError, match="did you mean window"):
        is_conversion(AppConfig(source=(str(photos),), to=("screen",)))


def test_a_folder_keeps_its_subfolders_and_its_clips(photos: Path, tmp_path: Path) -> None:
    found = plan(photos, to=f"{tmp_path}/out/")
    assert outputs(found, tmp_path) == {
        "photos/a.jpg": "out/a.png",
        "photos/b.png": "out/b.png",
        "photos/clip.mkv": "out/clip.mp4",
        "photos/sub/a.jpg": "out/sub/a.png",
    }
    assert [job.is_clip for job in found.jobs] == [False, False, True, False]
    assert found.ignored == [f"{photos}/notes.txt: not a picture or a clip"]
    assert (found.total, found.skipped) == (4, 0)


def test_several_sources_do_not_collide(photos: Path, tmp_path: Path) -> None:
    found = plan(photos / "a.jpg", photos / "sub" / "a.jpg", photos / "sub", to=f"{tmp_path}/out/")
    assert outputs(found, tmp_path) == {"photos/a.jpg": "out/a-jpg.png", "photos/sub/a.jpg": "out/a-jpg-2.png"}


def test_a_picture_and_a_clip_with_the_same_name_keep_it(photos: Path, tmp_path: Path) -> None:
    (photos / "a.mov").write_text("")
    found = plan(photos / "a.jpg", photos / "a.mov", to=f"{tmp_path}/out/")
    assert outputs(found, tmp_path) == {"photos/a.jpg": "out/a.png", "photos/a.mov": "out/a.mp4"}


def test_one_file_becomes_one_file(photos: Path, tmp_path: Path) -> None:
    found = plan(photos / "a.jpg", to=f"{tmp_path}/new/comic.png")
    assert outputs(found, tmp_path) == {"photos/a.jpg": "new/comic.png"}
    assert (tmp_path / "new").is_dir()
    assert found.info.is_still


@pytest.mark.parametrize(
    ("sources", "to", "message"),
    [
        (("a.jpg", "b.png"), "x.mp4", "holds still images of their own sizes; choose a folder"),
        (("a.jpg", "b.png"), "x.png", "has more than one picture; choose a folder or an .mp4"),
        (("a.jpg", "clip.mkv"), "x.mp4", "2 files do not fit into one; choose a folder such as comics/"),
        (("a.jpg",), "x.mp4", "holds still images of their own sizes; choose a .png or .jpg"),
        (("clip.mkv",), "x.png", "has more than one picture; choose a folder or an .mp4"),
        (("none.jpg",), "out/", "none.jpg: no such file or folder"),
        (("empty",), "out/", "no picture or clip in it"),
        ((".",), ".", "--to .: is the source itself; choose another folder"),
        (("b.png",), "b.png", "b.png is the source itself"),
        (("a.jpg", "b.png"), ".", "b.png is the source itself; choose another name or folder"),
        (("b.png",), "notes.txt/out/", "can't be made"),
    ],
)
def test_incompatible_sinks_are_refused_before_drawing(
    sources: tuple[str, ...], to: str, message: str, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos)
    (photos / "empty").mkdir()
    before = sorted(photos.rglob("*"))
    with pytest.raises(CelcamError) as error:
        make_plan(sources, to, overwrite=True, skip_existing=False)
    assert message in str(error.value)
    assert sorted(photos.rglob("*")) == before
    assert (photos / "b.png").read_text() == "b.png"


def test_a_source_is_recognised_under_another_name(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b.png").symlink_to(photos / "b.png")
    with pytest.raises(UsageError, match="is the source itself"):
        plan(photos, to=f"{tmp_path}/out/", overwrite=True)


def test_outputs_that_exist_are_refused_skipped_or_replaced(photos: Path, tmp_path: Path) -> None:
    for name in ("out/a.png", "out/sub/a.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    to = f"{tmp_path}/out/"
    with pytest.raises(UsageError, match=r"out/a\.png: exists \(and 1 more\); add --overwrite .* --skip-existing"):
        plan(photos, to=to)
    skipping = plan(photos, to=to, skip_existing=True)
    assert (len(skipping.jobs), skipping.skipped, skipping.total) == (2, 2, 4)
    assert len(plan(photos, to=to, overwrite=True).jobs) == 4


def test_an_output_folder_inside_the_source_is_not_a_source(photos: Path) -> None:
    (photos / "comics").mkdir()
    (photos / "comics" / "a.png").write_text("")
    assert len(plan(photos, to=f"{photos}/comics/", skip_existing=True).jobs) == 3


def test_two_outputs_that_a_link_makes_one_are_refused(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "sub").symlink_to(tmp_path / "out")
    with pytest.raises(UsageError, match=r"sub/a\.jpg .*out/sub/a\.png: is also the file of"):
        plan(photos, to=f"{tmp_path}/out/", overwrite=True)
