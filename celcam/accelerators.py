"""What this computer can run networks on: the CPU, and accelerators whose libraries are installed."""

from __future__ import annotations

import ctypes
import importlib.util
from collections.abc import Callable

# The names of accelerators, and the libraries of their delegates for `--delegate`.
DELEGATES = {
    "Coral EdgeTPU": "libedgetpu.so.1",
    "Arm Ethos-U": "libethosu_delegate.so",
    "VeriSilicon NPU": "libvx_delegate.so",
}
ENTRY = "tflite_plugin_create_delegate"


def is_delegate(library: str) -> bool:
    """Whether ``library`` can be loaded and has a TFLite delegate in it.

    Raises:
        OSError: it can't be loaded.
    """
    return hasattr(ctypes.CDLL(library), ENTRY)


def found_accelerators(is_there: Callable[[str], bool] = is_delegate) -> list[str]:
    """What networks can run on here, for people. A library may be installed without its device.

    Args:
        is_there: whether a library is a delegate; may raise OSError.
    """
    found = ["CPU"]
    for name, library in DELEGATES.items():
        try:
            if is_there(library):
                found.append(f"{name} (--delegate {library})")
        except OSError:
            continue
    if importlib.util.find_spec("ai_edge_litert.compiled_model") is not None:
        found.append("LiteRT CompiledModel (--delegate compiled:cpu or compiled:gpu)")
    return found
