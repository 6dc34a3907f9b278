"""Nowhere: for measuring."""

from __future__ import annotations

from typing import Self

from edge_app.frames import Frame


class NullSink:
    """Takes every frame and keeps none."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing is held."""

    def show(self, frame: Frame) -> bool:
        """Take the frame."""
        return True
