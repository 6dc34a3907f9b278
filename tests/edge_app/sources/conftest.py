"""A check that no test of a source leaves a thread behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.edge_app.sources.cameras import readers, wait_until


@pytest.fixture(autouse=True)
def no_reader_is_left() -> Iterator[None]:
    """Each reader has ended when a test has."""
    assert not readers()
    yield
    assert wait_until(lambda: not readers())
