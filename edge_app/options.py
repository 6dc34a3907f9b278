"""The options of the app's commands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from celcam.cli import option, require


@dataclass(frozen=True)
class AppConfig:
    """Options of the app."""

    source: tuple[str, ...] = option(
        (),
        help="images, videos and folders, or one camera: usb:0, picamera:0, rtsp://... or synthetic:; without it the "
        "first camera found, else the bundled clip",
        positional=True,
        metavar="SOURCE",
    )
    style: str = option("comic", help="a look in models/")
    model: Path | None = option(None, help="a .tflite file, instead of --style", metavar="FILE")
    filter: str | None = option(
        None, help="draw with a slow style filter instead of a network", metavar="STYLE", aliases=("--teacher",)
    )
    to: tuple[str, ...] = option(
        ("window",), help="one or more of: window, web, null, a file (.mp4, .png, .jpg), a folder/", metavar="SINK"
    )
    size: str | None = option(
        None, help="draw at this size; without it 240 high live, and a file's own up to 512", metavar="WxH"
    )
    camera_size: str | None = option(
        None, help="ask the camera for this size; without it 640x480, or 1280x720 with --sharp", metavar="WxH"
    )
    strength: float = option(1.0, help="0 is the photo, 1 the cartoon")
    wipe: float = option(0.0, help="show the photo in this share of the width, from the left")
    sharp: bool = option(False, help="show the source's full size, with its edges")
    calm: bool = option(False, help="stabilise what does not move")
    fps: float = option(
        0.0, help="ask a camera for no more, and draw smaller or lighter where that is missed; 0: neither"
    )
    threads: int = option(3, help="of the network; more than 3 bring nothing on a Pi")
    delegate: str | None = option(
        None, help="library of an accelerator, such as libedgetpu.so.1, with a model made for it", metavar="LIBRARY"
    )
    loop: bool = option(False, help="begin a video anew at its end")
    seconds: float = option(0.0, help="stop after this long; 0: run on")
    folder: Path = option(Path("out/camera"), help="for snapshots and recordings made on the way", metavar="DIR")
    split_minutes: float = option(30.0, help="a camera's recording goes on in a new file after this long")
    split_mb: float = option(1000.0, help="or at this size")
    web_address: str = option("127.0.0.1", help="of --to web; 0.0.0.0 lets others in, with a token", metavar="ADDRESS")
    port: int = option(8000, help="of --to web; 0: any that is free")
    token: str | None = option(None, help="of --to web; without it a new one, where one is needed")
    stats: Path | None = option(None, help="write figures there, a line of JSON each second", metavar="FILE.jsonl")
    settings: Path | None = option(None, help="read options from there first", metavar="FILE.toml")
    overwrite: bool = option(False, help="replace files that exist")
    skip_existing: bool = option(False, help="keep files that exist, and draw the others")
    list_looks: bool = option(False, help="list the looks and stop")

    def __post_init__(self) -> None:
        require(self.threads >= 1, f"--threads {self.threads}: expected 1 or more")
        require(not (self.model and self.filter), "--model and --filter: choose one")
        for name in ("strength", "wipe"):
            value = getattr(self, name)
            require(0.0 <= value <= 1.0, f"--{name} {value}: expected 0 to 1")
        for name in ("seconds", "fps"):
            value = getattr(self, name)
            require(value >= 0, f"--{name} {value}: expected 0 or more")
        require(self.split_minutes > 0, f"--split-minutes {self.split_minutes}: expected more than 0")
        require(self.split_mb > 0, f"--split-mb {self.split_mb}: expected more than 0")
        require(0 <= self.port <= 65535, f"--port {self.port}: expected 0 to 65535")
        require(len(set(self.to)) == len(self.to), f"--to {' '.join(self.to)}: names a sink twice")
        require(not (self.overwrite and self.skip_existing), "--overwrite and --skip-existing: choose one")
        require("null" not in self.to or len(self.to) == 1, "--to null: means no other sink")


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


@dataclass(frozen=True)
class DoctorConfig:
    """Options of ``doctor``."""

    folder: Path = option(Path("out/camera"), help="where recordings will go", metavar="DIR")


@dataclass(frozen=True)
class ProfileConfig:
    """Options of ``profile``."""

    clip: Path | None = option(None, help="a video; without it the bundled one", positional=True, metavar="CLIP")
    style: str = option("comic", help="a look in models/")
    size: str = option("320x240", help="what the network draws at", metavar="WxH")
    threads: int = option(1, help="of the network")

    def __post_init__(self) -> None:
        require(self.threads >= 1, f"--threads {self.threads}: expected 1 or more")
