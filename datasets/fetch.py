"""Fetch an archive over HTTP: with progress, resumed where it broke off, and checked before it gets its name."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from pathlib import Path

from tqdm import tqdm

from celcam.errors import MediaError, UnwritableError
from celcam.image_io import UNFINISHED_SUFFIX, write_whole
from datasets.public_sets import PublicSet

CHUNK_BYTES = 2**18
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416
# Answers that mean "later", not "never".
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_PAUSE_S = 30.0


def fetch_set(
    public_set: PublicSet,
    folder: Path,
    *,
    timeout_s: float = 30.0,
    tries: int = 5,
    quiet: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Bring the archive of ``public_set`` into ``folder``, with a card beside it that tells where it is from.

    Args:
        public_set: what to fetch.
        folder: where to; what an earlier call left unfinished there is gone on with.
        timeout_s: seconds without a byte before the connection is made anew.
        tries: connections in a row that may bring nothing.
        quiet: no progress bar.
        sleep: waits some seconds between tries.

    Raises:
        MediaError: the server refuses, breaks off for good, or sends something else than was published.
        UnwritableError: no room for it.
    """
    target = folder / public_set.file_name
    if target.exists():
        _check(target, public_set)
        return target
    partial = target.with_name(target.name + UNFINISHED_SUFFIX)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_room(folder, public_set, _size(partial))
        _fetch_whole(public_set, partial, timeout_s, tries, quiet, sleep)
    except OSError as error:
        raise UnwritableError(
            f"{partial}: can't be written: {error.strerror or error}; choose another --out"
        ) from error
    sha256 = _check(partial, public_set)
    partial.rename(target)
    card = {"name": public_set.name, "url": public_set.url, "licence": public_set.licence, "sha256": sha256}
    write_whole(target.with_name(target.name + ".json"), (json.dumps(card, indent=1) + "\n").encode())
    return target


def _fetch_whole(
    public_set: PublicSet, partial: Path, timeout_s: float, tries: int, quiet: bool, sleep: Callable[[float], None]
) -> None:
    """Fill ``partial`` up to the published size, over as many connections as it takes."""
    fruitless, reason = 0, ""
    bar = tqdm(total=public_set.size_bytes, unit="B", unit_scale=True, desc=public_set.name, disable=quiet)
    with bar:
        bar.update(_size(partial))
        while (before := _size(partial)) < public_set.size_bytes:
            if fruitless >= tries:
                raise MediaError(
                    f"{public_set.url}: {tries} tries in a row brought nothing, the last because: {reason}; "
                    f"{before} of {public_set.size_bytes} bytes are kept: run the same again to go on"
                )
            if fruitless:
                sleep(min(2.0**fruitless, LONGEST_PAUSE_S))
            reason = _fetch_some(public_set, partial, timeout_s, bar)
            fruitless = 0 if _size(partial) > before else fruitless + 1


def _fetch_some(public_set: PublicSet, partial: Path, timeout_s: float, bar: tqdm) -> str:
    """Append what one connection brings to ``partial``; returns why it brought no more, "" at the end."""
    have = _size(partial)
    request = urllib.request.Request(public_set.url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        with error:
            if error.code not in PASSING:
                raise MediaError(f"{public_set.url}: the server refuses: {error.code} {error.reason}") from error
            return f"{error.code} {error.reason}"
    except (OSError, HTTPException) as error:
        return _reason(error)
    with response:
        if response.status != PARTIAL_CONTENT and have:  # the server can't resume: all from the start
            have = 0
            bar.reset()
        _check_promise(public_set, response, have)
        with partial.open("ab" if have else "wb") as file:
            while have < public_set.size_bytes:
                try:
                    chunk = response.read1(CHUNK_BYTES)
                except (OSError, HTTPException) as error:
                    return _reason(error)
                if not chunk:
                    return f"the server broke off after {have} bytes"
                chunk = chunk[: public_set.size_bytes - have]
                file.write(chunk)
                have += len(chunk)
                bar.update(len(chunk))
    return ""


def _check_promise(public_set: PublicSet, response: HTTPResponse, have: int) -> None:
    """Refuse a server that is about to send a file of another size, before hours of it."""
    promised = response.headers.get("Content-Length")
    if promised and promised.isdigit() and have + int(promised) != public_set.size_bytes:
        raise MediaError(
            f"{public_set.url}: the server has {have + int(promised)} bytes, expected {public_set.size_bytes}; "
            "the set has changed or this is an error page; nothing was kept of it"
        )


def _check(path: Path, public_set: PublicSet) -> str:
    """The sha256 of ``path``; removes it and raises MediaError where it is not what was published."""
    kind, _, expected = public_set.checksum.partition(":")
    sums = {"sha256": hashlib.sha256(), "md5": hashlib.md5(usedforsecurity=False)}
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            for checksum in sums.values():
                checksum.update(chunk)
    got = sums[kind].hexdigest() if kind else ""
    if got != expected or _size(path) != public_set.size_bytes:
        size = _size(path)
        path.unlink()
        raise MediaError(
            f"{path}: {size} bytes with {kind or 'no checksum'} {got}, expected {public_set.size_bytes} bytes with "
            f"{expected or 'any'}; it was damaged on the way or changed, and is removed; fetch it again"
        )
    return sums["sha256"].hexdigest()


def _check_room(folder: Path, public_set: PublicSet, have: int) -> None:
    free, needed = shutil.disk_usage(folder).free, public_set.size_bytes - have
    if free < needed:
        raise UnwritableError(f"{folder}: {free / 1e6:.0f} MB free, {needed / 1e6:.0f} MB needed; choose another --out")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return "the server fell silent"
    return " ".join(str(getattr(error, "reason", error)).split()) or type(error).__name__
