from __future__ import annotations

from edge_app.flow.notices import KEPT, Notices


def test_a_reader_gets_what_is_new() -> None:
    told: list[str] = []
    notices = Notices(clock=lambda: 5.0, tell=told.append)
    for text in ("one", "two", "three"):
        notices.add(text)
    assert [notice.text for notice in notices.since(1)] == ["two", "three"]
    assert told == ["one", "two", "three"]


def test_the_same_thing_is_not_said_twice_at_once() -> None:
    told: list[str] = []
    notices = Notices(tell=told.append)
    for text in ("gone", "gone", "back", "gone"):
        notices.add(text)
    assert told == ["gone", "back", "gone"]


def test_only_the_last_ones_are_kept() -> None:
    notices = Notices(tell=lambda text: None)
    for number in range(10 * KEPT):
        notices.add(str(number))
    assert len(notices.since()) == KEPT
    assert notices.since()[-1].number == 10 * KEPT


def test_an_old_one_is_no_longer_the_latest() -> None:
    now_s = [0.0]
    notices = Notices(clock=lambda: now_s[0], tell=lambda text: None)
    assert notices.latest(5.0) is None
    notices.add("gone")
    now_s[0] = 4.0
    latest = notices.latest(5.0)
    assert latest is not None
    assert latest.text == "gone"
    now_s[0] = 6.0
    assert notices.latest(5.0) is None
