from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from celcam.errors import DataError
from celcam.paths import MODELS
from tests.convert.cards import copy_with_card

if TYPE_CHECKING:
    from convert.lineup import Group

RUN = MODELS / "comic-keras"


def groups_in(folder: Path, pairs: Path, scratch: Path, runs: tuple[Path, ...] = (), most: int = 0) -> list[Group]:
    from convert.lineup import find_groups
    from convert.pairs import find_pairs_folder

    return find_groups(folder, runs, partial(find_pairs_folder, named=pairs, scratch=scratch), most)


def test_a_file_is_grouped_with_its_run(lab: Path, pairs: Path, tmp_path: Path) -> None:
    (group,) = groups_in(lab, pairs, tmp_path, most=1)
    assert (group.run, group.style, group.preset) == (RUN, "comic", "live")
    assert [variant.name for variant in group.variants] == ["comic-float32", "comic"]
    assert group.float_variant == group.variants[0]
    assert len(group.pairs) == 1
    assert not any(group.mismatch(variant) for variant in group.variants)


def test_each_look_has_its_own_pairs_next_to_a_manifest_of_all(lab: Path, pairs: Path, tmp_path: Path) -> None:
    shutil.copytree(pairs, tmp_path / "all" / "comic")
    (tmp_path / "all" / "manifest.jsonl").write_text("not read")
    (group,) = groups_in(lab, tmp_path / "all", tmp_path, most=1)
    assert group.pairs_folder.path == tmp_path / "all" / "comic"


def test_only_files_of_the_named_runs_are_measured(pairs: Path, tmp_path: Path) -> None:
    assert [group.name for group in groups_in(MODELS, pairs, tmp_path, (RUN,))] == ["comic"]


def test_pairs_of_another_look_are_refused(pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"its pairs are in the style comic, but the run draws anime"):
        groups_in(MODELS, pairs, tmp_path, (MODELS / "anime-keras",))


def test_a_folder_without_files_or_with_a_file_of_no_run_is_refused(lab: Path, pairs: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no \.tflite file"):
        groups_in(tmp_path, pairs, tmp_path)
    shutil.copy(lab / "comic.tflite", tmp_path / "other.tflite")
    with pytest.raises(DataError, match="has no card"):
        groups_in(tmp_path, pairs, tmp_path)
    shutil.copy(lab / "comic.json", tmp_path / "other.json")
    with pytest.raises(DataError, match="name the run with --run"):
        groups_in(tmp_path, pairs, tmp_path)


def test_a_file_made_from_other_weights_is_named_in_one_line(pairs: Path, tmp_path: Path) -> None:
    for weights, named in (("f" * 64, True), ("", False)):
        copy_with_card(tmp_path, weights_sha256=weights)
        (group,) = groups_in(tmp_path, pairs, tmp_path)
        message = group.mismatch(group.variants[0])
        assert bool(message) == named
        assert not message or (f"made from weights {'f' * 12}..., but" in message and "\n" not in message)


def test_a_card_of_version_0_1_has_its_thresholds(tmp_path: Path) -> None:
    from convert.lineup import read_variant

    file = copy_with_card(tmp_path, gate={"teacher_ssim_loss": 0.5})
    assert read_variant(file).card.gate == {"target_ssim_loss": 0.5}


def test_a_report_refuses_a_threshold_that_check_refuses(pairs: Path, tmp_path: Path) -> None:
    copy_with_card(tmp_path, gate={"to_keras_ssim": 0.98, "to_keras_lpips": 0.05})
    with pytest.raises(DataError, match=r"its card has a threshold for to_keras_lpips; expected to_keras_psnr_db"):
        groups_in(tmp_path, pairs, tmp_path)
