from __future__ import annotations

import dataclasses
from pathlib import Path

from edge_app.control.controls import Controls, View
from edge_app.control.hotkeys import Hotkeys
from tests.edge_app.fakes import make_session


def test_each_key_does_what_its_help_says(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    kept: list[str] = []
    keys = Hotkeys(session, lambda: kept.append("snapshot"))
    seen: list[View] = []
    for key in "n2p1--+w..,w]][[[ecl":
        keys.press(ord(key))
        seen.append(session.controls.view)
    assert [view.look for view in seen[:4]] == ["plain", "plain", "negative", "negative"]
    assert [view.strength for view in seen[4:7]] == [0.9, 0.8, 0.9]
    assert [view.wipe for view in seen[7:12]] == [0.5, 0.55, 0.6, 0.55, 0.0]
    assert [view.size_wh for view in seen[12:17]] == [(96, 72), (96, 72), (64, 48), (32, 24), (32, 24)]
    assert (seen[-1].sharp, seen[-1].calm, seen[-1].auto_levels) == (True, True, True)
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


def test_the_digits_choose_ten_looks_and_0_is_the_last_of_them(tmp_path: Path) -> None:
    session = make_session(tmp_path)
    names = [f"look-{number}" for number in range(1, 13)]
    controls = Controls(View("look-1"), looks=names)
    keys = Hotkeys(dataclasses.replace(session, controls=controls), lambda: None)
    assert keys.press(ord("0"))
    assert controls.view.look == "look-10"
    assert keys.press(ord("9"))
    assert controls.view.look == "look-9"
    assert keys.help_lines()[0].startswith("1 look-1, 2 look-2") and keys.help_lines()[0].endswith("0 look-10")
