"""The finishes that are shipped, by the names of the looks that they belong to."""

from __future__ import annotations

from celcam.finishes.border import Border
from celcam.finishes.color_strokes import ColorStrokes
from celcam.finishes.crisp import Crisp
from celcam.finishes.dehalo import Dehalo
from celcam.finishes.finish import Finish
from celcam.finishes.glow import Glow
from celcam.finishes.grade import Grade
from celcam.finishes.grid import Grid
from celcam.finishes.hatch import Hatch
from celcam.finishes.inks import Inks
from celcam.finishes.keep_hue import KeepHue
from celcam.finishes.outline import Outline
from celcam.finishes.paper import Paper
from celcam.finishes.screentone import Screentone
from celcam.finishes.separation import Plate, Separation
from celcam.finishes.sky import Sky
from celcam.finishes.tone import Tone
from celcam.finishes.tone_steps import ToneSteps
from celcam.finishes.vignette import Vignette
from celcam.finishes.wash import Wash
from celcam.finishes.wobble import Wobble

# Screen-print inks.
NAVY, RED, CORAL, SLATE, PALE, CREAM = (
    (20, 43, 69),
    (200, 50, 43),
    (236, 142, 98),
    (95, 148, 164),
    (178, 199, 186),
    (244, 230, 188),
)

FINISHES: dict[str, Finish] = {
    "comic": Finish((Dehalo(), Outline(), ToneSteps(share=0.4, riser=36.0))),
    "poster": Finish(
        (
            Inks(
                warm=(NAVY, RED, CORAL, CREAM),
                warm_at=(56.0, 118.0, 172.0),
                cool=(NAVY, SLATE, PALE, CREAM),
                cool_at=(56.0, 140.0, 230.0),
                line_depth=32.0,
                roughness=1.5,
                tone=Tone(red=0.3, local=0.15, lift=0.2),
            ),
            Paper(grain=0.008),
        )
    ),
    "noir": Finish(
        (
            KeepHue(
                riser=44.0,
                slope=0.3,
                values=(6.0, 48.0, 148.0, 248.0),
                purity=2.8,
                tone=Tone(red=0.4, local=0.1, lift=0.1),
            ),
            Vignette(depth=0.6),
            Paper(tint=(1.0, 1.0, 1.0), grain=0.012, size=0.7),
        )
    ),
    "riso": Finish(
        (
            Separation(
                plates=(
                    Plate(
                        (255, 88, 92),
                        (0.0, 0.5, 0.5),
                        ((0, 0), (24, 0), (70, 80), (150, 190), (215, 255), (255, 255)),
                        angle=15.0,
                    ),
                    Plate(
                        (0, 98, 160),
                        (1.0, 0.0, 0.0),
                        ((0, 0), (60, 0), (110, 60), (205, 240), (255, 255)),
                        angle=75.0,
                        shift=(2.0, -1.0),
                    ),
                )
            ),
        )
    ),
    "manga": Finish((Screentone(tone=Tone(red=0.5, local=0.4, lift=0.3)),)),
    "pixel": Finish((Grid(),)),
    "watercolor": Finish(
        (
            Grade(vivid=0.28, tones=((0, 0), (30, 34), (80, 104), (140, 172), (200, 225), (244, 255), (255, 255))),
            Wobble(amount=0.6),
            Crisp(amount=3.0),
            Wash(),
            Border(),
            Paper(),
        )
    ),
    "pencil": Finish((Wobble(amount=0.6), Hatch(), Paper())),
    "colored-pencil": Finish(
        (
            Grade(vivid=0.44, tones=((0, 16), (90, 106), (200, 220), (255, 255))),
            Wobble(amount=0.6),
            ColorStrokes(),
            Paper(),
        )
    ),
    "anime": Finish(
        (
            Dehalo(),
            Sky(),
            Grade(
                vivid=0.06,
                tones=((0, 0), (50, 22), (110, 100), (255, 255)),
                light=(5.0, 3.0, -2.0),
                leaf=(-0.15, 0.08, -0.03),
                blue=(-0.05, 0.05, 0.06),
            ),
            Glow(),
            Outline(smooth=0.0, strength=0.55),
        )
    ),
}
