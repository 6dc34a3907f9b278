"""A sink that discards all frames, for measurements."""

from __future__ import annotations

from edge_app.frames import Frame, FrameSink


class NullSink(FrameSink):
    """Discards every frame."""

    name = "null"

    def show(self, frame: Frame) -> bool:
        """Discard the frame."""
        return True
