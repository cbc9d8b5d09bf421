"""Running an experiment: only what is missing, in rounds, with whatever fails left out."""

import os

import pandas as pd
import pytest

import flowsim
from flowsim.config.errors import NO_VALUE, ConfigError, Problem
from flowsim.experiment import runner as run_module
from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.runner import simulate_experiment
from flowsim.run import tasks
from flowsim.run.failures import ResultsError, RunsFailed, WorkersError
from flowsim.run.stores import DiskStore, MemoryStore

PRECISE = "{measure: dtoc_patients_mean, half_width: 0.4, at_least: 10, at_most: 13}"
SCENARIOS = ["baseline", "fewer_beds", "fewer_people", "no_team"]


@pytest.fixture
def store(tmp_path):
    return DiskStore(tmp_path / "tasks")


def bits(finished):
    return [(*row[:3], row[3].hex()) for row in finished.values.itertuples(index=False, name=None)]


def die_without_people(task):
    if task.config.streams["emergency_department"].demand_factor == 0.5 and task.replication == 1:
        os._exit(1)
    return tasks.perform(task)


def test_the_same_bits_from_this_process_from_two_and_from_a_cluster_that_loses_a_worker(tiny_question, tmp_path):
    distributed = pytest.importorskip("distributed")
    experiment = load_experiment(tiny_question(4))
    here = simulate_experiment(experiment, DiskStore(tmp_path / "here"))
    two = simulate_experiment(experiment, DiskStore(tmp_path / "two"), workers=2)
    killed = []

    def kill_one(done, of):
        if done >= 3 and not killed:
            (worker, _) = cluster.workers.values()
            killed.append(worker.pid)
            worker.process.process.kill()

    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0"
    ) as cluster:
        dask = simulate_experiment(
            experiment, DiskStore(tmp_path / "dask"), scheduler=cluster.scheduler_address, progress=kill_one
        )
        assert killed
        assert killed[0] not in [worker.pid for worker in cluster.workers.values()]
    assert bits(here) == bits(two) == bits(dask)
    for ours, *theirs in zip(here.by_scenario(), two.by_scenario(), dask.by_scenario(), strict=True):
        for other in theirs:
            for mine, its in zip(ours[1], other[1], strict=True):
                pd.testing.assert_frame_equal(mine.daily, its.daily, check_exact=True)
                pd.testing.assert_frame_equal(mine.sitrep, its.sitrep, check_exact=True)


def test_values_are_those_of_single_runs_in_order(tiny_question, store):
    experiment = load_experiment(tiny_question(2))
    seen = []
    finished = simulate_experiment(experiment, store, progress=lambda done, of: seen.append((done, of)))
    assert list(finished.values.columns) == ["scenario", "replication", "measure", "value"]
    assert [scenario.name for scenario in finished.scenarios] == SCENARIOS
    once = finished.values.drop_duplicates(["scenario", "replication"])
    assert list(zip(once["scenario"], once["replication"], strict=True)) == [(s, n) for s in SCENARIOS for n in (0, 1)]
    for scenario in finished.scenarios:
        run = flowsim.simulate(scenario.config, replication=1)
        rows = finished.values[(finished.values["scenario"] == scenario.name) & (finished.values["replication"] == 1)]
        assert [v.hex() for v in rows["value"]] == [float(v).hex() for v in run.measures.values()]
    assert seen == [*((done, 8) for done in range(9)), (8, 8)]
    assert (finished.made, finished.found, finished.failures) == (8, 0, [])


@pytest.mark.parametrize("kind", ["disk", "memory"])
def test_only_what_is_missing_is_run(tiny_question, tmp_path, kind):
    store = DiskStore(tmp_path / "tasks") if kind == "disk" else MemoryStore()
    simulate_experiment(load_experiment(tiny_question(2)), store)
    seen = []
    more = simulate_experiment(
        load_experiment(tiny_question(3)), store, progress=lambda done, of: seen.append((done, of))
    )
    assert (more.made, more.found) == (4, 8)
    assert seen[0] == (8, 12)
    fresh = simulate_experiment(load_experiment(tiny_question(3)), DiskStore(tmp_path / "fresh"))
    assert bits(more) == bits(fresh)


def test_a_changed_configuration_engine_or_version_never_uses_old_results(tiny_question, store, monkeypatch):
    path = tiny_question(1)
    simulate_experiment(load_experiment(path), store)
    for other in (
        simulate_experiment(load_experiment(path, seed=8), store),
        simulate_experiment(load_experiment(path), store, engine="simpy"),
    ):
        assert (other.made, other.found) == (4, 0)
    base = path.with_name("tiny.yaml")
    base.write_text(base.read_text() + "ward: {beds: 50}\n")
    beds = simulate_experiment(load_experiment(path), store)
    assert (beds.made, beds.found) == (3, 1)  # fewer_beds sets them anyway
    monkeypatch.setattr(tasks, "software", lambda: "another version")
    assert simulate_experiment(load_experiment(path), store).found == 0


def test_a_truncated_result_is_run_again(tiny_question, store, tmp_path):
    experiment = load_experiment(tiny_question(2))
    first = simulate_experiment(experiment, store)
    files = sorted((tmp_path / "tasks").iterdir())
    files[3].write_bytes(files[3].read_bytes()[:500])
    files[5].write_bytes(b"")
    again = simulate_experiment(experiment, store)
    assert (again.made, again.found) == (2, 6)
    assert bits(again) == bits(first)


def test_scenarios_of_equal_configurations_share_their_runs(tiny_question, store):
    also = "  - {name: the_same, changes: [{path: ward.beds, set: 30}]}\n"
    finished = simulate_experiment(load_experiment(tiny_question(1, also)), store)
    assert (finished.made, len(finished.scenarios)) == (4, 5)
    values = {name: rows["value"].tolist() for name, rows in finished.values.groupby("scenario")}
    assert repr(values["the_same"]) == repr(values["fewer_beds"])


def test_a_precision_is_reached_in_rounds_and_the_same_after_an_interruption(tiny_question, tmp_path):
    experiment = load_experiment(tiny_question(PRECISE))
    rounds = []
    finished = simulate_experiment(experiment, DiskStore(tmp_path / "a"), progress=lambda done, of: rounds.append(of))
    assert rounds[0] == 40
    assert finished.replications == 13
    assert rounds[-1] == 52

    def stop(done, of):
        if done == 43:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_experiment(experiment, DiskStore(tmp_path / "b"), progress=stop)
    resumed = simulate_experiment(experiment, DiskStore(tmp_path / "b"))
    assert resumed.found == 43
    assert bits(resumed) == bits(finished)


def test_best_next_goes_on_until_its_last_step(tiny_question, store):
    also = """
design:
  kind: best_next
  of:
    - {name: beds, changes: [{path: ward.beds, add: -5}]}
    - {name: planning, changes: [{path: discharge_planning.team.staff, set: 40}]}
    - {name: fewer, changes: [{path: streams.emergency_department.demand_factor, set: 0.8}]}
  measure: dtoc_patients_mean
  steps: 2
"""
    finished = simulate_experiment(load_experiment(tiny_question(1, also)), store)
    assert len(finished.scenarios) == 4 + 3 + 2
    assert finished.made == 9 + 3  # the baseline and both steps again, on a replication that did not choose them
    numbers = finished.values.groupby("scenario")["replication"].max()
    assert set(numbers[numbers == 1].index) == {"baseline"} | finished.wanted.chosen
    assert len(finished.wanted.chosen) == 2


def test_a_run_whose_worker_always_dies_is_named_and_the_rest_stands(tiny_question, store, monkeypatch):
    monkeypatch.setattr(run_module, "perform", die_without_people)
    experiment = load_experiment(tiny_question(3))
    finished = simulate_experiment(experiment, store, workers=2)
    (failure,) = finished.failures
    assert (failure.scenario, failure.replication) == ("fewer_people", 1)
    assert "ended abruptly both times it was tried" in failure.why
    done = finished.values.groupby("scenario", sort=False)["replication"].unique()
    assert {name: numbers.tolist() for name, numbers in done.items()} == {
        name: [0, 2] if name == "fewer_people" else [0, 1, 2] for name in SCENARIOS
    }
    assert [len(replications) for _, replications in finished.by_scenario()] == [3, 3, 2, 3]
    monkeypatch.undo()
    mended = simulate_experiment(experiment, store)
    assert (mended.made, mended.found, mended.failures) == (1, 11, [])


def failing(error, fails):
    real = tasks.simulate

    def simulate(config, replication, engine):
        if fails(config):
            raise error
        return real(config, replication=replication, engine=engine)

    return simulate


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ZeroDivisionError("by zero"), "ZeroDivisionError: by zero"),
        (MemoryError(), "it does not fit in memory"),
        (ConfigError([Problem(None, None, "ward.beds", NO_VALUE, "endless")]), "ward.beds: endless"),
    ],
)
def test_a_scenario_that_fails_is_named_and_the_rest_stands(tiny_question, store, monkeypatch, error, why):
    monkeypatch.setattr(tasks, "simulate", failing(error, lambda config: config.ward.beds == 30))
    finished = simulate_experiment(load_experiment(tiny_question(2)), store)
    assert [(f.scenario, f.replication, f.why) for f in finished.failures] == [
        ("fewer_beds", 0, why),
        ("fewer_beds", 1, why),
    ]
    assert [scenario.name for scenario, _ in finished.by_scenario()] == ["baseline", "fewer_people", "no_team"]
    assert any("in simulate" in text for text in finished.tracebacks)


def test_without_a_baseline_there_is_no_answer(tiny_question, store, tmp_path, monkeypatch):
    experiment = load_experiment(tiny_question(2))
    baseline_beds = experiment.base.ward.beds
    broken = failing(ZeroDivisionError(), lambda config: config.ward.beds == baseline_beds)
    monkeypatch.setattr(tasks, "simulate", broken)
    with pytest.raises(RunsFailed, match="no run of the baseline came to an end: ZeroDivisionError"):
        simulate_experiment(experiment, store)
    wrong = ConfigError([Problem(None, None, "ward.beds", NO_VALUE, "endless")])
    monkeypatch.undo()
    monkeypatch.setattr(tasks, "simulate", failing(wrong, lambda config: True))
    with pytest.raises(ConfigError, match="endless"):
        simulate_experiment(experiment, DiskStore(tmp_path / "other"))


def test_a_worker_with_other_sources_ends_it_all(tiny_question, store, monkeypatch):
    def refuse(task):
        raise WorkersError("another version")

    monkeypatch.setattr(run_module, "perform", refuse)
    with pytest.raises(WorkersError, match="another version"):
        simulate_experiment(load_experiment(tiny_question(1)), store)


def test_a_result_that_vanishes_is_told(tiny_question, store, tmp_path):
    finished = simulate_experiment(load_experiment(tiny_question(1)), store)
    for path in (tmp_path / "tasks").iterdir():
        path.unlink()
    with pytest.raises(ResultsError, match="not there any more, or not whole; the same command makes it again"):
        list(finished.by_scenario())
