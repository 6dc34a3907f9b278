"""A simulation of monitor, figures and governor with a camera and a device that draws, on a simulated clock."""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from edge_app.control.controls import Controls, View
from edge_app.control.monitor import Monitor
from edge_app.device.vitals import Vitals
from edge_app.drawing.looks import Choice, Looks
from edge_app.flow.stats import DrawingFigures, RunStats
from edge_app.frames import DrawnAs
from edge_app.session import Session
from tests.edge_app.fakes import make_session, plain

COOL = Vitals(50.0, (), None, None, None, 4)
SIZES_WH = [(160, 120), (212, 160), (256, 192), (320, 240)]
TOP: DrawnAs = ("filter:comic", (320, 240))  # a look without a card: only its size can change


@dataclass
class Simulation:
    """Draws one frame after the other; the monitor checks once a second.

    ``top_s`` is the drawing time at the top of the ladder. A smaller size takes time in proportion to its pixels.
    """

    folder: Path
    target_fps: float
    top_s: float
    camera_fps: Callable[[float], float] = lambda now_s: 60.0
    load: Callable[[float], float] = lambda now_s: 1.0  # drawing is so many times slower because of other programs
    noise: float = 0.0
    first: DrawnAs = TOP
    ready: Callable[[float, str], bool] = lambda now_s, look: (
        True
    )  # whether a look is loaded; until then, the first look draws
    now_s: float = 0.0
    random: random.Random = field(default_factory=lambda: random.Random(1))

    def __post_init__(self) -> None:
        made = make_session(self.folder)
        names = ["filter:comic", "comic", "comic-quality"]
        costs = {"comic": 0.34, "comic-quality": 1.11}
        looks = Looks({name: Choice(lambda: plain, gmac_256=costs.get(name)) for name in names}, made.notices)
        for name in names:
            looks.load(name)
        controls = Controls(View(*self.first), looks=names, sizes_wh=SIZES_WH)
        self.session: Session = dataclasses.replace(
            made, looks=looks, controls=controls, stats=RunStats(clock=lambda: self.now_s)
        )
        self.monitor = Monitor(
            self.session, target_fps=self.target_fps, read_vitals=lambda: COOL, clock=lambda: self.now_s
        )

    @property
    def rung(self) -> DrawnAs:
        """Look and size that the view asks for."""
        view = self.session.controls.view
        assert view.size_wh is not None
        return view.look, view.size_wh

    def draw_s(self, drawn_as: DrawnAs) -> float:
        """How long a frame takes now."""
        pixels = (drawn_as[1][0] * drawn_as[1][1]) / (320 * 240)
        lighter = 0.4 if drawn_as[0] == "comic" else 1.0
        return self.top_s * pixels * lighter * self.load(self.now_s) * (1.0 + self.random.gauss(0.0, self.noise))

    def run(self, seconds: float) -> Iterator[DrawingFigures]:
        """The figures that the monitor sees, at each check of the next ``seconds``."""
        ends_s, check_s = self.now_s + seconds, math.floor(self.now_s) + 1.0
        while self.now_s < ends_s:
            camera_fps = self.camera_fps(self.now_s)
            frame_s = math.ceil(self.now_s * camera_fps + 1e-6) / camera_fps if camera_fps else self.now_s + 0.1
            look, size_wh = self.rung
            drawn_as = (look if self.ready(self.now_s, look) else self.first[0], size_wh)
            draw_s = self.draw_s(drawn_as)
            done_s = frame_s + draw_s if camera_fps else frame_s
            while check_s <= min(done_s, ends_s):
                self.now_s = check_s
                check_s += 1.0
                self.monitor.check()
                yield self.session.stats.drawing()
            self.now_s = done_s
            if camera_fps:
                self.session.stats.drawn(1000 * draw_s, drawn_as)

    def changes(self, seconds: float) -> list[tuple[float, DrawnAs]]:
        """The changes that the monitor makes: when, and to which look and size."""
        found, before = [], self.rung
        for _ in self.run(seconds):
            if self.rung != before:
                before = self.rung
                found.append((self.now_s, before))
        return found
