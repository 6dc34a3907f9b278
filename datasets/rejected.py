"""Print the rejected files while a command works."""

from __future__ import annotations

from celcam.progress import print_beside_bars
from datasets.photo import Rejected

REJECTED_NAME = "rejected.jsonl"
# Number of reasons printed; rejected.jsonl lists all of them.
MAX_PRINTED = 20


class RejectedPrinter:
    """Prints the reasons of the first rejected files."""

    def __init__(self) -> None:
        self._count = 0

    def print(self, rejected: Rejected) -> None:
        """Print the reason of ``rejected`` on standard error, unless `MAX_PRINTED` reasons were printed before."""
        self._count += 1
        if self._count <= MAX_PRINTED:
            print_beside_bars(f"skipped: {rejected.reason}")
        elif self._count == MAX_PRINTED + 1:
            print_beside_bars(f"further skipped files are listed only in {REJECTED_NAME}")
