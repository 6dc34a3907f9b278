"""Feed one target for a while, in a process of its own: `tests.fuzz.run` sees if it crashes or hangs.

    python -m tests.fuzz.worker TARGET SEED SECONDS FOLDER

The last line that it prints holds the counts as JSON. A file that a fault was found with stays in FOLDER.
"""

from __future__ import annotations

import json
import math
import random
import shutil
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from celcam.errors import CelcamError
from tests.fuzz.mutations import mutate
from tests.fuzz.targets import TARGETS, Target

CURRENT = "current"  # the folder with the input that is being read
TEXTS_AT_ONCE = 50


class Feeder:
    """Counts what becomes of the inputs."""

    def __init__(self, name: str, check: Any, folder: Path) -> None:
        """Feed ``check``; ``folder`` receives the inputs with which it fails."""
        self._name, self._check, self._folder = name, check, folder
        self.inputs = self.refused = 0
        self.faults: list[str] = []

    def feed(self, file_name: str, data: bytes) -> None:
        """Let the target read ``data``; record any error that is no CelcamError."""
        current = self._folder / CURRENT
        shutil.rmtree(current, ignore_errors=True)
        current.mkdir(parents=True)
        path = current / file_name
        path.write_bytes(data)
        self.inputs += 1
        try:
            self._check(path)
        except CelcamError:
            self.refused += 1
        except Exception:
            self._fail(file_name, data, traceback.format_exc())

    def _fail(self, file_name: str, data: bytes, text: str) -> None:
        kept = self._folder / f"fault-{self._name}-{self.inputs}-{file_name}"
        kept.write_bytes(data)
        kept.with_name(kept.name + ".txt").write_text(text, encoding="utf-8", errors="backslashreplace")
        self.faults.append(f"{kept}: {text.strip().splitlines()[-1]}")


def run(name: str, number: int, seconds: float, folder: Path, *, most: float = math.inf) -> Feeder:
    """Feed the target ``name`` with whole, mutated and made files for ``seconds``, or until there are ``most``.

    The seed ``number`` alone decides which.
    """
    target = TARGETS[name]
    chance = random.Random(f"{name} {number}")
    end_s = time.monotonic() + seconds
    with target.open() as check:
        feeder = Feeder(name, check, folder)
        whole = target.seeds()
        for file_name, data in whole:
            feeder.feed(file_name, data)
        if name != "http" and feeder.refused:
            feeder.faults.append(f"{name}: a whole file is refused")
        while time.monotonic() < end_s and feeder.inputs < most:
            for _ in range(TEXTS_AT_ONCE):
                file_name, data = chance.choice(whole)
                feeder.feed(file_name, mutate(data, chance))
                if time.monotonic() >= end_s:
                    break
            if target.suffix:
                _feed_texts(target, chance, feeder)
    return feeder


def _feed_texts(target: Target, chance: random.Random, feeder: Feeder) -> None:
    from tests.fuzz.texts import feed

    feed(
        target.fields(),
        target.suffix,
        chance.randrange(2**32),
        TEXTS_AT_ONCE,
        lambda data: feeder.feed(f"made{target.suffix}", data),
    )


def main(argv: list[str]) -> int:
    """Run the worker."""
    name, number, seconds, folder = argv
    feeder = run(name, int(number), float(seconds), Path(folder))
    # `getrusage` would count the memory of the process that started this one, too.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak_mb = int(status.split("VmHWM:")[1].split()[0]) / 1000
    counts = {"inputs": feeder.inputs, "refused": feeder.refused, "faults": feeder.faults, "peak_mb": peak_mb}
    print(json.dumps(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
