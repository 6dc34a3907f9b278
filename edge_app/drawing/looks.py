"""The looks that can be chosen, loaded so that a change of look never holds up a frame."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

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

TEACHER = "teacher:"


@dataclass(frozen=True)
class Given:
    """The look that draws now."""

    name: str
    draw: Drawer
    given_up: bool  # the one that was asked for can't be loaded, and that has been told


class Looks:
    """Networks and teachers by name; each is loaded when it is first wanted."""

    def __init__(
        self,
        loaders: Mapping[str, Callable[[], Drawer]],
        notices: Notices,
    ) -> None:
        """Know the looks of ``loaders``, none loaded yet."""
        self._loaders, self._notices = dict(loaders), notices
        self._lock = threading.Lock()
        self._ready: dict[str, Drawer] = {}
        self._loading: set[str] = set()
        self._failed: set[str] = set()
        self._last: tuple[str, Drawer] | None = None

    @property
    def names(self) -> list[str]:
        """All that can be chosen."""
        return list(self._loaders)

    def load(self, name: str) -> None:
        """Load a look now, before the run; raises CelcamError where that fails."""
        self._ready[name] = self._loaders[name]()
        self._last = (name, self._ready[name])

    def get(self, name: str) -> Given:
        """The look of that name, or the one before it while it is being loaded or where it can't be."""
        with self._lock:
            if self._last is None:
                raise CelcamError("no look was loaded before the first frame")
            given_up = name in self._failed
            self._failed.discard(name)  # chosen once more, it is tried once more
            if name in self._ready:
                self._last = (name, self._ready[name])
            elif not given_up and name not in self._loading:
                self._loading.add(name)
                threading.Thread(target=self._load_aside, args=(name,), name=f"load {name}", daemon=True).start()
            return Given(*self._last, given_up=given_up)

    def _load_aside(self, name: str) -> None:
        try:
            drawer = self._loaders[name]()
        except Exception as error:  # a thread has nobody to raise it to
            with self._lock:
                self._failed.add(name)
            self._notices.add(f"look {name} can't be loaded: {' '.join(str(error).split())}")
        else:
            with self._lock:
                self._ready[name] = drawer
        finally:
            with self._lock:
                self._loading.discard(name)


def shipped_looks(models: Path = MODELS) -> list[str]:
    """The models that are looks of their own: those that take a camera's bytes, by their cards."""
    names = []
    for path in sorted(models.glob("*.tflite")):
        try:
            card = read_card(path)
        except CelcamError:
            continue  # told when it is asked for by name
        if card is not None and "uint8" in card.tensors:
            names.append(path.stem)
    return names


def network_loader(path: Path, threads: int = DEFAULT_THREADS, delegate: str | None = None) -> Callable[[], Drawer]:
    """Loads a model file."""
    return lambda: TFLiteModel(path, threads=threads, delegate=delegate)


def teacher_loader(name: str) -> Callable[[], Drawer]:
    """Makes the slow OpenCV original of a look, its lines as wide as suits the picture.

    Raises:
        UnknownNameError: at once, where there is no such style.
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
    teacher: str | None,
    threads: int,
    delegate: str | None = None,
    models: Path = MODELS,
) -> tuple[str, dict[str, Callable[[], Drawer]]]:
    """The first look, and how each that can be chosen is loaded.

    Args:
        look: name of a file in ``models``, unless ``model`` is given.
        model: a file anywhere.
        teacher: a style, drawn by its slow original.
        threads: of a network.
        delegate: of an accelerator, as in `TFLiteModel`.
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
    if teacher is not None:
        first = TEACHER + teacher
        loaders[first] = teacher_loader(teacher)
    return first, loaders
