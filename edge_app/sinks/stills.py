"""A still image that is being shown follows what its viewer changes."""

from __future__ import annotations

import dataclasses

from edge_app.control.controls import View
from edge_app.frames import Frame
from edge_app.session import Session

# How often it is looked whether something has changed.
POLL_S = 0.1


class Still:
    """One still image on show."""

    def __init__(self, session: Session, frame: Frame) -> None:
        """Remember how ``frame`` was drawn; a look that is loading only now comes later."""
        self._session, self._frame = session, frame
        self._drawn_as = self._now()

    def redrawn(self) -> Frame | None:
        """The image as it is wanted now; None where it is shown so already."""
        now = self._now()
        photo_u8, paint = self._frame.photo_u8, self._session.paint
        if now == self._drawn_as or photo_u8 is None or paint is None:
            return None
        self._drawn_as = now
        return paint(dataclasses.replace(self._frame, rgb_u8=photo_u8))

    def _now(self) -> tuple[View, str]:
        view = self._session.controls.view
        return view, self._session.looks.get(view.look).name
