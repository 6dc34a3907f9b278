"""The looks that can be chosen. A look is loaded on a thread of its own, so a change of look holds up no frame."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from celcam.arrays import Uint8Array
from celcam.errors import CelcamError
from celcam.model_card import find_model, read_card
from celcam.paths import MODELS
from celcam.pixels import resize
from celcam.styles import find_style, stroke_scale
from celcam.tflite_model import DEFAULT_THREADS, TFLiteModel
from edge_app.flow.notices import Notices

# Draws a picture at a size: ``(H, W, 3) uint8 RGB`` to ``(size_wh[1], size_wh[0], 3) uint8 RGB``.
Drawer = Callable[[Uint8Array, tuple[int, int]], Uint8Array]

# A look of this prefix is a slow style filter instead of a network.
FILTER = "filter:"

# "pending": not requested yet, or still loading.
LookState = Literal["pending", "ready", "failed"]


class Looks:
    """Networks and style filters by name.

    `state` and `drawer` only read. `request` loads a look on a thread of its own; `load` loads it on the caller's.
    """

    def __init__(self, loaders: Mapping[str, Callable[[], Drawer]], notices: Notices) -> None:
        """Know the looks of ``loaders``, none loaded yet; ``notices`` receives the errors of `request`."""
        self._loaders, self._notices = dict(loaders), notices
        self._lock = threading.Lock()
        self._ready: dict[str, Drawer] = {}
        self._loading: set[str] = set()
        self._failed: set[str] = set()

    @property
    def names(self) -> list[str]:
        """All looks that can be chosen."""
        return list(self._loaders)

    def state(self, name: str) -> LookState:
        """Whether a look can draw now, may draw later, or could not be loaded."""
        with self._lock:
            if name in self._ready:
                return "ready"
            return "failed" if name in self._failed else "pending"

    def drawer(self, name: str) -> Drawer:
        """The function that draws a look.

        Raises:
            CelcamError: the look is not ready.
        """
        with self._lock:
            if name not in self._ready:
                raise CelcamError(f"look {name} is not loaded; load it before the first frame")
            return self._ready[name]

    def load(self, name: str) -> None:
        """Load a look now.

        Raises:
            CelcamError: it can't be loaded.
        """
        drawer = self._loaders[name]()
        with self._lock:
            self._ready[name] = drawer
            self._failed.discard(name)

    def request(self, name: str) -> None:
        """Start to load a look in the background, unless it is ready or loading; a failed look is tried again."""
        with self._lock:
            if name in self._ready or name in self._loading:
                return
            self._failed.discard(name)
            self._loading.add(name)
        threading.Thread(target=self._load_in_background, args=(name,), name=f"load {name}", daemon=True).start()

    def _load_in_background(self, name: str) -> None:
        try:
            drawer = self._loaders[name]()
        except Exception as error:  # nobody joins this thread: the error becomes a notice
            self._notices.add(f"look {name} can't be loaded: {' '.join(str(error).split())}")
            with self._lock:
                self._loading.discard(name)
                self._failed.add(name)
        else:
            with self._lock:
                self._loading.discard(name)
                self._ready[name] = drawer


def shipped_looks(models: Path = MODELS) -> list[str]:
    """The names of the models that take a camera's bytes, by their cards; other files are variants of these."""
    names = []
    for path in sorted(models.glob("*.tflite")):
        try:
            card = read_card(path)
        except CelcamError:
            continue  # reported if the user names this look
        if card is not None and "uint8" in card.tensors:
            names.append(path.stem)
    return names


def network_loader(path: Path, threads: int = DEFAULT_THREADS, delegate: str | None = None) -> Callable[[], Drawer]:
    """A function that loads a model file."""
    return lambda: TFLiteModel(path, threads=threads, delegate=delegate)


def filter_loader(name: str) -> Callable[[], Drawer]:
    """A function that makes the drawer of a style filter; the width of its lines suits the size of the picture.

    Raises:
        UnknownNameError: at once, if there is no such style.
    """
    style = find_style(name)

    def draw(rgb_u8: Uint8Array, size_wh: tuple[int, int]) -> Uint8Array:
        small = resize(rgb_u8, size_wh)
        return style.draw(small, stroke_scale(small))

    return lambda: draw


def look_loaders(
    look: str,
    *,
    model: Path | None,
    style_filter: str | None,
    threads: int,
    delegate: str | None = None,
    models: Path = MODELS,
) -> tuple[str, dict[str, Callable[[], Drawer]]]:
    """The first look, and the loaders of all looks that can be chosen.

    Args:
        look: name of a file in ``models``, unless ``model`` is given.
        model: a file in any folder.
        style_filter: name of a style to draw first with its slow filter.
        threads: CPU threads for a network.
        delegate: library of an accelerator, as in `TFLiteModel`.
        models: the folder of looks.

    Raises:
        UnknownNameError: no such look or style.
    """
    loaders = {name: network_loader(models / f"{name}.tflite", threads, delegate) for name in shipped_looks(models)}
    first = look
    if model is not None:
        first = model.stem
        loaders = {first: network_loader(model, threads, delegate)} | {k: v for k, v in loaders.items() if k != first}
    elif look not in loaders:
        loaders[look] = network_loader(find_model(look, models), threads, delegate)
    if style_filter is not None:
        first = FILTER + style_filter
        loaders[first] = filter_loader(style_filter)
    return first, loaders
