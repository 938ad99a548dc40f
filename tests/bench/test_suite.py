"""One benchmark that fails, says nothing or never ends stops no other; what was measured is recorded."""

from pathlib import Path

import psutil
import pytest

from bench import __main__ as bench
from bench.fanout import measure
from bench.records import Record, read_records
from bench.suite import Benchmark, FailedError, run
from tests.served import wait_until

OLD = Record("bad", "python -m bad", "2022-05-22", 1.0, 2, "3.11.0", [0.0, 0.0], {"entries": 1})


def _made_up(how: str, folder: Path, minutes: float = 1.0) -> Benchmark:
    command = f"tests.bench.made_up {how} {folder / 'child'}"
    return Benchmark(how, command, command, minutes)


def test_one_that_fails_stops_no_other_and_keeps_its_older_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[int] = []
    monkeypatch.setattr(bench, "BENCHMARKS", tuple(_made_up(how, tmp_path) for how in ("bad", "silent", "good")))
    monkeypatch.setattr(bench.page, "make", lambda folder: made.append(len(read_records(folder))))
    OLD.write(tmp_path)
    failed = bench.run_all(["bad", "silent", "good"], tmp_path, quick=False)
    assert failed == ["bad: it ended with 3", "silent: it ended without figures"]
    records = read_records(tmp_path)
    assert records["bad"] == OLD
    assert (set(records), records["good"].figures) == ({"bad", "good"}, {"entries": 7})
    assert made == [2]
    assert "The older records of bad stay." in capsys.readouterr().out


def test_one_that_never_ends_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match=r"longer than 0\.03 minutes"):
        run(_made_up("endless", tmp_path, 0.03), quick=False)
    child = int((tmp_path / "child").read_text())
    wait_until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


async def test_the_fan_out_is_measured_at_a_server_of_today() -> None:
    """It had its own way to put one together, which nobody noticed had come to raise."""
    measured = await measure("direct", readers=20, groups=2, seconds=0)
    assert measured.deliveries == 20
    assert measured.server_us > 0 and measured.p50_ms <= measured.p99_ms <= measured.max_ms
