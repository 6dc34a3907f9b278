"""The looks of a run. A look is loaded on a thread of its own, so a change of look holds up no frame."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError
from celcam.finishes.finish import Finish, Prepared
from edge_app.drawing.finishing import Finishes
from edge_app.flow.notices import Notices

# Draws a picture at a size: ``(H, W, 3) uint8 RGB`` to ``(size_wh[1], size_wh[0], 3) uint8 RGB``.
Drawer = Callable[[Uint8Array, tuple[int, int]], Uint8Array]
Loader = Callable[[], Drawer]

# "pending": not requested yet, or still loading.
LookState = Literal["pending", "ready", "failed"]


@dataclass(frozen=True)
class Choice:
    """A look that can be chosen.

    Attributes:
        load: loads the network, or makes a style filter. Looks with the same function share what it returns.
        finish: is drawn over the network's picture.
        gmac_256: cost of the network for 256x256, in 10^9 multiply-accumulates; None if it is unknown.
        about: what the look is like, for lists.
    """

    load: Loader
    finish: Finish = Finish()
    gmac_256: float | None = None
    about: str = ""


@dataclass(frozen=True)
class Sizes:
    """The two sizes of a frame.

    Attributes:
        network_wh: the network draws at this size.
        output_wh: the finish draws, and the frame is shown, at this size.
    """

    network_wh: tuple[int, int]
    output_wh: tuple[int, int]


class Looks:
    """Looks by name.

    `state`, `drawer` and `gmac_256` only read. `request` loads a look on a thread of its own; `load` loads it on the
    caller's.
    """

    def __init__(self, choices: Mapping[str, Choice], notices: Notices) -> None:
        """Know the looks of ``choices``, none loaded yet; ``notices`` receives the errors of `request`."""
        self._choices, self._notices = dict(choices), notices
        self._finishes = Finishes()
        self._lock = threading.Lock()
        self._loaded: dict[Loader, Drawer] = {}
        self._load_locks = {choice.load: threading.Lock() for choice in self._choices.values()}
        self._loading: dict[str, Sizes | None] = {}
        self._failed: set[str] = set()

    @property
    def names(self) -> list[str]:
        """All looks that can be chosen."""
        return list(self._choices)

    def gmac_256(self, name: str) -> float | None:
        """The cost of a look's network; None if it is unknown."""
        return self._choices[name].gmac_256

    def state(self, name: str, sizes: Sizes | None = None) -> LookState:
        """Whether a look can draw now, may draw later, or could not be loaded.

        Args:
            name: of the look.
            sizes: that its finish must be ready for; None asks about the network alone.
        """
        choice = self._choices[name]
        with self._lock:
            if name in self._failed:
                return "failed"
            if choice.load not in self._loaded:
                return "pending"
        if sizes is None or self._finishes.holds(choice.finish, sizes.network_wh, sizes.output_wh):
            return "ready"
        return "pending"

    def drawer(self, name: str) -> Drawer:
        """The function that draws the network's part of a look.

        Raises:
            CelcamError: the look is not loaded.
        """
        with self._lock:
            drawer = self._loaded.get(self._choices[name].load)
        if drawer is None:
            raise CelcamError(f"look {name} is not loaded; load it before the first frame")
        return drawer

    def small_finish(self, name: str, size_wh: tuple[int, int]) -> Prepared:
        """The part of the finish for the network's picture; it is made ready now, if it is not."""
        return self._finishes.small(self._choices[name].finish, size_wh)

    def full_finish(self, name: str, size_wh: tuple[int, int]) -> Prepared:
        """The part of the finish for the enlarged picture; it is made ready now, if it is not."""
        return self._finishes.full(self._choices[name].finish, size_wh)

    def load(self, name: str) -> None:
        """Load a look's network now.

        Raises:
            CelcamError: it can't be loaded.
        """
        loader = self._choices[name].load
        with self._load_locks[loader]:
            if loader not in self._loaded:
                drawer = loader()
                with self._lock:
                    self._loaded[loader] = drawer
        with self._lock:
            self._failed.discard(name)

    def request(self, name: str, sizes: Sizes | None = None) -> None:
        """Start to load a look in the background, unless it is ready; a look that failed is tried again.

        Args:
            name: of the look.
            sizes: that its finish is made ready for; if the look is loading, these replace the sizes before.
        """
        if self.state(name, sizes) == "ready":
            return
        with self._lock:
            self._failed.discard(name)
            is_loading = name in self._loading
            self._loading[name] = sizes
        if not is_loading:
            threading.Thread(target=self._load_in_background, args=(name,), name=f"load {name}", daemon=True).start()

    def _load_in_background(self, name: str) -> None:
        try:
            self.load(name)
            while not self._is_over(name, sizes := self._loading[name]):
                if sizes is not None:
                    self.small_finish(name, sizes.network_wh)
                    self.full_finish(name, sizes.output_wh)
        except Exception as error:  # nobody joins this thread: the error becomes a notice
            self._notices.add(f"look {name} can't be loaded: {' '.join(str(error).split())}")
            with self._lock:
                del self._loading[name]
                self._failed.add(name)

    def _is_over(self, name: str, sizes: Sizes | None) -> bool:
        """Whether the look is ready for ``sizes``, and nobody has asked for others meanwhile; it ends the loading."""
        is_ready = self.state(name, sizes) == "ready"
        with self._lock:
            if not is_ready or self._loading[name] != sizes:
                return False
            del self._loading[name]
            return True
