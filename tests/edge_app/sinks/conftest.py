"""Fixtures for tests of sinks."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_app.session import Session
from tests.edge_app.fakes import make_session


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A live session whose recordings go into a folder that is not there yet."""
    return make_session(tmp_path / "camera")
