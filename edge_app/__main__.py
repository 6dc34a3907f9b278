"""``celcam`` or ``python -m edge_app``: photos, videos and cameras to cartoons, and commands that measure."""

from __future__ import annotations

from celcam.startup import check_python

check_python()

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from celcam.cli import Command, parse_size, run_command
from edge_app.options import (
    AppConfig,
    BenchConfig,
    DistancesConfig,
    DoctorConfig,
    FinishesConfig,
    FlickerConfig,
    ProfileConfig,
    parse_output_size,
)
from edge_app.settings import read_settings

ABOUT = (
    "Turn photos, videos and live cameras into cartoons. Other commands, in place of SOURCE: 'bench' times model files "
    "on this device, 'finishes' times the finish of each look, 'distances' and 'flicker' compare the looks, 'profile' "
    "times each step of a frame, and 'doctor' diagnoses problems. Each has its own --help."
)


def run(config: AppConfig) -> int:
    """Draw the sources and print the result; return the exit status."""
    if config.list_looks:
        from edge_app.drawing.catalogue import Networks, list_looks, look_choices

        print(list_looks(look_choices(config.style, Networks(), model=config.model, style_filter=config.filter)[1]))
        return 0
    from edge_app.plan import check_files, is_conversion

    check_files(config)
    if is_conversion(config):
        from edge_app.batch import run_batch

        return run_batch(config)
    from edge_app.app import run_app

    print(run_app(config))
    return 0


def bench(config: BenchConfig) -> int:
    """Time model files on this device and print the figures."""
    sizes_wh = [parse_size(size) for size in config.size]
    from celcam.accelerators import found_accelerators
    from celcam.image_io import write_whole
    from celcam.model_card import find_model
    from edge_app.benchmarks.bench import run_bench

    models = [path if path.suffix or path.exists() else find_model(str(path)) for path in config.models]
    measured = run_bench(models, sizes_wh, config.threads, runs=config.runs)
    print(measured.table())
    print(f"accelerators: {', '.join(found_accelerators())}")
    if config.to is not None:
        config.to.parent.mkdir(parents=True, exist_ok=True)
        write_whole(config.to, f"{json.dumps(measured.facts(), indent=1)}\n".encode())
        print(config.to)
    print(measured.line())
    return 0


def doctor(config: DoctorConfig) -> int:
    """Diagnose problems of this device; return 1 if there is one that stops the app."""
    from edge_app.doctor.checkup import exit_status, run_doctor, table

    findings = run_doctor(config.folder)
    print(table(findings))
    return exit_status(findings)


def profile(config: ProfileConfig) -> int:
    """Time each step of a frame on this device and print the figures."""
    size_wh = parse_size(config.size)
    output_wh = parse_output_size(config.output_size)
    from edge_app.benchmarks.profile import Drawing, run_profile
    from edge_app.drawing.catalogue import Networks, look_choices
    from edge_app.sources import BUNDLED_CLIP

    look, choices = look_choices(config.style, Networks(threads=config.threads))
    drawing = Drawing(look, choices[look], size_wh, output_wh)
    measured = run_profile(config.clip or BUNDLED_CLIP, drawing, threads=config.threads)
    print(measured.table())
    return 0


def finishes(config: FinishesConfig) -> int:
    """Time the finish of each look on this device and print the figures."""
    sizes_wh, network_wh = [parse_size(size) for size in config.size], parse_size(config.network_size)
    from edge_app.benchmarks.finishes import run_finishes

    print(run_finishes(network_wh, sizes_wh, runs=config.runs).table())
    return 0


def distances(config: DistancesConfig) -> int:
    """Print how far the looks lie from photos and from each other."""
    from celcam.look_distances import measure_distances
    from celcam.media.photos import read_image
    from celcam.paths import SAMPLES
    from edge_app.sources.files import find_media

    found = find_media(config.photos or [str(SAMPLES)])
    print(measure_distances(read_image(file.path) for file in found.files if not file.is_clip).table())
    return 0


def flicker(config: FlickerConfig) -> int:
    """Print how much each look flickers on clips, and the camera itself."""
    from edge_app.benchmarks.look_flicker import measure_look_flicker
    from edge_app.sources import BUNDLED_CLIP

    print(measure_look_flicker(config.clips or [BUNDLED_CLIP], frames=config.frames).table())
    return 0


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "bench",
            BenchConfig,
            bench,
            "Time model files on this device, and list its accelerators; the last line holds all figures.",
        ),
        Command("finishes", FinishesConfig, finishes, "Time the finish of each look, next to its network."),
        Command("distances", DistancesConfig, distances, "Print how far the looks lie from photos and each other."),
        Command("flicker", FlickerConfig, flicker, "Print how much each look flickers on clips, next to the camera."),
        Command("profile", ProfileConfig, profile, "Time each step of a frame alone, and all steps together."),
        Command("doctor", DoctorConfig, doctor, "Diagnose problems of this device and name the remedies."),
    )
}


def program() -> str:
    """The name that the user started the app with: ``celcam``, the command of the wheel, or ``python -m edge_app``."""
    return "celcam" if Path(sys.argv[0]).stem == "celcam" else "python -m edge_app"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the first word names, else the app; return the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    command = COMMANDS.get(words[0]) if words else None
    if command is not None:
        return run_command(f"{program()} {command.name}", command.help, command.config, command.run, words[1:])
    return run_command(program(), ABOUT, AppConfig, run, words, read_settings=read_settings)


if __name__ == "__main__":
    sys.exit(main())
