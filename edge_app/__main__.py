"""``python -m edge_app``: camera, file or folder to cartoon; with ``bench``, how fast that is here."""

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


@dataclass(frozen=True)
class BenchConfig:
    """Options of ``bench``."""

    models: tuple[Path, ...] = option(
        (), help="model files; without one all in models/", positional=True, metavar="MODEL"
    )
    size: tuple[str, ...] = option(("256x256",), help="of the picture", metavar="WxH")
    threads: tuple[int, ...] = option((1, 3), help="of the network", metavar="N")
    runs: int = option(50, help="of each model, size and number of threads", metavar="N")

    def __post_init__(self) -> None:
        for count in self.threads:
            require(count >= 1, f"--threads {count}: expected 1 or more")
        require(self.runs >= 1, f"--runs {self.runs}: expected 1 or more")


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


def bench(config: BenchConfig) -> int:
    """Time model files on this device."""
    sizes_wh = [parse_size(size) for size in config.size]
    from edge_app.bench import run_bench

    measured = run_bench(config.models, sizes_wh, config.threads, runs=config.runs)
    print(measured.table())
    print(measured.line())
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the app, or time models where the first word is ``bench``; returns the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["bench"]:
        about = "Time model files on this device; the last line can be sent in."
        return run_command("python -m edge_app bench", about, BenchConfig, bench, words[1:])
    about = "Draw a camera, file or folder as a cartoon, live. With 'bench' as SOURCE: time model files on this device."
    return run_command("python -m edge_app", about, AppConfig, run, words)


if __name__ == "__main__":
    sys.exit(main())
