from __future__ import annotations

from pathlib import Path

from edge_app.control.controls import View
from edge_app.control.hotkeys import Hotkeys
from tests.edge_app.fakes import make_session


def test_each_key_does_what_its_help_says(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    kept: list[str] = []
    keys = Hotkeys(session, lambda: kept.append("snapshot"))
    seen: list[View] = []
    for key in "n2p1--+w..,w]][[[ec":
        keys.press(ord(key))
        seen.append(session.controls.view)
    assert [view.look for view in seen[:4]] == ["plain", "plain", "negative", "negative"]
    assert [view.strength for view in seen[4:7]] == [0.9, 0.8, 0.9]
    assert [view.wipe for view in seen[7:12]] == [0.5, 0.55, 0.6, 0.55, 0.0]
    assert [view.size_wh for view in seen[12:17]] == [(96, 72), (96, 72), (64, 48), (32, 24), (32, 24)]
    assert (seen[-1].sharp, seen[-1].calm) == (True, True)
    keys.press(ord("s"))
    assert kept == ["snapshot"]
    keys.press(ord("r"))
    assert session.controls.view.recording


def test_values_stop_at_their_ends(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    keys = Hotkeys(session, lambda: None)
    for _ in range(30):
        keys.press(ord("-"))
        keys.press(ord("."))
    assert (session.controls.view.strength, session.controls.view.wipe) == (0.0, 1.0)


def test_other_keys_do_nothing(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    before = session.controls.view
    keys = Hotkeys(session, lambda: None)
    assert [keys.press(key) for key in (ord("9"), ord("z"), 0xFF, 0x10FFFF)] == [True, False, False, False]
    assert session.controls.view == before


def test_every_key_is_in_the_help(tmp_path: Path) -> None:
    keys = Hotkeys(make_session(tmp_path), lambda: None)
    lines = keys.help_lines()
    assert lines[0] == "1 negative, 2 plain"
    for hotkey in keys.all:
        assert any(hotkey.about in line for line in lines)
