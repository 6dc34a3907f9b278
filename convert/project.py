"""Estimates the time of a file on other devices from published benchmarks. The figures are *projected*, not measured.

The model is a roofline for each operator. A device does ``rate`` multiply-accumulates per second if arithmetic is the
limit. An operator with fewer than `RIDGE` of them per byte that it reads or writes is limited by memory, at
``rate / RIDGE`` bytes per second::

    time = max(MACs, bytes * RIDGE) / rate, times 1.5 to 2 if memory is the limit

The ridge is the intensity of MobileNetV2-224, whose published times give the rates: 301 million MACs over 18.0 MB at
int8 and 70.6 MB at float32, counted from its file. The allowance of 1.5 to 2 is for thin layers at full resolution,
which classification networks do not have. The low end of a range has the fast rate and the small allowance, the high
end the slow rate and the large allowance. USB transfer, camera and screen are not counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from celcam.errors import ModelError
from celcam.model_card import read_model, sha256
from convert.delegates import BYTE_TYPES, EDGETPU, computed_dtype, is_float_border
from convert.graph import Graph, layer_of, parse_graph
from convert.graph_cost import Cost, operator_costs
from convert.measured import Measurement, fastest
from convert.resizing import resize_refusal

# MACs per byte below which memory is the limit, for operators on bytes and on floats.
RIDGE_BYTES, RIDGE_FLOATS = 16.7, 4.26
ALLOWANCE = (1.5, 2.0)


@dataclass(frozen=True)
class Rate:
    """The rate of a device in GMAC per second, from the slowest to the fastest published figure."""

    slow: float
    fast: float


@dataclass(frozen=True)
class Device:
    """A device and its published figures."""

    name: str
    on_bytes: Rate
    on_floats: Rate
    source: str


PI_4 = Device(
    "Raspberry Pi 4",
    Rate(18, 24),
    Rate(6.5, 10),
    "MobileNetV1-224 24 ms int8, 77 ms float32; MobileNetV2-224 17 and 46 ms; ResNet18 98 and 176 ms",
)
PI_5 = Device(
    "Raspberry Pi 5",
    Rate(60, 100),
    Rate(18, 37),
    "EfficientDet-Lite0 22.9 ms int8, 62 ms float32 (a Pi 4: 78 and 176 ms); 4 threads",
)
PHONE = Device(
    "phone of 2018-2019",
    Rate(42, 114),
    Rate(24, 41),
    "MobileNetV1-224 on 4 threads: Pixel 3 13.4 ms int8, 23.9 ms float32; Pixel 4 5.0 and 14.0 ms; "
    "tensorflow/lite/g3doc/performance/measurement.md",
)
# It computes on bytes only; its host runs the operators that it does not support.
CORAL = Device(
    "Coral USB on a Pi 4",
    Rate(115, 237),
    PI_4.on_floats,
    "MobileNetV1-224 2.4 ms, MobileNetV2-224 2.6 ms, int8; coral.ai/docs/edgetpu/benchmarks",
)
DEVICES = (PI_4, PI_5, CORAL, PHONE)


@dataclass(frozen=True)
class Projection:
    """The estimate for one device."""

    device: Device
    low_ms: float | None  # None if the device can't run the file
    high_ms: float | None
    remark: str = ""

    def row(self) -> str:
        """One line of the table."""
        if self.low_ms is None or self.high_ms is None:
            return f"{self.device.name:20}{'-':>14}{'-':>14}   {self.remark}".rstrip()
        milliseconds = f"{self.low_ms:.1f} - {self.high_ms:.1f}"
        per_second = f"{1000 / self.high_ms:.0f} - {1000 / self.low_ms:.0f}"
        return f"{self.device.name:20}{milliseconds:>14}{per_second:>14}   {self.remark}".rstrip()


def project_file(path: Path, size_wh: tuple[int, int] | None = None, measurements: Sequence[Measurement] = ()) -> str:
    """The table for a model file.

    Args:
        path: a model file.
        size_wh: of the picture; None for the size that the file was traced at.
        measurements: of any files; those of this file and size replace projections, or add devices.

    Raises:
        ModelError: the file is missing or damaged, or does not run at that size.
    """
    data, _ = read_model(path)
    graph = parse_graph(data, str(path))
    size_hw = (size_wh[1], size_wh[0]) if size_wh else graph.traced_hw
    refusal = resize_refusal(data, graph.traced_hw, size_hw)
    if refusal:
        raise ModelError(f"{path}: does not run at {size_hw[1]}x{size_hw[0]}: {refusal}; choose another --size")
    costs = operator_costs(graph, size_hw)
    bound = sum(_work(graph, cost)[1] for cost in costs)
    lines = [
        f"{path} at {size_hw[1]}x{size_hw[0]}: {sum(cost.macs for cost in costs) / 1e9:.3f} GMAC, "
        f"{sum(cost.bytes for cost in costs) / 1e6:.1f} MB moved, {len(costs)} operators, {bound} bound by memory",
        f"{'projected':20}{'ms':>14}{'frames/s':>14}",
        *_rows(project(graph, costs), fastest(measurements, sha256(data), (size_hw[1], size_hw[0]))),
        "Frames per second are 1000 / ms of the network: the app captures and displays on other threads.",
        "Rates come from published figures:",
        *(f"  {device.name}: {_shown(device)}, from {device.source}" for device in DEVICES),
        "To measure on a device, run 'python -m edge_app bench --to FILE' there, and name the file with --measured.",
    ]
    return "\n".join(lines)


def _rows(projections: Sequence[Projection], measured: Mapping[str, Measurement]) -> list[str]:
    """A line for each device. What was measured replaces a projection of that device; other devices come last."""
    left, rows = dict(measured), []
    for projection in projections:
        names = [name for name in left if name.startswith(projection.device.name)]
        rows += [_measured_row(left.pop(name)) for name in names] or [projection.row()]
    return rows + [_measured_row(each) for each in left.values()]


def _measured_row(measured: Measurement) -> str:
    milliseconds, per_second = f"{measured.median_ms:.1f}", f"{1000 / measured.median_ms:.0f}"
    remark = f"measured, {measured.threads} thread{'' if measured.threads == 1 else 's'}, {measured.runtime}"
    return f"{measured.device[:19]:20}{milliseconds:>14}{per_second:>14}   {remark}"


def project(graph: Graph, costs: Sequence[Cost]) -> list[Projection]:
    """The estimate for each device; ``costs`` holds the operators of ``graph`` for one picture."""
    return [
        *(Projection(device, *_range_ms(graph, costs, device)) for device in (PI_4, PI_5)),
        _project_coral(graph, costs),
        Projection(PHONE, *_range_ms(graph, costs, PHONE)),
    ]


def _project_coral(graph: Graph, costs: Sequence[Cost]) -> Projection:
    """The EdgeTPU runs the operators up to the first unsupported one; its host runs the others."""
    inner = [cost for cost in costs if not is_float_border(graph, cost.operator)]
    count = next((n for n, cost in enumerate(inner) if EDGETPU.refusal(graph, cost.operator)), len(inner))
    if not any(cost.macs for cost in inner[:count]):
        return Projection(CORAL, None, None, "supports full int8 only; export with --recipe int8")
    on_chip = inner[:count]
    on_host = [cost for cost in costs if cost not in on_chip]
    chip_ms, host_ms = _range_ms(graph, on_chip, CORAL), _range_ms(graph, on_host, PI_4)
    remark = ""
    if count < len(inner):
        first = inner[count].operator
        unsupported = f"{first.kind} ({layer_of(graph, first)})"
        remark = f"{count} of {len(inner)} operators; the Pi's CPU runs the others, from {unsupported}; see 'lint'"
    return Projection(CORAL, chip_ms[0] + host_ms[0], chip_ms[1] + host_ms[1], remark)


def _range_ms(graph: Graph, costs: Sequence[Cost], device: Device) -> tuple[float, float]:
    low_ms = high_ms = 0.0
    for cost in costs:
        work, bound = _work(graph, cost)
        rate = device.on_bytes if _on_bytes(graph, cost) else device.on_floats
        small, large = ALLOWANCE if bound else (1.0, 1.0)
        low_ms += small * work / (rate.fast * 1e6)
        high_ms += large * work / (rate.slow * 1e6)
    return low_ms, high_ms


def _work(graph: Graph, cost: Cost) -> tuple[float, bool]:
    """The time in units of one MAC, and whether memory is the limit."""
    passing = cost.bytes * (RIDGE_BYTES if _on_bytes(graph, cost) else RIDGE_FLOATS)
    return max(float(cost.macs), passing), passing > cost.macs


def _on_bytes(graph: Graph, cost: Cost) -> bool:
    return computed_dtype(graph, cost.operator) in BYTE_TYPES


def _shown(device: Device) -> str:
    on_bytes = f"{device.on_bytes.slow:g}-{device.on_bytes.fast:g} GMAC/s int8"
    return on_bytes if device is CORAL else f"{on_bytes}, {device.on_floats.slow:g}-{device.on_floats.fast:g} float32"
