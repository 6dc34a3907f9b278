from __future__ import annotations

from collections.abc import Iterator

import pytest

from celcam.styles import drawing


@pytest.fixture(autouse=True)
def no_faces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The looks as they are without the optional package, whether it is installed or not."""
    monkeypatch.setattr(drawing, "find_faces", lambda rgb_u8: [])
    yield
