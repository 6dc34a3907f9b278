from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from celcam.paths import ROOT
from edge_app.__main__ import main
from edge_app.sinks.disk import ClipFile, is_being_written
from edge_app.sinks.retention import DAY_S, Retention, find_kept
from tests.edge_app.fakes import quiet_notices

NOW_S = 1_700_000_000.0
NAMES = ["celcam-20260101-000000.mp4", "celcam-20260102-000000-2.png", "celcam-20260103-000000.mp4"]
OTHERS = ["celcam.mp4", "holiday.mp4", "celcam-20260101-000000.mp4.part", "celcam-20260101.png", "party.mp4"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three keepsakes of 1 MB, 30, 20 and 10 days old, next to other files that are older."""
    for number, name in enumerate([*NAMES, *OTHERS]):
        (tmp_path / name).write_bytes(bytes(1_000_000))
        changed_s = NOW_S - (30 - 10 * number if name in NAMES else 99) * DAY_S
        os.utime(tmp_path / name, (changed_s, changed_s))
    return tmp_path


def left(folder: Path) -> list[str]:
    assert {path.name for path in folder.iterdir()} >= set(OTHERS)
    return sorted(path.name for path in folder.iterdir() if path.name not in OTHERS)


def test_the_oldest_come_first_and_other_files_are_not_among_them(folder: Path) -> None:
    (folder / "celcam-20260104-000000.mp4").symlink_to(folder / "holiday.mp4")
    assert [kept.path.name for kept in find_kept(folder)] == NAMES
    assert find_kept(folder / "none") == []


def test_a_named_recording_has_numbered_files(folder: Path) -> None:
    for name in ("party-002.mp4", "party-1000.mp4", "party-2.mp4", "party-002.mkv", "party.partial.mp4"):
        (folder / name).write_bytes(b"x")
    found = {kept.path.name for kept in find_kept(folder / "none", [folder / "party.mp4"])}
    assert found == {"party.mp4", "party-002.mp4", "party-1000.mp4"}


@pytest.mark.parametrize(
    ("keep_days", "keep_gb", "expected"),
    [
        (None, None, NAMES),
        (31, None, NAMES),
        (25, None, NAMES[1:]),
        (5, None, []),
        (None, 0.003, NAMES),
        (None, 0.0025, NAMES[1:]),
        (None, 0.0005, []),
        (25, 0.0015, NAMES[2:]),
    ],
)
def test_what_is_older_or_too_much_is_deleted_and_named(
    keep_days: float | None, keep_gb: float | None, expected: list[str], folder: Path
) -> None:
    notices = quiet_notices()
    Retention(folder, notices, keep_days=keep_days, keep_gb=keep_gb, clock=lambda: NOW_S).check()
    assert left(folder) == expected
    deleted = [name for name in NAMES if name not in expected]
    assert [notice.text.partition(": ")[0] for notice in notices.since()] == [
        f"deleted {folder / name}" for name in deleted
    ]


def test_a_clock_that_is_behind_deletes_nothing(folder: Path) -> None:
    Retention(folder, quiet_notices(), keep_days=1, clock=lambda: 0.0).check()
    assert left(folder) == NAMES


def test_what_is_being_written_is_kept(folder: Path) -> None:
    (folder / NAMES[0]).unlink()
    file = ClipFile(folder / NAMES[0], replace=False)
    file.write(bytes(1_000_000))
    os.utime(folder / NAMES[0], (0, 0))
    retention = Retention(folder, quiet_notices(), keep_days=1, keep_gb=0.0001, clock=lambda: NOW_S)
    retention.check()
    assert left(folder) == NAMES[:1]
    file.close()
    retention.check()
    assert left(folder) == []


def test_another_process_that_writes_is_seen(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from edge_app.sinks.disk import ClipFile\n"
        "file = ClipFile(Path(sys.argv[1]), replace=True); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(folder / NAMES[1])]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        assert is_being_written(folder / NAMES[1])
    assert not is_being_written(folder / NAMES[1])


def test_a_file_that_can_not_be_deleted_is_named_and_the_others_go(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == NAMES[0]:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    notices = quiet_notices()
    Retention(folder, notices, keep_days=1, clock=lambda: NOW_S).check()
    assert left(folder) == NAMES[:1]
    assert notices.since()[0].text.startswith(f"{folder / NAMES[0]}: can't be deleted: Permission denied")


def test_a_run_deletes_at_its_start(folder: Path) -> None:
    words = ["synthetic:", "--to", "null", "--seconds", "0.5", "--size", "64x48", "--folder", str(folder)]
    assert main([*words, "--keep-days", "1"]) == 0
    assert left(folder) == []
    assert main([*words, "--keep-days", "0"]) == 2
