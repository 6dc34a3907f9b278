from __future__ import annotations

import re
from pathlib import Path

import pytest

from celcam.paths import MODELS
from convert.__main__ import main
from convert.graph import Graph, parse_graph, read_graph
from convert.graph_cost import operator_costs
from convert.project import CORAL, PHONE, PI_4, PI_5, Projection, project
from tests.convert.small_networks import depthwise, float32, int8, mixed, resized, sine

COMIC, FLOAT = MODELS / "comic.tflite", MODELS / "comic-float32.tflite"


def of(path: Path, size_hw: tuple[int, int] = (256, 256)) -> dict[str, Projection]:
    graph = read_graph(path)
    return {each.device.name: each for each in project(graph, operator_costs(graph, size_hw))}


def span_ms(projection: Projection) -> tuple[float, float]:
    assert projection.low_ms is not None
    assert projection.high_ms is not None
    return projection.low_ms, projection.high_ms


def test_arithmetic_and_bytes_make_the_time() -> None:
    low_ms, high_ms = span_ms(of(COMIC)[PI_4.name])
    costs = operator_costs(read_graph(COMIC), (256, 256))
    macs = sum(cost.macs for cost in costs)
    passing = sum(cost.bytes for cost in costs if not cost.macs) * 16.7  # every convolution of ours is past the ridge
    assert low_ms == pytest.approx((macs + 1.5 * passing) / 24e6)
    assert high_ms == pytest.approx((macs + 2.0 * passing) / 18e6)


def test_a_faster_device_and_fewer_bits_take_less() -> None:
    int8_ms, float_ms = of(COMIC), of(FLOAT)
    for device in (PI_4, PI_5, PHONE):
        assert span_ms(int8_ms[device.name]) < span_ms(float_ms[device.name])
    assert span_ms(int8_ms[PI_5.name])[1] < span_ms(int8_ms[PI_4.name])[0]


def test_time_grows_with_the_picture() -> None:
    small, large = span_ms(of(COMIC)[PI_4.name]), span_ms(of(COMIC, (480, 640))[PI_4.name])
    assert large[1] / small[1] == pytest.approx(480 * 640 / 256**2, rel=0.01)


def test_a_coral_supports_int8_only_and_the_pi_runs_the_other_operators() -> None:
    coral = of(COMIC)[CORAL.name]
    assert coral.remark.startswith("7 of 15 operators; the Pi's CPU runs the others, from DEPTH_TO_SPACE (up_shuffle)")
    assert span_ms(coral)[1] < span_ms(of(COMIC)[PI_4.name])[1]
    none = of(FLOAT)[CORAL.name]
    assert none.low_ms is None
    assert "supports full int8 only" in none.row()


def test_a_coral_that_supports_all_operators_needs_no_pi() -> None:
    graph = parse_graph(int8(depthwise))
    coral = next(each for each in project(graph, operator_costs(graph)) if each.device is CORAL)
    assert coral.remark == ""


def test_a_float_island_has_the_rate_of_floats() -> None:
    graph = parse_graph(mixed(sine))
    costs = operator_costs(graph, (256, 256))
    island = next(cost for cost in costs if cost.operator.kind == "SIN")
    alone = Graph("sine", graph.tensors, (island.operator,), graph.inputs, graph.outputs)
    assert span_ms(project(alone, [island])[0])[0] == pytest.approx(1.5 * island.bytes * 4.26 / 10e6)


def test_the_table_says_what_it_is_and_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["project", str(COMIC), "--size", "320x240"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{COMIC} at 320x240: 0.397 GMAC, ")
    assert lines[1].split() == ["projected", "ms", "frames/s"]
    for row, device in zip(lines[2:6], (PI_4, PI_5, CORAL, PHONE), strict=True):
        found = re.match(rf"{re.escape(device.name)} +([\d.]+) - ([\d.]+) +(\d+) - (\d+)", row)
        assert found, row
        low_ms, high_ms, low_fps, high_fps = map(float, found.groups())
        assert 0 < low_ms < high_ms
        assert low_fps == pytest.approx(1000 / high_ms, rel=0.03)
        assert high_fps == pytest.approx(1000 / low_ms, rel=0.03)
    sources = "\n".join(lines[6:])
    assert all(f"{device.name}: " in sources for device in (PI_4, PI_5, CORAL, PHONE))
    assert "MobileNetV2-224" in sources


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("none.tflite",), "none.tflite: can't be read"),
        ((str(COMIC), "--size", "big"), "expected WIDTHxHEIGHT"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["project", *words]) == 2
    error = capsys.readouterr().err.strip()
    assert message in error
    assert "\n" not in error


def test_a_size_that_the_file_does_not_run_at_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "stuck.tflite"
    path.write_bytes(float32(resized))
    assert main(["project", str(path)]) == 0
    assert main(["project", str(path), "--size", "32x32"]) == 2
    assert "does not run at 32x32: its output stays 16x16" in capsys.readouterr().err
