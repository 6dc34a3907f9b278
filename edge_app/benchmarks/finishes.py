"""How long the finish of each look takes on this device, next to the network that it follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import cv2

from celcam.arrays import Uint8Array
from celcam.finishes.finish import Finish, enlarge
from celcam.looks import DEFAULT_LOOK, LOOKS
from celcam.model_card import find_model
from celcam.pixels import resize
from celcam.tflite_model import TFLiteModel
from celcam.timing import measure_latency
from edge_app.benchmarks.bench import device_name, runtime_name
from edge_app.sources.synthetic import test_card

# What a finish may take, as a share of the network of the default look in the same run, at the first size.
MOST_OF_NETWORK = 0.6
MOST_OF_NETWORK_BY_LOOK = {"pencil": 1.0, "colored-pencil": 1.5}
NETWORK, ENLARGING = "network", "enlarging"


@dataclass(frozen=True)
class FinishTimes:
    """Milliseconds, medians of one run on one thread.

    Attributes:
        title: device, runtime, network and its size.
        network_ms: of the default look's network.
        sizes_wh: of the finished pictures.
        by_look: for each look, one figure for each size.
        enlarging_ms: one figure for each size, spent on every look.
    """

    title: str
    network_ms: float
    sizes_wh: list[tuple[int, int]]
    by_look: dict[str, list[float]]
    enlarging_ms: list[float]

    def table(self) -> str:
        """The figures for people; a star marks a finish that takes more than it may."""
        width = max(len(name) for name in (*self.by_look, ENLARGING))
        sizes = [f"{wide}x{high}" for wide, high in self.sizes_wh]
        lines = [self.title, f"{NETWORK:{width}}{self.network_ms:9.2f} ms"]
        lines.append(" " * width + "".join(f"{size + ' ms':>13}{'of network':>12}" for size in sizes) + f"{'limit':>8}")
        for name, times in {**self.by_look, ENLARGING: self.enlarging_ms}.items():
            cells = "".join(f"{ms:13.2f}{ms / self.network_ms:12.2f}" for ms in times)
            most = MOST_OF_NETWORK_BY_LOOK.get(name, MOST_OF_NETWORK)
            over = "*" if times[0] > most * self.network_ms else ""
            lines.append(f"{name:{width}}{cells}" + (f"{most:8.1f}{over}" if name != ENLARGING else ""))
        return "\n".join(lines)


def run_finishes(network_wh: tuple[int, int], sizes_wh: Sequence[tuple[int, int]], *, runs: int) -> FinishTimes:
    """Time every look's finish.

    Args:
        network_wh: what the network draws at.
        sizes_wh: of the finished picture; the limits hold for the first.
        runs: how many times each is timed.
    """
    model = TFLiteModel(find_model(LOOKS[DEFAULT_LOOK].style), threads=1)
    photo = resize(test_card(0.0), network_wh)
    drawn = model(photo)
    calls: dict[tuple[str, tuple[int, int]], Callable[[], object]] = {(NETWORK, network_wh): lambda: model(photo)}
    for size_wh in sizes_wh:
        calls[ENLARGING, size_wh] = lambda size_wh=size_wh: enlarge(drawn, size_wh)  # type: ignore[misc]
        for name, look in LOOKS.items():
            calls[name, size_wh] = _finishing(look.finish, drawn, size_wh)
    with _one_thread():
        latency = measure_latency(calls, runs)
    by_look = {name: [latency[name, size_wh].median_ms for size_wh in sizes_wh] for name in (*LOOKS, ENLARGING)}
    title = (
        f"{device_name()}, {runtime_name()}, OpenCV {cv2.__version__}, {model.path.name} at "
        f"{network_wh[0]}x{network_wh[1]}, one thread, medians of {runs} runs in turn"
    )
    enlarging = by_look.pop(ENLARGING)
    return FinishTimes(title, latency[NETWORK, network_wh].median_ms, list(sizes_wh), by_look, enlarging)


def _finishing(finish: Finish, drawn: Uint8Array, size_wh: tuple[int, int]) -> Callable[[], object]:
    """A call of both stages, without the enlarging between them."""
    on_small, on_full = finish.prepare_small((drawn.shape[1], drawn.shape[0])), finish.prepare(size_wh)
    large = enlarge(drawn, size_wh)
    return lambda: (on_small(drawn), on_full(large))


@contextmanager
def _one_thread() -> Iterator[None]:
    """OpenCV on one thread meanwhile."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
