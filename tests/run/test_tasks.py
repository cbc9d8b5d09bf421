"""What a run is known by, and how its result is kept."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.run import tasks
from flowsim.run.failures import ResultsError, WorkersError
from flowsim.run.tasks import DECIDING_SOURCES, TaskStore, packed, perform, tasks_of, unpacked


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


def test_the_fingerprint_covers_every_source_that_a_run_imports():
    code = "import sys, json, flowsim.run.simulate\n"
    code += "print(json.dumps([m.__file__ for n, m in sys.modules.items() if n.startswith('flowsim.')]))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    root = Path(flowsim.__file__).parent
    imported = {Path(file).relative_to(root).as_posix() for file in json.loads(said.stdout)}
    packages = tuple(f"{name}/" for name in DECIDING_SOURCES if not name.endswith(".py"))
    assert "model/journey.py" in imported
    assert {name for name in imported if not name.startswith(packages)} <= {*DECIDING_SOURCES, "run/__init__.py"}


def test_a_changed_source_changes_the_fingerprint(tmp_path, monkeypatch):
    for name in DECIDING_SOURCES:
        path = tmp_path / name if name.endswith(".py") else tmp_path / name / "inner" / "a.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    monkeypatch.setattr(flowsim, "__file__", str(tmp_path / "__init__.py"))
    fingerprint = tasks.software.__wrapped__
    before = fingerprint()
    assert fingerprint() == before
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "a.py").write_text("x = 1\n")
    (tmp_path / "model" / "inner" / "a.py").write_bytes(b"x = 1\r\n")
    assert fingerprint() == before
    (tmp_path / "model" / "inner" / "a.py").write_text("x = 2\n")
    assert fingerprint() != before


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


def test_a_file_that_is_not_whole_counts_as_not_done(city, tmp_path):
    store = TaskStore(tmp_path / "tasks")
    assert store.read("key") is None
    content = perform(tasks_of(city, "compiled", [0])[0])
    store.write("key", content)
    (file,) = store.folder.iterdir()
    assert store.read("key").measures.keys() == flowsim.simulate(city).measures.keys()
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    broken = [b"", b"no archive", content[:-1], content[: len(content) // 2], content[:100], bytes(flipped)]
    for half in broken:
        file.write_bytes(half)
        assert store.read("key") is None
    store.write("key", content)
    assert store.read("key") is not None


def test_a_full_disk_keeps_what_is_finished(tmp_path, monkeypatch):
    store = TaskStore(tmp_path / "tasks")
    store.write("first", b"whole")

    def full(path, content):
        with path.open("wb") as file:
            file.write(content[:2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ResultsError, match="tasks: a finished run could not be written: the disk is full; those"):
        store.write("second", b"whole")
    assert [path.name for path in store.folder.iterdir()] == ["first.npz"]
    assert (store.folder / "first.npz").read_bytes() == b"whole"
