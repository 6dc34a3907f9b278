"""Messages as viewers may read them: without the folders of this machine."""

from __future__ import annotations

import os
import re
from pathlib import Path

# An absolute path up to its last name, but not the slashes of an address.
FOLDERS = re.compile(r"(?<![^\s'\"(\[=])(?:~|[A-Za-z]:)?(?:[/\\][^\s/\\:;,()'\"]+)*[/\\](?=[^\s/\\])")


def without_folders(text: str, folder: Path) -> str:
    """Replace each path by its last name.

    Args:
        text: of a message.
        folder: for saved files; it may be relative, and its name may hold spaces.
    """
    for known in (folder.absolute(), folder):
        if known.name:
            text = text.replace(f"{known}{os.sep}", "").replace(str(known), known.name)
    return FOLDERS.sub("", text)


def short_name(name: str) -> str:
    """A file's own name, because viewers need not see the folder; an address as it is."""
    return name if "://" in name else Path(name).name or name
