"""What the commands do when all is well, and when they are stopped."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import flowsim
from flowsim.run import simulate, tasks
from flowsim.run.failures import WorkerDied


def test_run_shows_a_summary_and_writes_the_results(flowsim_says, tiny_city, tmp_path):
    code, out, err = flowsim_says("run", tiny_city, "--workers", 1, "--seed", 3, "--out", tmp_path / "results")
    assert code == 0
    assert "2/2" in err
    assert out.startswith("Tiny city: 2 replications, compared with the published figures")
    compared, others = out.split("Other measures")
    assert all(name in compared for name in flowsim.load_config(tiny_city).targets)
    assert "53,631" in compared
    assert "outside 20%" in compared
    assert "length_of_stay_mean" in others
    assert "report.html" in others
    manifest = json.loads((tmp_path / "results" / "manifest.json").read_text())
    assert (manifest["seed"], manifest["workers"]) == (3, 1)
    assert manifest["configuration"]["run"]["seed"] == 3
    assert (tmp_path / "results" / "report.html").read_text(encoding="utf-8").lstrip().startswith("<!")


def test_run_on_two_workers_from_another_process(tiny_city, tmp_path):
    """Two workers import the main module again; the results stand where the configuration's name says."""
    command = [sys.executable, "-m", "flowsim", "run", str(tiny_city), "--workers", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert (tmp_path / "results" / "tiny" / "manifest.json").exists()


def test_one_replication_has_no_interval(flowsim_says, tiny_city):
    code, out, _ = flowsim_says("run", tiny_city, "--replications", 1)
    assert code == 0
    assert out.startswith("Tiny city: 1 replication, compared with")
    assert Path("results/tiny/summary.csv").exists()


def test_check_says_what_each_pool_is_asked_for(flowsim_says, tiny_city):
    text = tiny_city.read_text() + "front_door: {amu: {beds: 1}}\n"
    tiny_city.write_text(text)
    code, out, err = flowsim_says("check", tiny_city)
    assert (code, err) == (0, "")
    assert "tiny.yaml is sound: Tiny city." in out
    (line,) = (line for line in out.splitlines() if line.startswith(" amu_beds"))
    assert "WARNING: exceeds capacity" in line
    assert list(Path.cwd().iterdir()) == []


def test_version_and_help(flowsim_says):
    assert flowsim_says("--version") == (0, f"flowsim {flowsim.__version__}\n", "")
    for command in ("run", "check"):
        code, out, _ = flowsim_says(command, "--help")
        assert code == 0
        assert f"Example: flowsim {command} configs/sheffield_2016_17.yaml" in out


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (KeyboardInterrupt(), 130, "interrupted; nothing was written\n"),
        (MemoryError(), 2, "this run does not fit in memory: shorten run.horizon_days, or use fewer --workers\n"),
        (WorkerDied("a worker process ended"), 1, "a worker process ended\n"),
    ],
)
def test_a_run_that_is_cut_short_writes_nothing(flowsim_says, tiny_city, monkeypatch, error, code, message):
    def stop(*_, **__):
        raise error

    monkeypatch.setattr(tasks, "simulate", stop)
    ended, out, err = flowsim_says("run", tiny_city, "--workers", 1)
    assert (ended, out) == (code, "")
    assert err.endswith(message)
    assert "Traceback" not in err
    assert list(Path.cwd().iterdir()) == []


def test_a_fault_of_our_own_is_told_with_its_traceback(flowsim_says, tiny_city, monkeypatch):
    monkeypatch.setattr(simulate, "measure", None)
    code, _, err = flowsim_says("run", tiny_city, "--workers", 1)
    assert code == 1
    assert "Traceback" in err
    assert "hit an internal error (TypeError); please report it" in err
