"""Where the token comes from, and where it must not be written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from celcam.errors import UsageError
from edge_app.web.access import given_token
from tests.edge_app.web.stage import make_session, served

TOKEN = "a-token_of-tests"


def test_the_option_goes_before_the_file_and_the_variable(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("of-the-file\n")
    environment = {"CELCAM_TOKEN": "of-the-variable"}
    assert given_token("of-the-option", None, environment) == "of-the-option"
    assert given_token(None, file, environment) == "of-the-file"
    assert given_token(None, None, environment) == "of-the-variable"
    assert given_token(None, None, {"CELCAM_TOKEN": ""}) is None
    assert given_token(None, None, {}) is None


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_token_file_that_can_not_be_read_is_one_line(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(UsageError, match=r"--token-file .*token: can't be read"):
        given_token(None, tmp_path / "token", {})


def test_a_new_token_is_in_a_private_file_and_not_in_the_output(tmp_path: Path) -> None:
    with served(make_session(tmp_path), address="0.0.0.0") as page:
        said = page.sink.announcement()
        path = tmp_path / "state" / "token"
        token = path.read_text().strip()
        assert token not in said
        assert f"replace TOKEN by the token in {path}" in said
        assert path.stat().st_mode & 0o077 == 0
        assert page.ask(f"/?token={token}").status == 303


def test_a_given_token_is_not_in_the_output_of_a_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(make_session(tmp_path), address="0.0.0.0", token=TOKEN) as page:
        said = page.sink.announcement()
        assert TOKEN not in said
        assert "replace TOKEN by the token that you have chosen" in said
        assert not (tmp_path / "state" / "token").exists()
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        assert f"?token={TOKEN}" in page.sink.announcement()
