"""What a viewer can change while the app runs: look, strength, size, recording and so on."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from celcam.errors import CelcamError, UnknownNameError, UsageError
from celcam.looks import ALIASES
from celcam.pixels import SIZE_MULTIPLE, round_size


@dataclass(frozen=True)
class View:
    """How the next frames are drawn and shown.

    Raises:
        UsageError: a value is out of range.
    """

    look: str  # the name of a model, or "filter:NAME"
    size_wh: tuple[int, int] | None = None  # the network draws at this size; None: each picture at a size of its own
    strength: float = 1.0  # 0 is the photo, 1 the cartoon
    wipe: float = 0.0  # share of the width, from the left, that shows the photo
    sharp: bool = False  # enlarge along the photo's edges
    calm: bool = False  # stabilize what does not move
    auto_levels: bool = False  # lift the light of dark rooms
    recording: bool = False

    def __post_init__(self) -> None:
        for name in ("strength", "wipe"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value <= 1.0:
                raise UsageError(f"{name} {value!r}: expected a number from 0 to 1")
        for name in ("sharp", "calm", "auto_levels", "recording"):
            if not isinstance(getattr(self, name), bool):
                raise UsageError(f"{name} {getattr(self, name)!r}: expected true or false")
        if self.size_wh is not None and any(side < 1 or side % SIZE_MULTIPLE for side in self.size_wh):
            width, height = round_size(self.size_wh)
            raise UsageError(
                f"size {self.size_wh[0]}x{self.size_wh[1]}: both sides must be multiples of {SIZE_MULTIPLE}; "
                f"try {width}x{height}"
            )


FIELDS = frozenset(field.name for field in dataclasses.fields(View))


class Controls:
    """The view of a run, and the values that it may take; any thread may read and change it.

    A viewer's choice wins. `change` is for viewers: it always applies. `change_from` is for the app itself: it applies
    only if nobody has changed the same values in the meantime.
    """

    def __init__(
        self,
        view: View,
        *,
        looks: Sequence[str],
        sizes_wh: Sequence[tuple[int, int]] = (),
        can_record: bool = True,
    ) -> None:
        """Start with ``view``.

        Args:
            view: the first view.
            looks: the looks that may be chosen.
            sizes_wh: the sizes that may be chosen, smallest first; the first view's own size is always among them.
            can_record: whether anything records when `View.recording` is true.
        """
        self.looks = tuple(looks)
        own = {view.size_wh} if view.size_wh is not None else set()
        self.sizes_wh = tuple(sorted(own | set(sizes_wh)))
        self.can_record = can_record
        self._lock = threading.Lock()
        self._view = view

    @property
    def view(self) -> View:
        """The present view."""
        return self._view  # one reference that is replaced as a whole: needs no lock

    def change(self, /, **changes: Any) -> View:
        """Replace some values of the view, as a viewer has chosen.

        Args:
            changes: fields of `View`.

        Returns:
            The new view.

        Raises:
            UsageError: unknown field, or a value that it can't take; nothing changes then.
        """
        return self.update(lambda view: changes)

    def change_from(self, seen: View, /, **changes: Any) -> bool:
        """Replace some values of the view, unless somebody else has changed one of them since ``seen`` was read.

        Args:
            seen: the view that the decision to change was based on.
            changes: fields of `View`.

        Returns:
            Whether the change was made.

        Raises:
            UsageError: as in `change`.
        """
        made = False

        def unless_changed(view: View) -> Mapping[str, Any]:
            nonlocal made
            made = all(getattr(view, name) == getattr(seen, name) for name in changes if name in FIELDS)
            return changes if made else {}

        self.update(unless_changed)
        return made

    def update(self, decide: Callable[[View], Mapping[str, Any]]) -> View:
        """Replace some values of the view by values that depend on it, in one step.

        Args:
            decide: returns fields of `View` and their new values. No other change comes in between.

        Returns:
            The new view.

        Raises:
            UsageError: as in `change`.
        """
        with self._lock:
            self._view = dataclasses.replace(self._view, **self._checked(decide(self._view)))
            return self._view

    def step_look(self, by: int = 1) -> View:
        """Choose the next look of the list, or the previous one with ``by`` -1."""
        if not self.looks:
            raise CelcamError("there is no look to choose")

        def next_look(view: View) -> Mapping[str, Any]:
            at = self.looks.index(view.look) if view.look in self.looks else -1
            return {"look": self.looks[(at + by) % len(self.looks)]}

        return self.update(next_look)

    def step_size(self, by: int = 1) -> View:
        """Choose the next larger size, or the next smaller one with ``by`` -1; it stops at the ends of the list."""

        def next_size(view: View) -> Mapping[str, Any]:
            if view.size_wh is None or not self.sizes_wh:
                return {}
            at = self.sizes_wh.index(view.size_wh) if view.size_wh in self.sizes_wh else 0
            return {"size_wh": self.sizes_wh[min(max(at + by, 0), len(self.sizes_wh) - 1)]}

        return self.update(next_size)

    def _checked(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        for name in changes:
            if name not in FIELDS:
                raise UnknownNameError("control", name, FIELDS)
        checked = dict(changes)
        if checked.get("look") not in self.looks and isinstance(checked.get("look"), str):
            checked["look"] = ALIASES.get(checked["look"], checked["look"])
        if "look" in checked and checked["look"] not in self.looks:
            raise UnknownNameError("look", str(checked["look"]), self.looks)
        if checked.get("recording") is True and not self.can_record:
            raise UsageError("recording: still images can't be recorded; take a snapshot instead")
        if "size_wh" in checked:
            checked["size_wh"] = self._known_size(checked["size_wh"])
        return checked

    def _known_size(self, value: Any) -> tuple[int, int]:
        for size_wh in self.sizes_wh:
            if isinstance(value, (list, tuple)) and tuple(value) == size_wh:
                return size_wh
        known = ", ".join(f"{width}x{height}" for width, height in self.sizes_wh)
        raise UsageError(f"size {value!r}: expected one of {known}")
