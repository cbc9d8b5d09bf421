"""What a run is known by, and what is kept of it."""

import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.run import tasks
from flowsim.run.failures import WorkersError
from flowsim.run.packing import packed, unpacked
from flowsim.run.tasks import perform, tasks_of


@pytest.fixture
def city(tiny_city):
    return flowsim.load_config(tiny_city)


def key(city, engine="compiled", replication=0):
    (task,) = tasks_of(city, engine, [replication])
    return task.key


def test_whatever_decides_a_result_changes_its_key(city, monkeypatch):
    keys = [
        key(city),
        key(city, engine="simpy"),
        key(city, replication=1),
        key(changed(city, {"run.seed": 8})),
        key(changed(city, {"ward.beds": city.ward.beds + 1})),
        key(changed(city, {"run.horizon_days": 43})),
    ]
    monkeypatch.setattr(tasks, "software", lambda: "other sources")
    keys.append(key(city))
    assert len(set(keys)) == len(keys)


def test_more_replications_keep_the_keys_of_those_before(city):
    assert key(city) == key(changed(city, {"run.replications": 50}))
    assert [task.key for task in tasks_of(city, "compiled", range(2))] == [key(city), key(city, replication=1)]


def test_keys_are_the_same_in_another_process(city, tiny_city):
    code = "import sys, flowsim; from flowsim.run.tasks import tasks_of\n"
    code += "print(tasks_of(flowsim.load_config(sys.argv[1]), 'compiled', [0])[0].key)"
    said = subprocess.run([sys.executable, "-c", code, tiny_city], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == key(city)


def test_a_worker_with_other_sources_refuses(city, monkeypatch):
    (task,) = tasks_of(city, "compiled", [0])
    monkeypatch.setattr(tasks, "software", lambda: "other sources")
    with pytest.raises(WorkersError, match="another version of flowsim"):
        perform(task)


def test_what_is_kept_is_what_was_found_to_the_last_bit(city):
    run = flowsim.simulate(city, replication=1)
    kept = unpacked(perform(tasks_of(city, "compiled", [1])[0]))
    assert kept.number == 1
    assert list(kept.measures) == list(run.measures)
    assert [value.hex() for value in kept.measures.values()] == [float(v).hex() for v in run.measures.values()]
    pd.testing.assert_frame_equal(kept.daily, run.daily, check_exact=True)
    pd.testing.assert_frame_equal(kept.sitrep, run.sitrep, check_exact=True)
    again = unpacked(packed(replace(kept, seconds=0.1)))
    assert again.seconds == 0.1
