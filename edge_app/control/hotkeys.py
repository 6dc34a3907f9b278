"""The keys of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from celcam.errors import CelcamError
from edge_app.control.controls import View
from edge_app.session import Session

STRENGTH_STEP = 0.1
WIPE_STEP = 0.05
DIGITS = "1234567890"  # in the order of a keyboard


@dataclass(frozen=True)
class Hotkey:
    """Keys with the same action, its description, and the action."""

    keys: str
    about: str
    press: Callable[[], object]


class Hotkeys:
    """The keys that change a session's view. The window itself handles quitting and what is drawn over the picture."""

    def __init__(self, session: Session, take_snapshot: Callable[[], object]) -> None:
        """Keys for ``session``; ``take_snapshot`` saves the picture on show."""
        self._session = session
        controls = session.controls
        self.all = (
            Hotkey("n", "next look", lambda: controls.step_look(1)),
            Hotkey("p", "previous look", lambda: controls.step_look(-1)),
            Hotkey("+=", "stronger", lambda: self._nudge("strength", STRENGTH_STEP)),
            Hotkey("-", "weaker", lambda: self._nudge("strength", -STRENGTH_STEP)),
            Hotkey("w", "before and after", lambda: controls.update(lambda view: {"wipe": 0.0 if view.wipe else 0.5})),
            Hotkey(",", "less of before", lambda: self._nudge("wipe", -WIPE_STEP)),
            Hotkey(".", "more of before", lambda: self._nudge("wipe", WIPE_STEP)),
            Hotkey("]", "larger", lambda: controls.step_size(1)),
            Hotkey("[", "smaller", lambda: controls.step_size(-1)),
            Hotkey("e", "sharp edges", lambda: self._toggle("sharp")),
            Hotkey("c", "calm", lambda: self._toggle("calm")),
            Hotkey("l", "auto levels", lambda: self._toggle("auto_levels")),
            Hotkey("s", "snapshot", take_snapshot),
            Hotkey("r", "record", lambda: self._toggle("recording")),
        )

    def press(self, key: int) -> bool:
        """Do what a key stands for; a digit chooses a look. A failure becomes a notice.

        Args:
            key: the code of a character.

        Returns:
            Whether the key has a meaning.
        """
        controls = self._session.controls
        try:
            if key < 256 and chr(key) in DIGITS:
                number = DIGITS.index(chr(key))
                if number < len(controls.looks):
                    controls.change(look=controls.looks[number])
                return True
            for hotkey in self.all:
                if key < 256 and chr(key) in hotkey.keys:
                    hotkey.press()
                    return True
        except CelcamError as error:
            self._session.notices.add(str(error))
            return True
        return False

    def help_lines(self) -> list[str]:
        """The looks with their digits, then a line for each key."""
        looks = ", ".join(f"{digit} {name}" for digit, name in zip(DIGITS, self._session.controls.looks, strict=False))
        return [looks, *(f"{hotkey.keys[0]}  {hotkey.about}" for hotkey in self.all)]

    def _toggle(self, name: str) -> None:
        self._session.controls.update(lambda view: {name: not getattr(view, name)})

    def _nudge(self, name: str, by: float) -> None:
        def nudged(view: View) -> dict[str, float]:
            return {name: round(min(max(getattr(view, name) + by, 0.0), 1.0), 2)}

        self._session.controls.update(nudged)
