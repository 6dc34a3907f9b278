"""A Pi gets the same versions as other computers, but for NumPy and OpenCV."""

from __future__ import annotations

from pathlib import Path

from celcam.paths import ROOT

REQUIREMENTS = ROOT / "edge_app" / "requirements.txt"
PI_REQUIREMENTS = ROOT / "edge_app" / "requirements-pi.txt"
OWN = ("numpy", "opencv-python")  # apt's NumPy, and the OpenCV that runs with it


def pins(path: Path) -> dict[str, str]:
    """Versions by package, without comments and extras."""
    lines = (line.partition("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return {name: version for name, _, version in (line.partition("==") for line in lines if line)}


def test_the_versions_on_a_pi_are_those_of_the_app() -> None:
    app, on_pi = pins(REQUIREMENTS), pins(PI_REQUIREMENTS)
    assert "opencv-python-headless" in on_pi
    assert {name: version for name, version in app.items() if name not in OWN} == {
        name: version for name, version in on_pi.items() if not name.startswith(OWN)
    }
