from __future__ import annotations

import json
from pathlib import Path

import pytest

from celcam.errors import DataError
from datasets.journal import DATABASE_NAME, Drawn, open_journal
from datasets.photo import Photo, Rejected

DRAWN = Drawn("ab" * 32, "cd" * 40, (256, 384))


def photo(name: str, stamp: str = "1") -> Photo:
    return Photo(f"in/{name}", f"in/{name}", name, stamp, path=Path("in", name))


def test_the_next_build_recalls_recorded_photos(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.note(photo("a.jpg"), DRAWN)
        journal.finish()
    assert not (tmp_path / DATABASE_NAME).exists()
    with open_journal(tmp_path) as journal:
        assert journal.recall(photo("a.jpg")) == DRAWN
        assert journal.recall(photo("b.jpg")) is None


def test_a_changed_photo_is_not_recalled(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.note(photo("a.jpg"), DRAWN)
        assert journal.recall(photo("a.jpg", stamp="2")) is None


def test_an_interrupted_build_keeps_its_entries(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), open_journal(tmp_path) as journal:
        journal.note(photo("a.jpg"), DRAWN)
        raise KeyboardInterrupt
    with open_journal(tmp_path) as journal:
        assert journal.recall(photo("a.jpg")) == DRAWN


def test_photos_of_an_earlier_build_are_not_counted(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        journal.note(photo("a.jpg"), DRAWN)
        journal.note_rejected(Rejected("b.jpg", "empty", "b.jpg: empty"))
        assert journal.count() == (1, 1, 1)
        journal.finish()
    with open_journal(tmp_path) as journal:
        assert journal.count() == (0, 0, 0)
        assert list(journal.photos()) == []


def test_a_photo_found_twice_gives_one_pair_under_the_first_name(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        for name in ("z.jpg", "a.jpg"):
            journal.note(photo(name), DRAWN)
        journal.note_groups([(DRAWN.digest, "01" * 32)])
        assert journal.count() == (2, 1, 0)
        assert list(journal.photos()) == [(DRAWN.digest, "a.jpg", (256, 384), "01" * 32)]


def test_two_simultaneous_builds_of_one_folder_are_an_error(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path),
        pytest.raises(DataError, match="another build is running"),
        open_journal(tmp_path),
    ):
        pass


@pytest.mark.parametrize("text", ["{", "[1]\n", json.dumps({"key": "a"}) + "\n", "\udcff"])
def test_a_damaged_journal_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / "journal.jsonl").write_bytes(text.encode("utf-8", "surrogateescape"))
    with open_journal(tmp_path) as journal:
        assert journal.recall(photo("a.jpg")) is None


def test_a_damaged_database_is_named_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"no database" * 1000)
    with pytest.raises(DataError, match="remove it and run the same command again"), open_journal(tmp_path):
        pass
