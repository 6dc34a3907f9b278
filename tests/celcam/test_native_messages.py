from __future__ import annotations

import os
import threading

import pytest

from celcam.native_messages import native_messages_off, print_message


def test_what_a_library_writes_is_discarded_and_later_lines_are_not(capfd: pytest.CaptureFixture[str]) -> None:
    with native_messages_off():
        os.write(2, b"INFO: Created delegate\n")
    os.write(2, b"later\n")
    assert capfd.readouterr().err == "later\n"


def test_an_error_in_the_block_ends_the_silence(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), native_messages_off():
        raise ZeroDivisionError
    print_message("heard")
    assert capfd.readouterr().err == "heard\n"


def test_two_threads_take_turns_and_none_leaves_the_silence_behind(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        for _ in range(50):
            with native_messages_off():
                os.write(2, b"noise\n")

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(50):
        print_message(str(number))
    for thread in threads:
        thread.join()
    assert capfd.readouterr().err.split() == [str(number) for number in range(50)]
