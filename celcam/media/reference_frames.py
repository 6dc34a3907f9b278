"""How many frames the decoder of a clip keeps, as the clip's header states it (H.264 7.3.2.1, H.265 7.3.2.2)."""

from __future__ import annotations

from collections.abc import Iterator

# The most of any format, which is assumed if a header can't be read.
MOST = 16
# Formats whose frames all stand alone.
ALONE = {"cfhd", "dnxhd", "dvvideo", "ffvhuff", "huffyuv", "jpeg2000", "mjpeg", "png", "prores", "rawvideo", "utvideo"}
# Of formats that keep few; the remaining ones are taken for the worst.
FEW = {"ffv1": 2, "flv1": 2, "h263": 2, "mpeg1video": 2, "mpeg2video": 2, "mpeg4": 2, "msmpeg4v3": 2, "theora": 3,
       "vc1": 3, "vp8": 4, "wmv3": 3, "av1": 9, "libdav1d": 9, "vp9": 9}  # fmt: skip
# Profiles of H.264 whose header states the colour format.
HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
SPS_H264, SPS_HEVC = 7, 33


def count_kept_frames(codec: str, header: bytes | None) -> int:
    """The most frames that a decoder keeps to predict later ones.

    Args:
        codec: its name in FFmpeg.
        header: the codec's data outside the packets (``extradata``).
    """
    if codec not in ("h264", "hevc"):
        return 0 if codec in ALONE else FEW.get(codec, MOST)
    read = _h264_frames if codec == "h264" else _hevc_frames
    try:
        counts = [read(_Bits(unit)) for unit in _parameter_sets(codec, header or b"")]
    except IndexError:  # cut off
        return MOST
    return min(MOST, max(counts, default=MOST))


class _Bits:
    """Reads bits of a unit; raises IndexError at its end."""

    def __init__(self, unit: bytes) -> None:
        self._data = unit.replace(b"\0\0\3", b"\0\0")  # without the bytes that keep start codes out
        self._place = 0

    def take(self, count: int) -> int:
        """The next ``count`` bits as a number."""
        value = 0
        for place in range(self._place, self._place + count):
            value = value << 1 | self._data[place >> 3] >> (7 - (place & 7)) & 1
        self._place += count
        return value

    def golomb(self) -> int:
        """A number in the Exp-Golomb code."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed_golomb(self) -> int:
        """A signed number in the Exp-Golomb code."""
        value = self.golomb()
        return (value + 1) // 2 if value % 2 else -(value // 2)


def _parameter_sets(codec: str, header: bytes) -> Iterator[bytes]:
    """The sequence parameter sets of a header, each after the bytes that name its kind."""
    if header[:1] != b"\1":  # as in a transport stream: units after start codes
        for unit in header.split(b"\0\0\1")[1:]:
            kind = unit[0] & 31 if codec == "h264" else unit[0] >> 1 & 63
            if kind == (SPS_H264 if codec == "h264" else SPS_HEVC):
                yield unit[1 if codec == "h264" else 2 :]
        return
    if codec == "h264":
        place, count = 6, header[5] & 31
        for _ in range(count):
            size = int.from_bytes(header[place : place + 2], "big")
            yield header[place + 3 : place + 2 + size]
            place += 2 + size
        return
    place = 23
    for _ in range(header[22]):
        kind, count = header[place] & 63, int.from_bytes(header[place + 1 : place + 3], "big")
        place += 3
        for _ in range(count):
            size = int.from_bytes(header[place : place + 2], "big")
            if kind == SPS_HEVC:
                yield header[place + 4 : place + 2 + size]
            place += 2 + size


def _h264_frames(bits: _Bits) -> int:
    profile = bits.take(8)
    bits.take(16)  # constraints, level
    bits.golomb()  # number of the set
    if profile in HIGH_PROFILES:
        colour = bits.golomb()
        if colour == 3:
            bits.take(1)
        bits.golomb(), bits.golomb(), bits.take(1)  # depths, bypass
        if bits.take(1):
            for number in range(12 if colour == 3 else 8):
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    bits.golomb()  # length of frame numbers
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1), bits.golomb(), bits.golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()
    return bits.golomb()


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    if bits.take(1):
        for _ in range(size):
            if following:
                following = (last + bits.signed_golomb()) % 256
            last = following or last


def _hevc_frames(bits: _Bits) -> int:
    bits.take(4)
    layers = bits.take(3)
    bits.take(1)
    bits.take(96)  # profile, tier and level
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for has_profile, has_level in present:
        bits.take(88 * has_profile + 8 * has_level)
    bits.golomb()
    if bits.golomb() == 3:
        bits.take(1)
    bits.golomb(), bits.golomb()  # width, height
    if bits.take(1):
        [bits.golomb() for _ in range(4)]
    [bits.golomb() for _ in range(3)]  # depths, length of counters
    first = 0 if bits.take(1) else layers
    counts = []
    for _ in range(first, layers + 1):
        counts.append(bits.golomb() + 1)
        bits.golomb(), bits.golomb()
    return max(counts)
