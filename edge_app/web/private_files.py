"""Small files that only this user can read, and that outlive a run, such as the key of the cookies."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

KEY_BYTES = 32
COOKIE_KEY = "cookie-key"


def state_folder() -> Path:
    """The folder of these files: that of the service, else the user's own."""
    of_service = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]  # systemd sets it
    if of_service:
        return Path(of_service) / "private"
    of_user = os.environ.get("XDG_STATE_HOME", "")
    return (Path(of_user) if of_user else Path.home() / ".local" / "state") / "celcam"


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content; ``make`` gives it if there is no file yet. Raises OSError."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    content = make()
    write_private(path, content)
    return content


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only this user can read, as a whole; create its folder. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def cookie_key(folder: Path) -> bytes:
    """The key that makes cookies; a new one for this run if the folder can't be written."""
    try:
        key = read_or_make(folder / COOKIE_KEY, lambda: secrets.token_bytes(KEY_BYTES))
    except OSError:
        key = b""
    return key if len(key) == KEY_BYTES else secrets.token_bytes(KEY_BYTES)
