"""What the keys of the window do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from celcam.errors import CelcamError
from edge_app.session import Session

STRENGTH_STEP = 0.1
WIPE_STEP = 0.05


@dataclass(frozen=True)
class Hotkey:
    """Keys, what they do in a few words, and the doing."""

    keys: str
    about: str
    press: Callable[[], object]


class Hotkeys:
    """The keys that change a session's view; quitting and what is drawn over the picture are the window's own."""

    def __init__(self, session: Session, take_snapshot: Callable[[], object]) -> None:
        """Keys for ``session``; ``take_snapshot`` keeps the picture that is shown."""
        self._session = session
        controls = session.controls
        self.all = (
            Hotkey("n", "next look", lambda: controls.step_look(1)),
            Hotkey("p", "look before", lambda: controls.step_look(-1)),
            Hotkey("+=", "stronger", lambda: self._nudge("strength", STRENGTH_STEP)),
            Hotkey("-", "weaker", lambda: self._nudge("strength", -STRENGTH_STEP)),
            Hotkey("w", "before and after", lambda: controls.change(wipe=0.0 if controls.view.wipe else 0.5)),
            Hotkey(",", "less of before", lambda: self._nudge("wipe", -WIPE_STEP)),
            Hotkey(".", "more of before", lambda: self._nudge("wipe", WIPE_STEP)),
            Hotkey("]", "larger", lambda: controls.step_size(1)),
            Hotkey("[", "smaller", lambda: controls.step_size(-1)),
            Hotkey("e", "full-size edges", lambda: controls.change(sharp=not controls.view.sharp)),
            Hotkey("c", "calm", lambda: controls.change(calm=not controls.view.calm)),
            Hotkey("s", "snapshot", take_snapshot),
            Hotkey("r", "record", lambda: controls.change(recording=not controls.view.recording)),
        )

    def press(self, key: int) -> bool:
        """Do what ``key``, a character's code, stands for; a digit chooses a look. What fails is told as a notice.

        Returns:
            Whether it stands for anything.
        """
        controls = self._session.controls
        try:
            if ord("1") <= key <= ord("9"):
                number = key - ord("1")
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
        """A line a key."""
        looks = ", ".join(f"{number} {name}" for number, name in enumerate(self._session.controls.looks[:9], 1))
        return [looks, *(f"{hotkey.keys[0]}  {hotkey.about}" for hotkey in self.all)]

    def _nudge(self, name: str, by: float) -> None:
        controls = self._session.controls
        value = min(max(getattr(controls.view, name) + by, 0.0), 1.0)
        controls.change(**{name: round(value, 2)})
