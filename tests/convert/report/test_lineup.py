from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from celcam.errors import DataError
from celcam.paths import MODELS
from convert.report.lineup import find_groups

RUN = MODELS / "comic-keras"


def test_a_file_stands_with_the_run_it_came_from(lab: Path, pairs: Path) -> None:
    (group,) = find_groups(lab, (), pairs, 1)
    assert (group.run, group.style, group.preset) == (RUN, "comic", "live")
    assert [variant.name for variant in group.variants] == ["comic-float32", "comic"]
    assert group.float_variant == group.variants[0]
    assert len(group.pairs) == 1


def test_each_look_has_its_own_pairs_beside_a_manifest_of_all(lab: Path, pairs: Path, tmp_path: Path) -> None:
    shutil.copytree(pairs, tmp_path / "all" / "comic")
    (tmp_path / "all" / "manifest.jsonl").write_text("not read")
    (group,) = find_groups(lab, (), tmp_path / "all", 1)
    assert group.pairs_folder == tmp_path / "all" / "comic"


def test_only_files_of_the_named_runs_are_measured(pairs: Path) -> None:
    assert [group.name for group in find_groups(MODELS, (RUN,), pairs, 0)] == ["comic"]


def test_pairs_of_another_look_are_refused(pairs: Path) -> None:
    with pytest.raises(DataError, match=r"pairs of comic, .*anime-keras draws anime"):
        find_groups(MODELS, (MODELS / "anime-keras",), pairs, 0)


def test_a_folder_without_files_or_with_a_file_of_no_run_is_refused(lab: Path, pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.tflite file"):
        find_groups(tmp_path, (), pairs, 0)
    shutil.copy(lab / "comic.tflite", tmp_path / "other.tflite")
    with pytest.raises(DataError, match="has no card"):
        find_groups(tmp_path, (), pairs, 0)
    shutil.copy(lab / "comic.json", tmp_path / "other.json")
    with pytest.raises(DataError, match="name the run with --run"):
        find_groups(tmp_path, (), pairs, 0)
