from __future__ import annotations

import os
import signal

import pytest

from edge_app.stopping import stop_after, stop_on_signals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_cleanly_and_a_second_one_at_once(number: signal.Signals) -> None:
    with stop_on_signals() as stop:
        os.kill(os.getpid(), number)
        assert stop.wait(10)
        assert stop.interrupted
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)


def test_a_closed_terminal_does_not_end_a_run_under_nohup() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signals() as stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not stop.is_set()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_handlers_from_before_come_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    with stop_on_signals():
        pass
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_run_without_a_limit_is_not_ended() -> None:
    with stop_on_signals() as stop, stop_after(0.0, stop):
        assert not stop.wait(0.05)
    with stop_on_signals() as stop, stop_after(0.01, stop):
        assert stop.wait(10)


def test_a_signal_inside_the_lock_of_the_event_does_not_hang() -> None:
    with stop_on_signals() as stop:
        with vars(stop)["_cond"]:  # as in `stop.wait`
            os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(10)
