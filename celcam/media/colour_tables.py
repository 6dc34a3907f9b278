"""Tables that convert HDR and wide-gamut clips to the colours of ordinary displays.

A table has `SIDE` steps in each of R, G and B, and is applied by FFmpeg's filter ``lut3d``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 33
# The numbers of ITU-T H.273.
PQ, HLG = 16, 18
BT2020, P3_DCI, P3_D65 = 9, 11, 12
# ITU-R BT.2408: the white of ordinary pictures within an HDR picture, and the usual brightest white, in cd/m2.
WHITE_NITS, PEAK_NITS = 203.0, 1000.0
# Light up to this share of a display's white stays as it is; brighter light is compressed.
KNEE = 0.5
DISPLAY_GAMMA = 2.2
LUMA_2020 = np.array([0.2627, 0.6780, 0.0593])
# Linear RGB to linear BT.709.
TO_709 = {
    BT2020: np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]),
    P3_DCI: np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]]),
    P3_D65: np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]]),
}


def needs_table(transfer: int, primaries: int) -> bool:
    """Whether a clip with these numbers of H.273 needs a table."""
    return transfer in (PQ, HLG) or primaries in TO_709


def write_table(path: Path, transfer: int, primaries: int) -> None:
    """Write the table for a clip as a .cube file."""
    steps = np.linspace(0.0, 1.0, SIDE)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")  # red changes fastest
    codes = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    rows = "\n".join(f"{r:.5f} {g:.5f} {b:.5f}" for r, g, b in convert_codes(codes, transfer, primaries))
    path.write_text(f"LUT_3D_SIZE {SIDE}\n{rows}\n")


def convert_codes(codes: NDArray[Any], transfer: int, primaries: int) -> NDArray[Any]:
    """Convert ``(N, 3) float`` RGB codes, 0..1, to those of an ordinary display."""
    to_709 = TO_709.get(primaries, TO_709[BT2020])
    if transfer not in (PQ, HLG):
        return np.asarray(np.clip(codes**DISPLAY_GAMMA @ to_709.T, 0, 1) ** (1 / DISPLAY_GAMMA))
    light = (_pq_light(codes) if transfer == PQ else _hlg_light(codes)) / WHITE_NITS
    brightest = light.max(axis=1, keepdims=True)
    mapped = light * _compress(brightest) / np.maximum(brightest, 1e-9)  # one factor for R, G and B keeps the hue
    return np.asarray(np.clip(mapped @ to_709.T, 0, 1) ** (1 / DISPLAY_GAMMA))


def _pq_light(codes: NDArray[Any]) -> NDArray[Any]:
    """SMPTE ST 2084: codes to light in cd/m2."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    power = codes ** (1 / m2)
    return np.asarray(10_000.0 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1))


def _hlg_light(codes: NDArray[Any]) -> NDArray[Any]:
    """ITU-R BT.2100 hybrid log-gamma on a display of `PEAK_NITS`: codes to light in cd/m2."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - c) / a) + b) / 12)
    return np.asarray(PEAK_NITS * (scene @ LUMA_2020)[:, np.newaxis] ** 0.2 * scene)


def _compress(light: NDArray[Any]) -> NDArray[Any]:
    """The tone curve: linear up to `KNEE`, then a Reinhard curve that reaches 1 at `PEAK_NITS`."""
    over = np.maximum(light - KNEE, 0) / (1 - KNEE)
    peak = (PEAK_NITS / WHITE_NITS - KNEE) / (1 - KNEE)
    return np.where(light <= KNEE, light, KNEE + (1 - KNEE) * over * (1 + over / peak**2) / (1 + over))
