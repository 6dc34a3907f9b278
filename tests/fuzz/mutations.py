"""Damage bytes as disks, networks and attackers do; a seed alone decides how."""

from __future__ import annotations

import random

# Lengths and counts at the borders of their types.
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
MOST_BYTES = 1_000_000


def mutate(data: bytes, chance: random.Random) -> bytes:
    """``data`` with one to eight faults, at most `MOST_BYTES` long."""
    damaged = bytearray(data)
    for _ in range(chance.choice([1, 1, 1, 2, 3, 8])):
        chance.choice(MUTATIONS)(damaged, chance)
    return bytes(damaged[:MOST_BYTES])


def _place(data: bytearray, chance: random.Random) -> int:
    """A place in the data; headers, at its start, are hit more often."""
    return chance.randrange(min(len(data), chance.choice([64, 512, len(data) or 1])) or 1)


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[_place(data, chance)] ^= 1 << chance.randrange(8)


def _replace_byte(data: bytearray, chance: random.Random) -> None:
    if data:
        data[_place(data, chance)] = chance.randrange(256)


def _write_number(data: bytearray, chance: random.Random) -> None:
    size = chance.choice([1, 2, 4])
    order = chance.choice(["big", "little"])
    number = chance.choice(NUMBERS) & (256**size - 1)
    at = _place(data, chance)
    data[at : at + size] = number.to_bytes(size, "big" if order == "big" else "little")


def _cut_end(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _cut_out(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    del data[at : at + chance.choice([1, 4, 100, 5000])]


def _repeat(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    piece = data[at : at + chance.choice([1, 4, 100])]
    data[at:at] = piece * chance.choice([1, 2, 100])


def _insert_noise(data: bytearray, chance: random.Random) -> None:
    at = _place(data, chance)
    data[at:at] = chance.randbytes(chance.choice([1, 4, 64]))


def _swap(data: bytearray, chance: random.Random) -> None:
    one, other = _place(data, chance), chance.randrange(len(data) or 1)
    size = chance.choice([4, 32, 256])
    first, second = data[one : one + size], data[other : other + size]
    data[one : one + size], data[other : other + size] = second, first


MUTATIONS = (_flip, _replace_byte, _write_number, _cut_end, _cut_out, _repeat, _insert_noise, _swap)
