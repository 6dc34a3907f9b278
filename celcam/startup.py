"""What a tool needs before it can run: a Python that is new enough, and its packages.

Python 3.8 must be able to import this module, so that a user of an old Python reads one clear line.
"""

from __future__ import annotations

import sys

from celcam.paths import ROOT

OLDEST_PYTHON = (3, 11)
EXIT_BAD_INPUT = 2
OWN_PACKAGES = ("celcam", "datasets", "train", "convert", "edge_app")


def check_python() -> None:
    """Exit with one line and status 2 if this Python is too old for Celcam."""
    if sys.version_info < OLDEST_PYTHON:
        needed, found = ("{}.{}".format(*version[:2]) for version in (OLDEST_PYTHON, sys.version_info))
        print(f"celcam: needs Python {needed} or newer, found Python {found}; install a newer Python", file=sys.stderr)
        sys.exit(EXIT_BAD_INPUT)


def missing_package(prog: str, module: str) -> str | None:
    """Say what to do if a module can't be found.

    Args:
        prog: how the tool was started, such as ``python -m train``.
        module: name of the module that Python did not find.

    Returns:
        One line; None for a module of Celcam itself, which no installation brings.
    """
    if not module or module.partition(".")[0] in OWN_PACKAGES:
        return None
    is_app = prog.startswith(("celcam", "python -m edge_app"))
    requirements = "edge_app/requirements.txt" if is_app else "requirements.txt"
    if (ROOT / requirements).is_file():
        remedy = f"run 'pip install -r {requirements}'"
    else:
        remedy = "install the Celcam wheel again, without --no-deps"
    return f"the Python package {module!r} is missing; {remedy}"
