"""What whoever watches can change while the app runs: the look, its strength, the size, and so on."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from celcam.errors import CelcamError, UnknownNameError, UsageError
from celcam.pixels import SIZE_MULTIPLE, round_size


@dataclass(frozen=True)
class View:
    """How frames are drawn and shown from now on; what is out of range is refused with a UsageError."""

    look: str  # a model's name, or "teacher:NAME"
    size_wh: tuple[int, int] | None = None  # what the network draws at; None: each picture at a size of its own
    strength: float = 1.0  # 0 is the photo, 1 the cartoon
    wipe: float = 0.0  # of the width, from the left, that shows the photo
    sharp: bool = False  # shown at the camera's full size, with its edges
    calm: bool = False  # stabilised
    recording: bool = False

    def __post_init__(self) -> None:
        for name in ("strength", "wipe"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= 1.0:
                raise UsageError(f"{name} {value!r}: expected a number from 0 to 1")
        for name in ("sharp", "calm", "recording"):
            if not isinstance(getattr(self, name), bool):
                raise UsageError(f"{name} {getattr(self, name)!r}: expected true or false")
        if self.size_wh is not None and any(side < 1 or side % SIZE_MULTIPLE for side in self.size_wh):
            width, height = round_size(self.size_wh)
            raise UsageError(
                f"size {self.size_wh[0]}x{self.size_wh[1]}: both sides must be multiples of {SIZE_MULTIPLE}; "
                f"try {width}x{height}"
            )


class Controls:
    """The view of a run, and what it may be changed to; any thread may read and change it."""

    def __init__(self, view: View, *, looks: Sequence[str], sizes_wh: Sequence[tuple[int, int]] = ()) -> None:
        """Begin with ``view``.

        Args:
            view: the first one.
            looks: that may be chosen.
            sizes_wh: that may be chosen, smallest first; the first view's own is always among them.
        """
        self.looks = tuple(looks)
        own = {view.size_wh} if view.size_wh is not None else set()
        self.sizes_wh = tuple(sorted(own | set(sizes_wh)))
        self._lock = threading.Lock()
        self._view = view

    @property
    def view(self) -> View:
        """The view of this moment."""
        return self._view  # one reference, replaced whole: needs no lock

    def change(self, **changes: Any) -> View:
        """Replace some of the view's values.

        Args:
            changes: fields of `View`.

        Returns:
            The new view.

        Raises:
            UsageError: no such field, or a value that it can't have; nothing is changed then.
        """
        known = {field.name for field in dataclasses.fields(View)}
        for name in changes:
            if name not in known:
                raise UnknownNameError("control", name, known)
        if "look" in changes and changes["look"] not in self.looks:
            raise UnknownNameError("look", str(changes["look"]), self.looks)
        if "size_wh" in changes:
            changes["size_wh"] = self._size(changes["size_wh"])
        with self._lock:
            self._view = dataclasses.replace(self._view, **changes)
            return self._view

    def _size(self, value: Any) -> tuple[int, int]:
        for size_wh in self.sizes_wh:
            if isinstance(value, (list, tuple)) and tuple(value) == size_wh:
                return size_wh
        known = ", ".join(f"{width}x{height}" for width, height in self.sizes_wh)
        raise UsageError(f"size {value!r}: expected one of {known}")

    def step_look(self, by: int = 1) -> View:
        """The next look of the list, or the one before with ``by`` -1."""
        if not self.looks:
            raise CelcamError("there is no look to choose")
        at = self.looks.index(self.view.look) if self.view.look in self.looks else -1
        return self.change(look=self.looks[(at + by) % len(self.looks)])

    def step_size(self, by: int = 1) -> View:
        """The next larger size, or the next smaller one with ``by`` -1; at the end it stays."""
        if self.view.size_wh is None or not self.sizes_wh:
            return self.view
        at = self.sizes_wh.index(self.view.size_wh) if self.view.size_wh in self.sizes_wh else 0
        return self.change(size_wh=self.sizes_wh[min(max(at + by, 0), len(self.sizes_wh) - 1)])
