from __future__ import annotations

import threading
import time

import pytest

from edge_app.flow.channel import Channel, NothingYetError


def test_a_lossless_channel_makes_the_writer_wait() -> None:
    channel: Channel[int] = Channel(2, keeps_newest=False)

    def write() -> None:
        for number in range(100):
            channel.put(number)
        channel.end()

    writer = threading.Thread(target=write)
    writer.start()
    got = []
    while (number := channel.get()) is not None:
        got.append(number)
    writer.join()
    assert got == list(range(100))
    assert channel.dropped == 0


def test_a_live_channel_keeps_the_newest_and_counts_the_rest() -> None:
    channel: Channel[int] = Channel(1, keeps_newest=True)
    for number in range(5):
        assert channel.put(number)
    assert channel.get() == 4
    assert channel.dropped == 4


def test_an_error_comes_after_the_last_item() -> None:
    channel: Channel[int] = Channel(3, keeps_newest=False)
    channel.put(1)
    channel.end(ValueError("broken"))
    assert channel.get() == 1
    with pytest.raises(ValueError, match="broken"):
        channel.get()


def test_a_waiting_writer_learns_that_the_reader_is_gone() -> None:
    channel: Channel[int] = Channel(1, keeps_newest=False)
    channel.put(1)
    results: list[bool] = []
    writer = threading.Thread(target=lambda: results.append(channel.put(2)))
    writer.start()
    channel.close()
    writer.join(5)
    assert results == [False]


def test_a_closed_channel_gives_no_more_items() -> None:
    channel: Channel[int] = Channel(3, keeps_newest=False)
    channel.put(1)
    channel.close()
    assert channel.get() is None
    assert not channel.put(2)


def test_a_reader_waits_no_longer_than_it_wants_to() -> None:
    channel: Channel[int] = Channel(1, keeps_newest=True)
    with pytest.raises(NothingYetError):
        channel.get(0.01)
    channel.put(1)
    assert channel.get(0.01) == 1


def test_the_time_of_an_item_in_the_channel_is_reported() -> None:
    waits_ms: list[float] = []
    channel: Channel[int] = Channel(1, keeps_newest=True, on_wait=waits_ms.append)
    channel.put(1)
    time.sleep(0.02)
    channel.get()
    assert 20 <= waits_ms[0] < 1000
