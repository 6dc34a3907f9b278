"""Nowhere: for measuring."""

from __future__ import annotations

from edge_app.frames import Frame, FrameSink


class NullSink(FrameSink):
    """Takes every frame and keeps none."""

    name = "null"

    def show(self, frame: Frame) -> bool:
        """Take the frame."""
        return True
