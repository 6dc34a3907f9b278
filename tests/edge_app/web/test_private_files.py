from __future__ import annotations

import stat
from pathlib import Path

import pytest

from edge_app.web.private_files import cookie_key, read_or_make, state_folder


def test_a_private_file_is_made_once_and_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret"
    assert read_or_make(path, lambda: b"one") == b"one"
    assert read_or_make(path, lambda: b"two") == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["secret"]


def test_the_key_of_the_cookies_outlives_a_run(tmp_path: Path) -> None:
    assert cookie_key(tmp_path) == cookie_key(tmp_path)
    assert len(cookie_key(tmp_path)) == 32


def test_without_a_folder_each_run_has_a_key(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert len(cookie_key(tmp_path / "file")) == 32
    assert cookie_key(tmp_path / "file") != cookie_key(tmp_path / "file")


def test_a_key_that_was_cut_short_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cookie-key").write_bytes(b"")
    assert len(cookie_key(tmp_path)) == 32


def test_the_folder_is_that_of_the_service_else_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/celcam:/other")
    assert state_folder() == Path("/var/lib/celcam/private")
    monkeypatch.delenv("STATE_DIRECTORY")
    monkeypatch.setenv("XDG_STATE_HOME", "/home/anna/state")
    assert state_folder() == Path("/home/anna/state/celcam")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert state_folder() == Path.home() / ".local/state/celcam"
