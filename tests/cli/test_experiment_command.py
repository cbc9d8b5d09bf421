"""The command that answers a question: what it shows, what it writes, and how it ends when something is wrong."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import flowsim
from flowsim.config.changes import with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.validation import validate
from flowsim.experiment.load_experiment import load_experiment
from flowsim.run import atomic_files, tasks
from flowsim.run.fingerprint import configuration, configuration_hash
from flowsim.workflow import report_files, run_experiment

SCENARIOS = ["baseline", "fewer_beds", "fewer_people", "no_team"]
FILES = {
    *("summary.csv", "comparison.csv", "ranking.csv", "goals.csv", "dtoc_sitrep.csv"),
    *("replications.parquet", "daily.parquet", "results.xlsx", "report.html", "manifest.json", "figures", "tasks"),
}


@pytest.fixture
def unpictured(monkeypatch):
    """Leave out the figures and the report, which take longer than everything else and have tests of their own."""
    monkeypatch.setattr(report_files, "experiment_figures", lambda results: {})
    monkeypatch.setattr(report_files, "experiment_report", lambda results: "")


def written(folder):
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_an_experiment_shows_its_answer_and_writes_a_folder(flowsim_says, tiny_question):
    code, out, err = flowsim_says("experiment", tiny_question(2), "--workers", 1)
    folder = Path("results/beds_and_demand")
    assert code == 0
    assert "8/8" in err
    assert out.startswith("Beds and demand: dtoc_patients_mean; goal: at most 6\n")
    for heading in ("scenario", "mean", "95% interval", "difference", "goal met in"):
        assert heading in out
    lines = [line.split()[0] for line in out.splitlines() if line.split() and line.split()[0] in SCENARIOS]
    assert lines[0] == "baseline"
    assert sorted(lines) == SCENARIOS
    ranking = pd.read_csv(folder / "ranking.csv")
    assert lines[1:] == ranking[ranking["measure"] == "dtoc_patients_mean"]["scenario"].tolist()
    assert out.endswith(f"Results are in {folder}; open {folder / 'report.html'}\n")
    assert written(folder) == FILES
    assert {path.suffix for path in (folder / "figures").iterdir()} == {".svg", ".png"}
    summary = pd.read_csv(folder / "summary.csv")
    assert list(summary.columns) == [
        "scenario", "measure", "unit", "mean", "ci_low", "ci_high", "sd", "replications",
        "why_empty",
    ]  # fmt: skip
    assert summary["scenario"].unique().tolist() == SCENARIOS
    comparison = pd.read_csv(folder / "comparison.csv")
    assert list(comparison.columns) == [
        "scenario", "baseline", "measure", "unit", "difference", "ci_low", "ci_high", "relative",
    ]  # fmt: skip
    assert set(comparison["scenario"]) == set(SCENARIOS[1:])
    assert (folder / "report.html").read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype")


@pytest.mark.usefixtures("unpictured")
def test_daily_series_of_all_runs_are_on_disk_and_their_bands_in_memory(tiny_question, tmp_path):
    path = tiny_question(2)
    results = flowsim.run_experiment(path, workers=1, out=tmp_path / "out")
    daily = pd.read_parquet(tmp_path / "out" / "daily.parquet")
    assert list(daily.columns) == ["scenario", "replication", "date", "measure", "value"]
    assert pq.ParquetFile(tmp_path / "out" / "daily.parquet").num_row_groups == 4
    single = flowsim.simulate(load_experiment(path).wanted(results.replications)[1].config, replication=1).daily
    of_run = daily[(daily["scenario"] == "fewer_beds") & (daily["replication"] == 1)]
    assert of_run["value"].tolist() == single["value"].tolist()
    assert of_run["measure"].tolist() == single["measure"].tolist()
    assert (of_run["date"].to_numpy() == single["date"].to_numpy()).all()
    assert list(results.daily.columns) == ["scenario", "date", "measure", "mean", "low", "high"]
    both = daily[daily["scenario"] == "fewer_beds"].groupby(["date", "measure"], observed=True)["value"].mean()
    bands = results.daily[results.daily["scenario"] == "fewer_beds"].set_index(["date", "measure"])["mean"]
    assert len(bands) == len(both) == len(single)
    assert (bands - both.reindex(bands.index)).abs().max() == 0
    sitrep = pd.read_csv(tmp_path / "out" / "dtoc_sitrep.csv")
    assert sitrep.columns[0] == "scenario"
    assert sitrep["scenario"].unique().tolist() == SCENARIOS


@pytest.mark.usefixtures("unpictured")
def test_the_manifest_rebuilds_every_scenario(tiny_question, tmp_path):
    path = tiny_question(1)
    flowsim.run_experiment(path, workers=1, out=tmp_path / "out", seed=11)
    read = manifest(tmp_path / "out")
    assert (read["seed"], read["replications"], read["engine"], read["workers"]) == (11, 1, "compiled", 1)
    assert read["experiment"]["measures"] == ["dtoc_patients_mean", "cost_total"]
    assert read["experiment"]["targets"] == {
        "dtoc_patients_mean": {"at_most": 6, "certainty": 0.95, "source": "invented"}
    }
    assert (read["timings"]["runs_made"], read["timings"]["runs_found_on_disk"]) == (4, 0)
    baseline = validate(CityConfig, read["configuration"])
    scenarios = {s.name: s for s in load_experiment(path, seed=11).wanted(pd.DataFrame())}
    assert list(read["scenarios"]) == SCENARIOS
    for name, said in read["scenarios"].items():
        again = with_changes(baseline, [{"path": p, "set": value} for p, value in said["changes"].items()])
        assert configuration_hash(configuration(again)) == said["configuration_hash"]
        assert again == scenarios[name].config
    assert read["scenarios"]["fewer_beds"]["changes"] == {"ward.beds": 30}


@pytest.mark.usefixtures("unpictured")
def test_the_second_time_nothing_is_simulated(flowsim_says, tiny_question, monkeypatch):
    path = tiny_question(2)
    first = flowsim_says("experiment", path, "--workers", 1)
    summary = Path("results/beds_and_demand/summary.csv").read_bytes()
    monkeypatch.setattr(tasks, "simulate", None)
    assert flowsim_says("experiment", path, "--workers", 1)[:2] == first[:2]
    assert Path("results/beds_and_demand/summary.csv").read_bytes() == summary


@pytest.mark.usefixtures("unpictured")
def test_options_of_the_command_line_win(flowsim_says, tiny_question, tmp_path):
    out = tmp_path / "elsewhere"
    code, _, err = flowsim_says(
        *("experiment", tiny_question(50), "--replications", 1, "--seed", 3, "--engine", "simpy", "--out", out)
    )
    assert (code, "4/4" in err) == (0, True)
    assert [manifest(out)[name] for name in ("seed", "replications", "engine")] == [3, 1, "simpy"]


def broken_for_thirty_beds(monkeypatch):
    real = tasks.simulate

    def simulate(config, replication, engine):
        if config.ward.beds == 30:
            raise ZeroDivisionError("by zero")
        return real(config, replication=replication, engine=engine)

    monkeypatch.setattr(tasks, "simulate", simulate)


@pytest.mark.usefixtures("unpictured")
def test_runs_that_fail_are_named_and_everything_else_is_written(flowsim_says, tiny_question, monkeypatch):
    broken_for_thirty_beds(monkeypatch)
    code, out, err = flowsim_says("experiment", tiny_question(2), "--workers", 1)
    folder = Path("results/beds_and_demand")
    assert code == 1
    assert err.endswith(
        "fewer_beds, replication 0 failed: ZeroDivisionError: by zero\n"
        "fewer_beds, replication 1 failed: ZeroDivisionError: by zero\n"
    )
    assert "no_team" in out
    assert written(folder) == FILES
    assert set(pd.read_csv(folder / "summary.csv")["scenario"]) == {"baseline", "fewer_people", "no_team"}
    assert [f["replication"] for f in manifest(folder)["failures"]] == [0, 1]
    assert ["ZeroDivisionError: by zero" in text for text in manifest(folder)["tracebacks"]] == [True]


def full():
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.usefixtures("unpictured")
def test_a_full_disk_keeps_what_is_finished_and_the_same_command_goes_on(flowsim_says, tiny_question, monkeypatch):
    path, real, written_runs = tiny_question(2), atomic_files.write, []

    def fill(*arguments, **options):
        if arguments[0].suffix == ".npz":
            if len(written_runs) == 3:
                raise full()
            written_runs.append(arguments)
        return real(*arguments, **options)

    monkeypatch.setattr(atomic_files, "write", fill)
    code, _, err = flowsim_says("experiment", path, "--workers", 1)
    assert code == 2
    assert "a finished run could not be written: the disk is full; those finished before are kept, and the same" in err
    assert "Traceback" not in err
    monkeypatch.setattr(atomic_files, "write", real)
    assert flowsim_says("experiment", path, "--workers", 1)[0] == 0
    assert manifest(Path("results/beds_and_demand"))["timings"]["runs_found_on_disk"] == 3


@pytest.mark.usefixtures("unpictured")
@pytest.mark.parametrize("step", ["write_daily", "write_csv", "write"])
def test_a_disk_that_fills_up_while_results_are_written_leaves_no_manifest(
    flowsim_says, tiny_question, monkeypatch, step
):
    path = tiny_question(1)
    assert flowsim_says("experiment", path, "--workers", 1)[0] == 0

    def fill(*_, **__):
        raise full()

    with monkeypatch.context() as patch:
        patch.setattr(run_experiment, step, fill)
        code, _, err = flowsim_says("experiment", path, "--workers", 1)
    assert code == 2
    folder = Path("results/beds_and_demand")
    assert err.endswith(f"{folder}: the results could not be written: the disk is full\n")
    assert not (folder / "manifest.json").exists()
    assert flowsim_says("experiment", path, "--workers", 1)[0] == 0


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(flowsim_says, tiny_question, tmp_path, monkeypatch):
    monkeypatch.setattr(run_experiment, "simulate_experiment", None)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "tasks").write_text("a file")
    code, out, err = flowsim_says("experiment", tiny_question(1), "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert f"results cannot be written here: {tmp_path / 'out' / 'tasks'} is a file, not a folder" in err


def test_what_an_earlier_design_left_behind_goes(tiny_question, tmp_path):
    out = tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "figures" / "old.svg").write_text("old")
    (out / "effects.csv").write_text("old")
    flowsim.run_experiment(tiny_question(1), workers=1, out=out)
    assert written(out) == FILES
    assert not (out / "figures" / "old.svg").exists()


def test_without_a_report_the_tables_are_written_and_an_old_report_goes(tiny_question, tmp_path):
    path, out = tiny_question(1), tmp_path / "out"
    flowsim.run_experiment(path, workers=1, out=out, report=False)
    tables = FILES - {"report.html", "results.xlsx", "figures"}
    assert written(out) == tables
    before = {name: (out / name).read_bytes() for name in tables if name.endswith((".csv", ".parquet"))}
    flowsim.run_experiment(path, workers=1, out=out)
    assert written(out) == FILES
    assert {name: (out / name).read_bytes() for name in before} == before
    flowsim.run_experiment(path, workers=1, out=out, report=False)
    assert written(out) == tables


def test_without_a_report_nothing_that_draws_is_imported(tiny_question, tmp_path):
    code = "import sys, flowsim\n"
    code += "flowsim.run_experiment(sys.argv[1], workers=1, out=sys.argv[2], report=False)\n"
    code += "print([name for name in ('matplotlib', 'openpyxl', 'jinja2') if name in sys.modules])"
    command = [sys.executable, "-c", code, str(tiny_question(1)), str(tmp_path / "out")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.usefixtures("unpictured")
def test_an_experiment_may_be_said_in_python(tiny_question, tmp_path, monkeypatch):
    path = tiny_question(1)
    monkeypatch.chdir(path.parent)
    spec = {
        "name": "Said in Python!",
        "question": "What do fewer beds do?",
        "base": "tiny.yaml",
        "replications": 1,
        "measures": ["cost_total"],
        "scenarios": [{"name": "fewer_beds", "changes": [{"path": "ward.beds", "set": 30}]}],
    }
    results = flowsim.run_experiment(spec, workers=1)
    assert written(Path("results/said_in_python")) == FILES
    from_file = flowsim.run_experiment(path, workers=1, out=tmp_path / "file")
    # The file has a goal for the number delayed, so its runs measure the share of days above that as well.
    ours, same = (
        found.replications[found.replications["scenario"] == "fewer_beds"].set_index("measure")["value"]
        for found in (results, from_file)
    )
    assert set(same.index) - set(ours.index) == {"dtoc_days_over_6_share"}
    assert repr(ours.tolist()) == repr(same[ours.index].tolist())


def test_an_interrupt_while_results_are_written_keeps_all_runs(flowsim_says, tiny_question, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run_experiment, "write_daily", stop)
    code, _, err = flowsim_says("experiment", tiny_question(1), "--workers", 1)
    assert code == 130
    assert err.endswith("interrupted; all 4 runs are kept; the same command goes on\n")


def test_a_scheduler_that_is_not_there_is_told(flowsim_says, tiny_question, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("flowsim.run.worker_pool.SECONDS_TO_ANSWER", 1)
    code, out, err = flowsim_says("experiment", tiny_question(1), "--scheduler", "tcp://127.0.0.1:9")
    assert (code, out) == (2, "")
    assert "scheduler: 'tcp://127.0.0.1:9' is not allowed: no Dask scheduler answers there within 1 seconds" in err
    assert "Traceback" not in err


def test_help_has_an_example(flowsim_says):
    code, out, _ = flowsim_says("experiment", "--help")
    assert code == 0
    assert "Example: flowsim experiment experiments/high_impact_changes.yaml" in out
    assert "--scheduler ADDRESS" in out
