"""A still image on show follows the changes of its viewer."""

from __future__ import annotations

import dataclasses

from edge_app.control.controls import View
from edge_app.drawing.looks import LookState
from edge_app.frames import Frame
from edge_app.session import Session

# A change is looked for at this interval.
POLL_S = 0.1


class Still:
    """One still image on show."""

    def __init__(self, session: Session, frame: Frame) -> None:
        """Show ``frame``; the view may have changed while the frame waited in a queue."""
        self._session, self._frame = session, frame
        self._shown_for = self._wanted() if frame.drawn_for is None else _shown_for(frame)

    def redrawn(self) -> Frame | None:
        """The image drawn again, if the view has changed or its look has been loaded or has failed; else None."""
        photo_u8, paint = self._frame.photo_u8, self._session.paint
        if self._wanted() == self._shown_for or photo_u8 is None or paint is None:
            return None
        frame = paint(dataclasses.replace(self._frame, rgb_u8=photo_u8))
        if frame is not None:
            self._shown_for = _shown_for(frame)
        return frame

    def _wanted(self) -> tuple[View | None, LookState]:
        view = self._session.controls.view
        return view, self._session.looks.state(view.look)


def _shown_for(frame: Frame) -> tuple[View | None, LookState]:
    """The view that the frame was drawn for, and whether it shows that view's look."""
    is_ready = frame.drawn_as is not None and frame.drawn_for is not None and frame.drawn_as[0] == frame.drawn_for.look
    return frame.drawn_for, "ready" if is_ready else "pending"
