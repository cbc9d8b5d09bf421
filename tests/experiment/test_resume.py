"""Pulling the plug: whatever is killed at whatever moment, the same command goes on and ends with the same bits."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import flowsim
from flowsim.cli import main

psutil = pytest.importorskip("psutil")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")

TIMES = 2
REPLICATIONS = 20
RUNS = 4 * REPLICATIONS
PATIENCE = 120  # seconds, for a machine that is busy with other things
ANSWERS = ("summary.csv", "comparison.csv", "ranking.csv", "goals.csv", "dtoc_sitrep.csv")


@pytest.fixture
def command(tiny_question, tmp_path):
    """Return what starts or ends the same experiment as a process of its own."""
    question = tiny_question(REPLICATIONS)

    def start(out, *also):
        arguments = [sys.executable, "-m", "flowsim", "experiment", str(question), "--out", str(tmp_path / out), *also]
        return subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    return start


def finished_runs(folder):
    return len(list((folder / "tasks").glob("[!.]*.npz")))


def wait_for(condition, process):
    until = time.monotonic() + PATIENCE
    while not condition() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.005)


def workers_of(process):
    return [child for child in psutil.Process(process.pid).children() if is_worker(child)]


def is_worker(child):
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.Error:  # it is gone
        return False


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_killed_over_and_over_it_ends_with_the_same_bits(command, tiny_question, tmp_path):
    """Workers and the parent are killed (-9) at moments drawn from a fixed seed.

    What is killed is the command. What goes on in the end, and what was never disturbed, is the same work without the
    report, which no death can change, and in this process.
    """
    moments = random.Random(20170523)
    disturbed, undisturbed = tmp_path / "disturbed", tmp_path / "undisturbed"
    question = tiny_question(REPLICATIONS)
    flowsim.run_experiment(question, workers=1, out=undisturbed, report=False)
    killed_workers = 0
    for _ in range(TIMES):
        parent = command("disturbed", "--workers", "2")
        for victim in ("worker", "parent"):
            enough = finished_runs(disturbed) + moments.randint(0, 6)
            wait_for(lambda enough=enough: finished_runs(disturbed) >= enough, parent)
            time.sleep(moments.uniform(0, 0.1))
            workers = workers_of(parent)
            if victim == "worker" and workers:
                moments.choice(workers).kill()
                killed_workers += 1
        assert parent.poll() is None, "the experiment ended before its parent was killed: give it more to do"
        parent.kill()
        parent.communicate()
        assert not psutil.wait_procs(workers, timeout=10)[1], "workers outlive their parent"
        assert not (disturbed / "manifest.json").exists()
    kept = finished_runs(disturbed)
    assert killed_workers
    assert 0 < kept < RUNS
    flowsim.run_experiment(question, workers=1, out=disturbed, report=False)
    for name in ANSWERS:
        assert (disturbed / name).read_bytes() == (undisturbed / name).read_bytes(), name
    assert manifest(disturbed)["timings"]["runs_found_on_disk"] == kept
    assert manifest(disturbed)["timings"]["runs_made"] == RUNS - kept
    assert not list(disturbed.rglob("*.partial*"))


def test_an_interrupt_keeps_what_is_finished(command, tiny_question, tmp_path):
    """Ctrl-C reaches the parent and its workers alike, as at a terminal."""
    longer = 100  # it must not end while the moment is looked for
    parent = command("out", "--workers", "2", "--replications", str(longer))
    wait_for(lambda: finished_runs(tmp_path / "out") >= 5, parent)
    workers = workers_of(parent)
    os.killpg(parent.pid, signal.SIGINT)
    out, err = parent.communicate(timeout=PATIENCE)
    kept = finished_runs(tmp_path / "out")
    assert (parent.returncode, out) == (130, "")
    assert kept >= 5
    assert err.endswith(f"interrupted; {kept} of 400 runs are kept; the same command goes on\n")
    assert "Traceback" not in err
    assert not psutil.wait_procs(workers, timeout=10)[1]
    flowsim.run_experiment(tiny_question(longer), workers=1, out=tmp_path / "out", report=False)
    assert manifest(tmp_path / "out")["timings"]["runs_found_on_disk"] == kept


def test_a_second_process_is_kept_out(command, tiny_question, tmp_path, monkeypatch, capsys):
    first = command("out", "--workers", "1")
    wait_for(lambda: finished_runs(tmp_path / "out") >= 1, first)
    second = ["flowsim", "experiment", str(tiny_question(REPLICATIONS)), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", second)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "another flowsim is at work in this folder" in capsys.readouterr().err
    assert first.poll() is None
    first.kill()
    first.communicate()
