from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from celcam.arrays import Uint8Array
from edge_app.flow.stats import RunStats
from edge_app.web.jpeg import NewestFrame, SharedEncoder
from tests.edge_app.web.stage import frame


def encode_slowly(rgb_u8: Uint8Array) -> bytes:
    time.sleep(0.02)
    return bytes([int(rgb_u8[0, 0, 0])])


def test_a_frame_wakes_a_waiting_reader_at_any_moment() -> None:
    newest = NewestFrame()
    feeder_may = threading.Semaphore(0)

    def feed() -> None:
        for level in range(500):
            feeder_may.acquire()
            newest.offer(frame(level))

    async def follow() -> list[int]:
        newest.attach(asyncio.get_running_loop())
        seen = []
        for number in range(500):
            feeder_may.release()  # at about the moment at which it begins to wait
            seen.append((await asyncio.wait_for(newest.after(number), 5)).number)
        return seen

    feeder = threading.Thread(target=feed)
    feeder.start()
    assert asyncio.run(follow()) == list(range(1, 501))
    feeder.join()


def test_readers_during_an_encoding_share_it_and_then_get_the_newest_frame() -> None:
    async def ask() -> None:
        newest = NewestFrame()
        newest.attach(asyncio.get_running_loop())
        with ThreadPoolExecutor(1) as executor:
            encoder = SharedEncoder(
                newest, executor=executor, stats=RunStats(), report=pytest.fail, encode=encode_slowly
            )
            newest.offer(frame(1))
            first = asyncio.create_task(encoder.after(0))
            await asyncio.sleep(0.005)
            for level in (2, 3, 4):
                newest.offer(frame(level))
            second = asyncio.create_task(encoder.after(0))
            gone = asyncio.create_task(encoder.after(0))
            await asyncio.sleep(0)
            gone.cancel()
            assert {(await first).data, (await second).data} == {b"\x01"}
            assert (await encoder.after(1)).data == b"\x04"

    asyncio.run(ask())


def test_a_viewer_that_leaves_does_not_affect_the_others() -> None:
    async def ask() -> None:
        newest = NewestFrame()
        newest.attach(asyncio.get_running_loop())
        with ThreadPoolExecutor(1) as executor:
            encoder = SharedEncoder(
                newest, executor=executor, stats=RunStats(), report=pytest.fail, encode=encode_slowly
            )
            newest.offer(frame(7))
            tasks = [asyncio.create_task(encoder.after(0)) for _ in range(3)]
            await asyncio.sleep(0.005)
            tasks[0].cancel()
            assert [(await task).data for task in tasks[1:]] == [b"\x07"] * 2
            with pytest.raises(asyncio.CancelledError):
                await tasks[0]

    asyncio.run(ask())
