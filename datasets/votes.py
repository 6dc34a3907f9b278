"""Count the votes of a blind test that `datasets.judge` wrote."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import binomtest

from celcam.errors import DataError, UsageError
from celcam.image_io import read_bytes
from datasets.judge import HEADING, VOTES, Key, Row

# What separates the name of a group from the rest of a picture's name, as in faces_anna.jpg.
PREFIX_END = "_"
EVERY = "all"


@dataclass(frozen=True)
class Tally:
    """The votes of some pictures."""

    group: str
    a: int
    b: int
    equal: int

    def p_value(self) -> float:
        """Chance of a split at least as uneven if nobody prefers a side: binomial, two-sided, without equal votes."""
        return float(binomtest(self.a, self.a + self.b).pvalue) if self.a + self.b else 1.0


@dataclass(frozen=True)
class Result:
    """An evaluated blind test."""

    key: Key
    winners: Mapping[str, str]  # by name of the picture: "A", "B" or "="
    tallies: tuple[Tally, ...]  # all pictures, then each group

    def report(self) -> str:
        """Every vote, then wins and p value for each group."""
        width = max(len(tally.group) for tally in self.tallies)
        votes = [f"{row.number:4}  {self.winners[row.name]}  {row.name}" for row in self.key.rows]
        sums = [
            f"{tally.group:{width}}  {f'{tally.a} : {tally.b}':>9}  {tally.equal:5}  {tally.p_value():7.4f}"
            for tally in self.tallies
        ]
        head = f"{'':{width}}  {'A : B':>9}  equal  {'p':>7}"
        return "\n".join([*votes, "", f"A: {self.key.a}", f"B: {self.key.b}", "", head, *sums])


def count_votes(form: Path, key: Path, groups: Mapping[str, Sequence[str]]) -> Result:
    """Evaluate a blind test.

    Args:
        form: the filled form.
        key: the key of the same test.
        groups: names of pictures by group. If it is empty, the prefixes of the names make the groups.

    Returns:
        Who won each picture, and the sums.

    Raises:
        MediaError: a file can't be read.
        DataError: the form is incomplete, or form and key are of different tests.
        UsageError: a group names a picture that is not in the test.
    """
    opened = _read_key(key)
    votes = _read_form(form, opened, key)
    winners = {row.name: _winner(row, votes[row.number]) for row in opened.rows}
    named = {group: _names_in_test(group, names, winners) for group, names in groups.items()}
    named = {EVERY: list(winners)} | (named or _groups_by_prefix(winners))
    return Result(opened, winners, tuple(_tally(group, [winners[n] for n in names]) for group, names in named.items()))


def read_group(text: str) -> tuple[str, list[str]]:
    """Read a group from ``"faces=FILE"``; the file holds a name on each line, with or without suffix.

    Raises:
        UsageError: ``text`` has another form, or the file is empty.
        MediaError: the file can't be read.
    """
    group, equals, path = text.partition("=")
    if not (group and equals and path):
        raise UsageError(f"--group {text}: expected NAME=FILE, such as faces=faces.txt")
    lines = read_bytes(Path(path)).decode("utf-8", "replace").split("\n")
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise UsageError(f"--group {text}: the file is empty; expected a name of a picture on each line")
    return group, names


def _read_key(path: Path) -> Key:
    try:
        values = json.loads(read_bytes(path))
        return Key(**values | {"rows": tuple(Row(**row) for row in values["rows"])})
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path}: not a key ({error}); expected the key.json that 'judge' wrote") from error


def _read_form(path: Path, key: Key, key_path: Path) -> dict[int, str]:
    """The vote for each number; raises DataError unless there is exactly one for each row of ``key``."""
    text = read_bytes(path).decode("utf-8-sig", "replace")
    if f"test {key.test()}:" not in text:
        raise DataError(f"{path}: {key_path} is the key of another test; pass its own with --key, and keep the # lines")
    numbers = {str(row.number): row.number for row in key.rows}
    votes: dict[int, str] = {}
    for line, cells in enumerate(csv.reader(text.splitlines()), start=1):
        number, *rest = [cell.strip() for cell in cells] or [""]
        if number in ("", HEADING) or number.startswith("#"):
            continue
        if number not in numbers or len(rest) != 1 or rest[0] not in ("", *VOTES):
            raise DataError(f"{path}, line {line}: got {','.join(cells)!r}; expected a row's number, then 1, 2 or =")
        if numbers[number] in votes:
            raise DataError(f"{path}, line {line}: a second vote on row {number}; remove one of them")
        votes[numbers[number]] = rest[0]
    missing = [row.number for row in key.rows if not votes.get(row.number)]
    if missing:
        shown = ", ".join(map(str, missing))
        raise DataError(f"{path}: no vote on {len(missing)} of {len(key.rows)} rows: {shown}; write 1, 2 or =")
    return votes


def _winner(row: Row, vote: str) -> str:
    if vote == "=":
        return vote
    return row.first if vote == "1" else {"A": "B", "B": "A"}[row.first]


def _names_in_test(group: str, names: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """``names`` without suffixes and repeats; UsageError if one is not in ``known``."""
    found = dict.fromkeys(name if name in known else Path(name).stem for name in names)
    strangers = sorted(found.keys() - known.keys())
    if strangers:
        raise UsageError(f"--group {group}: {strangers[0]} is not in the test; expected names of its pictures")
    return list(found)


def _groups_by_prefix(names: Mapping[str, str]) -> dict[str, list[str]]:
    """Pictures by the part of their name before the first ``_``; no groups unless at least two have two pictures."""
    groups: dict[str, list[str]] = {}
    for name in names:
        prefix, end, _ = name.partition(PREFIX_END)
        groups.setdefault(prefix if end else "", []).append(name)
    several = {group: members for group, members in sorted(groups.items()) if group and len(members) > 1}
    return several if len(several) > 1 else {}


def _tally(group: str, winners: Sequence[str]) -> Tally:
    return Tally(group, winners.count("A"), winners.count("B"), winners.count("="))
