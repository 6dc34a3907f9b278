"""Few transparent inks, one print after the other: each takes its colour from the paper through a screen of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from celcam.arrays import FloatArray, Uint8Array
from celcam.errors import UnknownNameError
from celcam.finishes import noise, tables, tiles
from celcam.finishes.primitive import CHANNELS, Draw, Kit, Primitive, repeat, scale_of
from celcam.finishes.whole_numbers import multiply

SCREENS = ("dots", "lines", "grain")
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Plate:
    """One ink of a separation."""

    colour: tuple[int, int, int]  # of a solid print on white
    takes: tuple[float, float, float]  # share of the darkness of red, green and blue that calls for it; sums to 1
    amount: Points = ((0.0, 0.0), (255.0, 255.0))  # darkness to coverage, levels
    screen: str = "dots"  # dots, lines or grain
    period: float = 3.3  # of the screen, reference pixels
    angle: float = 45.0  # degrees, for dots and lines
    softness: float = 110.0  # levels over which an edge fades
    shift: tuple[float, float] = (0.0, 0.0)  # misregistration to the right and down, reference pixels


@dataclass(frozen=True)
class Separation(Primitive):
    """Prints a colour picture with the inks of a duplicator."""

    kind: ClassVar[str] = "separation"

    plates: tuple[Plate, ...] = ()
    paper: tuple[int, int, int] = (250, 246, 237)
    mottle: float = 0.05  # unevenness of solid ink, deviation
    specks: float = 0.004  # share of the area where ink is missing
    seed: int = 80

    def __post_init__(self) -> None:
        self.require(len(self.plates) > 0, "no plates; expected one ink or more")
        for plate in self.plates:
            if plate.screen not in SCREENS:
                raise UnknownNameError("screen", plate.screen, SCREENS)
            self.require(plate.period > 0 and plate.softness > 0, f"{plate}: expected a period and softness above 0")
            self.require(
                abs(sum(plate.takes) - 1.0) < 0.01, f"a plate takes {plate.takes} of the channels; expected a sum of 1"
            )

    def make_kit(self, size_wh: tuple[int, int]) -> Kit:
        """For each plate its tables and screen; a tile of the ink's unevenness."""
        scale = scale_of(size_wh)
        named, screens = {}, {}
        for number, plate in enumerate(self.plates):
            for name, share in zip(CHANNELS, plate.takes, strict=True):
                named[f"{number} from {name}"] = (255.0 - tables.LEVELS) * share
            named[f"{number} amount"] = tables.curve(plate.amount)
            named[f"{number} edge"] = tables.LEVELS * (255.0 / plate.softness)
            for channel, name in enumerate(CHANNELS):
                named[f"{number} lets {name}"] = 255.0 - tables.LEVELS * (1.0 - plate.colour[channel] / 255.0)
            screens[f"{number} screen"] = tiles.to_tile(_screen(plate, scale, self.seed + 10 * number))
        field = noise.Field(320, scale)
        ink = 0.97 - self.mottle * field.band(self.seed + 1, 1.2)
        ink -= 0.5 * self.mottle * field.band(self.seed + 2, 24.0)
        missing = noise.equalise(field.band(self.seed + 3, 0.8)) > 1.0 - self.specks
        screens["ink"] = tiles.to_tile(np.clip(ink, 0.0, 1.0) * (1.0 - 0.45 * missing))
        numbers = {
            f"{number} {axis}": round(plate.shift[index] * scale)
            for number, plate in enumerate(self.plates)
            for index, axis in enumerate("xy")
        }
        return Kit({name: tables.to_table(table) for name, table in named.items()}, screens, numbers)

    def bind(self, kit: Kit, size_wh: tuple[int, int]) -> Draw:
        """Each plate darkens the three channels of the paper in turn."""
        ink = repeat(kit.tiles["ink"], size_wh)
        screens = [repeat(kit.tiles[f"{number} screen"], size_wh) for number in range(len(self.plates))]
        amount, part, *planes = np.empty((5, *size_wh[::-1]), np.uint8)
        sources = list(np.empty((3, *size_wh[::-1]), np.uint8))
        table = kit.tables

        def draw(rgb_u8: Uint8Array) -> Uint8Array:
            cv2.split(rgb_u8, sources)
            for number, (plate, screen) in enumerate(zip(self.plates, screens, strict=True)):
                amount.fill(0)
                for source, name, share in zip(sources, CHANNELS, plate.takes, strict=True):
                    if share:
                        cv2.add(amount, cv2.LUT(source, table[f"{number} from {name}"], dst=part), dst=amount)
                cv2.LUT(amount, table[f"{number} amount"], dst=amount)
                cv2.subtract(amount, screen, dst=amount)
                cv2.LUT(amount, table[f"{number} edge"], dst=amount)
                printed = _shifted(amount, kit.numbers[f"{number} x"], kit.numbers[f"{number} y"])
                multiply(np.ascontiguousarray(printed), ink, 255, dst=part)
                for plane, paper, name in zip(planes, self.paper, CHANNELS, strict=True):
                    lets = cv2.LUT(part, table[f"{number} lets {name}"], dst=amount)
                    if number:
                        multiply(plane, np.asarray(lets, np.uint8), 255, dst=plane)
                    else:
                        cv2.LUT(lets, tables.times(paper / 255.0), dst=plane)
            return np.asarray(cv2.merge(planes), np.uint8)

        return draw


def _screen(plate: Plate, scale: float, seed: int) -> FloatArray:
    if plate.screen == "grain":
        return tiles.grain(noise.Field(320, scale), 0.25 * plate.period, seed)
    screen = tiles.dots if plate.screen == "dots" else tiles.lines
    return screen(plate.period * scale, plate.angle)


def _shifted(plane: Uint8Array, x: int, y: int) -> Uint8Array:
    """``plane`` moved right and down; its border repeats."""
    if not x and not y:
        return plane
    height, width = plane.shape
    padded = cv2.copyMakeBorder(plane, max(y, 0), max(-y, 0), max(x, 0), max(-x, 0), cv2.BORDER_REPLICATE)
    return np.asarray(padded[max(-y, 0) : max(-y, 0) + height, max(-x, 0) : max(-x, 0) + width], np.uint8)
