"""What came of each photo, kept on disk while a build runs, so that memory stays flat and a killed build goes on.

A SQLite file (``.journal.sqlite``) while the build runs; ``journal.jsonl`` when it is done, from which the next build
of the same folder starts. A photo whose pairs were written but not yet noted is found by its files, so nothing needs
to reach the disk at once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import DataError, UnwritableError
from celcam.image_io import write_whole
from datasets.photo import Photo, Rejected

DATABASE_NAME = ".journal.sqlite"
JOURNAL_NAME = "journal.jsonl"
REJECTED_NAME = "rejected.jsonl"
# Notes between two commits: what a crash may lose, and is then found by its files.
NOTES_PER_COMMIT = 50

TABLES = """
CREATE TABLE IF NOT EXISTS photo (
  key TEXT PRIMARY KEY, name TEXT, stamp TEXT, clip TEXT, digest TEXT, likeness TEXT, sizes TEXT, seen INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS photo_by_digest ON photo (digest);
CREATE TABLE IF NOT EXISTS rejected (source TEXT, kind TEXT, reason TEXT, PRIMARY KEY (source, kind)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grouped (digest TEXT PRIMARY KEY, leader TEXT) WITHOUT ROWID;
"""
# A photo that two sources lead to has the first of its names, whichever came first.
NOTE = """
INSERT INTO photo VALUES (?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (key) DO UPDATE SET
  name = CASE WHEN seen THEN MIN(name, excluded.name) ELSE excluded.name END, stamp = excluded.stamp,
  clip = excluded.clip, digest = excluded.digest, likeness = excluded.likeness, sizes = excluded.sizes, seen = 1
"""


@dataclass(frozen=True)
class Drawn:
    """A photo whose pairs are on disk."""

    digest: str
    likeness: str  # perceptual hash, hexadecimal
    sizes: tuple[int, ...]  # short sides; those that the photo is too small for are left out


class Journal:
    """The notes of one build; open with `open_journal`."""

    def __init__(self, database: sqlite3.Connection, folder: Path) -> None:
        self._database, self._folder, self._unsaved = database, folder, 0

    def recall(self, photo: Photo) -> Drawn | None:
        """What an earlier build noted of ``photo``, unless the file has changed since."""
        row = self._database.execute(
            "SELECT digest, likeness, sizes FROM photo WHERE key = ? AND stamp = ?", (photo.key, photo.stamp)
        ).fetchone()
        return Drawn(row[0], row[1], tuple(json.loads(row[2]))) if row else None

    def note(self, photo: Photo, drawn: Drawn) -> None:
        """Write down that the pairs of ``photo`` are on disk."""
        values = (photo.key, photo.name, photo.stamp, photo.clip, drawn.digest, drawn.likeness, json.dumps(drawn.sizes))
        self._write(NOTE, values)

    def note_rejected(self, rejected: Rejected) -> None:
        """Write down why a photo gave no pair."""
        self._write(
            "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?)", (rejected.source, rejected.kind, rejected.reason)
        )

    def likenesses(self) -> Iterator[tuple[str, str, str]]:
        """Digest, perceptual hash and clip of each photo, once a digest, sorted."""
        return self._database.execute(
            "SELECT digest, MIN(likeness), MAX(clip) FROM photo WHERE seen GROUP BY digest ORDER BY digest"
        )

    def note_groups(self, groups: Iterable[tuple[str, str]]) -> None:
        """Write down the leader of each photo that does not stand alone: ``(digest, leader)``."""
        self._database.execute("DELETE FROM grouped")
        self._database.executemany("INSERT INTO grouped VALUES (?, ?)", groups)

    def photos(self) -> Iterator[tuple[str, str, tuple[int, ...], str]]:
        """Digest, name, sizes and leader (or "") of each photo, once a digest, sorted."""
        rows = self._database.execute(
            "SELECT digest, MIN(name), MIN(sizes), COALESCE(leader, '') FROM photo LEFT JOIN grouped USING (digest) "
            "WHERE seen GROUP BY digest ORDER BY digest"
        )
        return ((digest, name, tuple(json.loads(sizes)), leader) for digest, name, sizes, leader in rows)

    def count(self) -> tuple[int, int, int]:
        """How many photos gave pairs, how many of them are different, how many were rejected."""
        photos, different = self._database.execute(
            "SELECT COUNT(*), COUNT(DISTINCT digest) FROM photo WHERE seen"
        ).fetchone()
        (rejected,) = self._database.execute("SELECT COUNT(*) FROM rejected").fetchone()
        return photos, different, rejected

    def finish(self) -> None:
        """Write ``journal.jsonl`` and ``rejected.jsonl``, both sorted: the same photos leave the same bytes."""
        for name, table, columns, order in (
            (JOURNAL_NAME, "photo WHERE seen", "key, name, stamp, clip, digest, likeness, sizes", "key"),
            (REJECTED_NAME, "rejected", "source, kind, reason", "source, kind"),
        ):
            rows = self._database.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")
            write_whole(self._folder / name, (_as_line(columns.split(", "), row) for row in rows))

    def save(self) -> None:
        """Commit what was noted."""
        self._database.commit()
        self._unsaved = 0

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        self._database.execute(statement, values)
        self._unsaved += 1
        if self._unsaved >= NOTES_PER_COMMIT:
            self.save()


@contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """The journal of ``folder``; it is saved whatever happens, and leaves its database only if the build did not end.

    Raises:
        DataError: another build is at work in ``folder``.
        UnwritableError: the disk is full.
    """
    path = folder / DATABASE_NAME
    database = None
    try:
        database = sqlite3.connect(path, timeout=0)
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA synchronous = OFF")  # safe when the process is killed
        database.executescript(TABLES)
        if not database.execute("SELECT 1 FROM photo LIMIT 1").fetchone():
            _load(database, folder / JOURNAL_NAME)
        database.execute("UPDATE photo SET seen = 0")
        database.execute("DELETE FROM rejected")
        database.commit()
        journal = Journal(database, folder)
        try:
            yield journal
        finally:
            journal.save()
        database.close()
        path.unlink()
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise DataError(f"{folder}: another build is at work in it; wait, or choose another --out") from error
        if any(word in str(error) for word in ("full", "I/O", "unable to open", "readonly")):
            raise UnwritableError(f"{path}: can't be written: {error}; make room and run the same again") from error
        raise DataError(f"{path}: damaged ({error}); remove it and run the same again: no pair is lost") from error
    finally:
        if database is not None:
            database.close()


def _load(database: sqlite3.Connection, path: Path) -> None:
    """Take over what an earlier build of the folder left behind; what can't be read is found out again."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        try:
            rows = (json.loads(line) for line in lines)
            database.executemany(
                "INSERT OR REPLACE INTO photo VALUES (:key, :name, :stamp, :clip, :digest, :likeness, :sizes, 0)", rows
            )
        except (ValueError, sqlite3.ProgrammingError):
            database.execute("DELETE FROM photo")


def _as_line(columns: Iterable[str], row: Iterable[object]) -> bytes:
    return (json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n").encode()
