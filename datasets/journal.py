"""The journal of a build: the result for each photo, on disk, so that memory stays flat and builds can be resumed.

It is a SQLite file (``.journal.sqlite``) while the build runs, and ``journal.jsonl`` afterwards; the next build of the
folder loads that file. The journal need not be flushed after each photo: a build also finds existing pairs by their
file names.
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
from celcam.text_files import parse_json
from datasets.photo import Photo, Rejected
from datasets.rejected import REJECTED_NAME

DATABASE_NAME = ".journal.sqlite"
JOURNAL_NAME = "journal.jsonl"
# Number of entries between two commits. A crash loses at most these; their pairs are found by file name.
NOTES_PER_COMMIT = 50

TABLES = """
CREATE TABLE IF NOT EXISTS photo (
  key TEXT PRIMARY KEY, name TEXT, stamp TEXT, clip TEXT, digest TEXT, phash TEXT, sizes TEXT, seen INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS photo_by_digest ON photo (digest);
CREATE TABLE IF NOT EXISTS rejected (source TEXT, kind TEXT, reason TEXT, PRIMARY KEY (source, kind)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grouped (digest TEXT PRIMARY KEY, leader TEXT) WITHOUT ROWID;
"""
# A photo found through two sources gets the alphabetically first name, in any order of the sources.
NOTE = """
INSERT INTO photo VALUES (?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT (key) DO UPDATE SET
  name = CASE WHEN seen THEN MIN(name, excluded.name) ELSE excluded.name END, stamp = excluded.stamp,
  clip = excluded.clip, digest = excluded.digest, phash = excluded.phash, sizes = excluded.sizes, seen = 1
"""


@dataclass(frozen=True)
class Drawn:
    """A photo whose pairs are on disk."""

    digest: str
    phash: str  # perceptual hash, hexadecimal
    sizes: tuple[int, ...]  # short sides in pixels, without those that the photo is too small for


class Journal:
    """The journal of one build; opened by `open_journal`."""

    def __init__(self, database: sqlite3.Connection, folder: Path) -> None:
        self._database, self._folder, self._unsaved = database, folder, 0

    def recall(self, photo: Photo) -> Drawn | None:
        """The entry of ``photo`` from an earlier build; None if there is no entry or the file has changed."""
        row = self._database.execute(
            "SELECT digest, phash, sizes FROM photo WHERE key = ? AND stamp = ?", (photo.key, photo.stamp)
        ).fetchone()
        return Drawn(row[0], row[1], tuple(json.loads(row[2]))) if row else None

    def note(self, photo: Photo, drawn: Drawn) -> None:
        """Record that the pairs of ``photo`` are on disk."""
        values = (photo.key, photo.name, photo.stamp, photo.clip, drawn.digest, drawn.phash, json.dumps(drawn.sizes))
        self._write(NOTE, values)

    def note_rejected(self, rejected: Rejected) -> None:
        """Record why a photo has no pair."""
        self._write(
            "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?)", (rejected.source, rejected.kind, rejected.reason)
        )

    def hashes(self) -> Iterator[tuple[str, str, str]]:
        """Yield ``(digest, perceptual hash, clip or "")``, once per digest, sorted."""
        return self._database.execute(
            "SELECT digest, MIN(phash), MAX(clip) FROM photo WHERE seen GROUP BY digest ORDER BY digest"
        )

    def note_groups(self, groups: Iterable[tuple[str, str]]) -> None:
        """Record ``(digest, leader)`` for each photo that has near-duplicates."""
        self._database.execute("DELETE FROM grouped")
        self._database.executemany("INSERT INTO grouped VALUES (?, ?)", groups)

    def photos(self) -> Iterator[tuple[str, str, tuple[int, ...], str]]:
        """Yield ``(digest, name, sizes, leader or "")``, once per digest, sorted."""
        rows = self._database.execute(
            "SELECT digest, MIN(name), MIN(sizes), COALESCE(leader, '') FROM photo LEFT JOIN grouped USING (digest) "
            "WHERE seen GROUP BY digest ORDER BY digest"
        )
        return ((digest, name, tuple(json.loads(sizes)), leader) for digest, name, sizes, leader in rows)

    def count(self) -> tuple[int, int, int]:
        """Count the photos with pairs, the different digests among them, and the rejected photos."""
        photos, different = self._database.execute(
            "SELECT COUNT(*), COUNT(DISTINCT digest) FROM photo WHERE seen"
        ).fetchone()
        (rejected,) = self._database.execute("SELECT COUNT(*) FROM rejected").fetchone()
        return photos, different, rejected

    def finish(self) -> None:
        """Write ``journal.jsonl`` and ``rejected.jsonl``, both sorted, so that the same photos give the same bytes."""
        for name, table, columns, order in (
            (JOURNAL_NAME, "photo WHERE seen", "key, name, stamp, clip, digest, phash, sizes", "key"),
            (REJECTED_NAME, "rejected", "source, kind, reason", "source, kind"),
        ):
            rows = self._database.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")
            write_whole(self._folder / name, (_as_line(columns.split(", "), row) for row in rows))

    def save(self) -> None:
        """Commit the recorded entries."""
        self._database.commit()
        self._unsaved = 0

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        self._database.execute(statement, values)
        self._unsaved += 1
        if self._unsaved >= NOTES_PER_COMMIT:
            self.save()


@contextmanager
def open_journal(folder: Path) -> Iterator[Journal]:
    """Open the journal of ``folder``. It is always saved; its database is removed when the build completes.

    Raises:
        DataError: another build is running in ``folder``.
        UnwritableError: the disk is full.
    """
    path = folder / DATABASE_NAME
    database = None
    try:
        database = sqlite3.connect(path, timeout=0)
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA synchronous = OFF")  # still safe if the process is killed
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
            raise DataError(f"{folder}: another build is running in it; wait, or choose another --out") from error
        if any(word in str(error) for word in ("full", "I/O", "unable to open", "readonly")):
            raise UnwritableError(
                f"{path}: can't be written: {error}; free disk space, then run the same command to resume"
            ) from error
        raise DataError(
            f"{path}: damaged ({error}); remove it and run the same command again: no pair is lost"
        ) from error
    finally:
        if database is not None:
            database.close()


def _load(database: sqlite3.Connection, path: Path) -> None:
    """Load the journal of an earlier build; ignore it if it can't be read."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        try:
            rows = (parse_json(line) for line in lines)
            database.executemany(
                "INSERT OR REPLACE INTO photo VALUES (:key, :name, :stamp, :clip, :digest, :phash, :sizes, 0)", rows
            )
        except (ValueError, sqlite3.ProgrammingError):
            database.execute("DELETE FROM photo")


def _as_line(columns: Iterable[str], row: Iterable[object]) -> bytes:
    return (json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n").encode()
