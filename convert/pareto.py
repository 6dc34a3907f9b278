"""Cost against similarity to the target: the plot and table of a study of architectures."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from celcam.errors import DataError
from celcam.image_io import write_whole
from celcam.pixels import to_uint8
from celcam.timing import measure_latency
from convert.converter import TRACED_SIDE, calibration_batches, convert_int8, saturated, to_tf_keras
from convert.mobilenet import MOBILENET, mobilenet_call
from convert.report.speed import picture_call
from train.networks import GeneratorSpec
from train.run_config import read_config
from train.run_folder import load_generator

TIMED_RUNS = 30


def measure_int8_cost(runs: Sequence[Path], *, threads: int) -> dict[str, float]:
    """The time of each network at int8 and 256x256, relative to MobileNetV2-224 int8 in the same run.

    Ranges are calibrated on noise, because only time is measured.

    Raises:
        DataError: a run's network can't be converted.
    """
    noise = to_uint8(np.random.default_rng(1).random((TRACED_SIDE, TRACED_SIDE, 3), np.float32))
    with tempfile.TemporaryDirectory() as folder:
        calls = {MOBILENET: mobilenet_call(threads)}
        for run in runs:
            spec = read_config(run).recipe.generator
            if not isinstance(spec, GeneratorSpec):
                raise DataError(f"{run}: its network can't be converted to int8; take it out of the study")
            twin = saturated(to_tf_keras(spec, load_generator(run, keras)))
            path = Path(folder) / f"{run.name}.tflite"
            write_whole(path, convert_int8(twin, calibration_batches([noise])))
            calls[run.name] = picture_call(path, noise, threads)
        latency = measure_latency(calls, TIMED_RUNS)
    yardstick_ms = latency.pop(MOBILENET).median_ms
    return {name: each.median_ms / yardstick_ms for name, each in latency.items()}


def pareto_front(points: dict[str, tuple[float, float]]) -> list[str]:
    """The names of the points on the Pareto front.

    Args:
        points: ``(cost, similarity)`` by name; a lower cost and a higher similarity are better.
    """
    front, best = [], -np.inf
    for name, (_, likeness) in sorted(points.items(), key=lambda item: (item[1][0], -item[1][1])):
        if likeness > best:
            front.append(name)
            best = likeness
    return front


def cost_table(measured: dict[str, dict[str, Any]], int8_cost: dict[str, float]) -> str:
    """The figures as text; a star marks the Pareto front of time and SSIM."""
    front = pareto_front({name: (int8_cost[name], measured[name]["to_target"]["ssim"]) for name in int8_cost})
    lines = [f"{'':16}{'GMAC':>7}{'params':>9}{'int8 time':>11}{'SSIM':>8}{'edge-F1':>9}  front"]
    for name in sorted(int8_cost, key=lambda name: int8_cost[name]):
        figures = measured[name]
        likeness = figures["to_target"]
        lines.append(
            f"{name:16}{figures['gmac_256']:7.3f}{figures['parameters']:9,}{int8_cost[name]:11.2f}"
            f"{likeness['ssim']:8.4f}{likeness['edge_f1']:9.4f}  {'*' if name in front else ''}".rstrip()
        )
    return "\n".join(lines)


def draw_pareto(measured: dict[str, dict[str, Any]], int8_cost: dict[str, float], out: Path) -> None:
    """SSIM over time and over GMAC, as a picture."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(11, 4.5), sharey=True, layout="constrained")
    costs = (
        ("int8 time over MobileNetV2-224 int8, 1 thread, 256x256", int8_cost),
        ("GMAC at 256x256", {name: measured[name]["gmac_256"] for name in int8_cost}),
    )
    for axis, (title, cost) in zip(axes, costs, strict=True):
        points = {name: (cost[name], measured[name]["to_target"]["ssim"]) for name in int8_cost}
        front = pareto_front(points)
        axis.plot(*zip(*(points[name] for name in front), strict=True), color="tab:red", linewidth=1)
        for name, point in points.items():
            axis.plot(*point, "o", color="tab:red" if name in front else "tab:gray", markersize=5)
            axis.annotate(name, point, textcoords="offset points", xytext=(5, 4), fontsize=8)
        axis.set_xlabel(title)
        axis.set_xscale("log")
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("SSIM to the target")
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110)
    pyplot.close(figure)
