"""``python -m edge_app``: camera, file or folder to cartoon."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.cli import option, parse_size, require, run_command


@dataclass(frozen=True)
class AppConfig:
    """Options of the app."""

    source: str | None = option(
        None,
        help="an image, a folder, a video, usb:0, picamera:0 or synthetic:; without it the first camera found, "
        "else the bundled clip",
        positional=True,
        metavar="SOURCE",
    )
    style: str = option("comic", help="a look in models/")
    model: Path | None = option(None, help="a .tflite file, instead of --style", metavar="FILE")
    teacher: str | None = option(None, help="the slow OpenCV original of a look, instead of a network", metavar="STYLE")
    to: str = option("window", help="window, null, a file (.mp4, .png, .jpg) or a folder", metavar="SINK")
    size: str | None = option(
        None, help="draw at this size; without it 240 high live, and a file's own up to 512", metavar="WxH"
    )
    threads: int = option(3, help="of the network; more than 3 bring nothing on a Pi")
    seconds: float = option(0.0, help="stop after this long; 0: run on")
    overwrite: bool = option(False, help="replace files that exist")

    def __post_init__(self) -> None:
        require(self.threads >= 1, f"--threads {self.threads}: expected 1 or more")
        require(not (self.model and self.teacher), "--model and --teacher: choose one")
        require(self.seconds >= 0, f"--seconds {self.seconds}: expected 0 or more")


def run(config: AppConfig) -> int:
    """Run the app and print its figures."""
    size_wh = parse_size(config.size) if config.size else None
    from edge_app.app import run_app

    stats = run_app(
        config.source,
        style=config.style,
        model_path=config.model,
        teacher=config.teacher,
        sink_spec=config.to,
        size_wh=size_wh,
        threads=config.threads,
        seconds=config.seconds,
        overwrite=config.overwrite,
    )
    print(stats.summary())
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the app; returns the exit status."""
    return run_command("python -m edge_app", "Draw a camera, file or folder as a cartoon, live.", AppConfig, run, argv)


if __name__ == "__main__":
    sys.exit(main())
