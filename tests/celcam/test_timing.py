import pytest

from celcam.timing import WARM_UP_RUNS, measure_latency


def test_median_and_p95_come_from_alternating_runs_without_the_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr("time.perf_counter", lambda: next(clock) ** 2 / 1000)
    done: list[str] = []
    rounds: list[int] = []
    calls = {"a": lambda: done.append("a"), "b": lambda: done.append("b")}
    found = measure_latency(calls, runs=4, on_round=lambda: rounds.append(len(done)))
    assert rounds == [2 * number for number in range(1, WARM_UP_RUNS + 5)]
    assert done == ["a", "b"] * (WARM_UP_RUNS + 4)
    # The call between readings 2 n and 2 n + 1 of this clock takes 4 n + 1 ms; warming up took ten readings.
    assert found["a"].median_ms == pytest.approx((29 + 37) / 2)
    assert found["b"].median_ms == pytest.approx((33 + 41) / 2)
    assert found["a"].p95_ms == pytest.approx(37 + 0.85 * 8)
