"""Download an archive over HTTP: with a progress bar, resumable, and verified before it gets its final name."""

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
# HTTP statuses after which a retry may succeed.
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})
MAX_PAUSE_S = 30.0


def fetch_set(
    public_set: PublicSet,
    folder: Path,
    *,
    timeout_s: float = 30.0,
    tries: int = 5,
    quiet: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Download the archive of ``public_set``; write a card with its URL and licence next to it.

    Args:
        public_set: the set to download.
        folder: the target folder; a partial download in it is resumed.
        timeout_s: seconds without data before reconnecting.
        tries: number of connections in a row without data before giving up.
        quiet: show no progress bar.
        sleep: waits the given number of seconds between tries.

    Returns:
        The path of the archive.

    Raises:
        MediaError: the server refuses or stops responding, or the file differs from the published size or checksum.
        UnwritableError: the disk has too little space.
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
    """Download to ``partial`` until it has the published size; reconnect if needed."""
    failures, reason = 0, ""
    # `disable` None shows no bar if stderr is not a terminal.
    with tqdm(
        total=public_set.size_bytes, unit="B", unit_scale=True, desc=public_set.name, disable=quiet or None
    ) as bar:
        bar.update(_size(partial))
        while (before := _size(partial)) < public_set.size_bytes:
            if failures >= tries:
                raise MediaError(
                    f"{public_set.url}: no data in {tries} tries in a row; last reason: {reason}; "
                    f"{before} of {public_set.size_bytes} bytes are kept; run the same command to resume"
                )
            if failures:
                sleep(min(2.0**failures, MAX_PAUSE_S))
            reason = _fetch_some(public_set, partial, timeout_s, bar)
            failures = 0 if _size(partial) > before else failures + 1


def _fetch_some(public_set: PublicSet, partial: Path, timeout_s: float, bar: tqdm) -> str:
    """Append the data of one connection to ``partial``; return why it ended early, or "" if complete."""
    have = _size(partial)
    request = urllib.request.Request(public_set.url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        with error:
            if error.code not in TEMPORARY:
                raise MediaError(f"{public_set.url}: the server refuses: {error.code} {error.reason}") from error
            return f"{error.code} {error.reason}"
    except (OSError, HTTPException) as error:
        return _reason(error)
    with response:
        if response.status != PARTIAL_CONTENT and have:  # the server does not support ranges: start from byte 0
            have = 0
            bar.reset()
        _check_announced_size(public_set, response, have)
        with partial.open("ab" if have else "wb") as file:
            while have < public_set.size_bytes:
                try:
                    chunk = response.read1(CHUNK_BYTES)
                except (OSError, HTTPException) as error:
                    return _reason(error)
                if not chunk:
                    return f"the server closed the connection after {have} bytes"
                chunk = chunk[: public_set.size_bytes - have]
                file.write(chunk)
                have += len(chunk)
                bar.update(len(chunk))
    return ""


def _check_announced_size(public_set: PublicSet, response: HTTPResponse, have: int) -> None:
    """Raise MediaError before a long download if the server announces another size than the published one."""
    length = response.headers.get("Content-Length")
    if length and length.isdigit() and have + int(length) != public_set.size_bytes:
        raise MediaError(
            f"{public_set.url}: the server announces {have + int(length)} bytes, expected {public_set.size_bytes}; "
            "the set has changed, or this is an error page; nothing was saved"
        )


def _check(path: Path, public_set: PublicSet) -> str:
    """Return the sha256 of ``path``; if it differs from what was published, remove it and raise MediaError."""
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
            f"{expected or 'any'}; it is damaged or the set has changed; the file is removed; download it again"
        )
    return sums["sha256"].hexdigest()


def _check_room(folder: Path, public_set: PublicSet, have: int) -> None:
    free, needed = shutil.disk_usage(folder).free, public_set.size_bytes - have
    if free < needed:
        raise UnwritableError(
            f"{folder}: {free / 1e6:.0f} MB free, {needed / 1e6:.0f} MB needed; free disk space or choose another --out"
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return "the server stopped sending data"
    return " ".join(str(getattr(error, "reason", error)).split()) or type(error).__name__
