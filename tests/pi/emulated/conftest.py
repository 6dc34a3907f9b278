"""The emulated Raspberry Pis; they are made when a test asks for one."""

from __future__ import annotations

import pytest

from tests.pi.emulated.installed import Pi, prepare
from tests.pi.emulated.roots import RELEASES, TRIXIE, Release


@pytest.fixture(scope="session", params=RELEASES, ids=lambda release: release.name)
def prepared(request: pytest.FixtureRequest) -> tuple[Pi, list[str]]:
    """A Pi with the packages of the installer, and what the interrupted installer printed."""
    release: Release = request.param
    return prepare(release)


@pytest.fixture(scope="session")
def installed(prepared: tuple[Pi, list[str]]) -> tuple[Pi, str]:
    """A Pi with this checkout's app, and what the installer printed."""
    pi, _ = prepared
    done = pi.install()
    assert done.returncode == 0, done.stdout
    return pi, done.stdout


@pytest.fixture
def pi(installed: tuple[Pi, str]) -> Pi:
    """A Pi with this checkout's app."""
    return installed[0]


@pytest.fixture
def trixie(pi: Pi) -> Pi:
    """The same, for tests of what only Trixie has."""
    if pi.release != TRIXIE:
        pytest.skip("only Trixie has this")
    return pi
