"""Replications in one process and on several."""

import multiprocessing
import os
import time

import pandas as pd
import pytest

import flowsim
import flowsim.run.replicate as replicate_module
from flowsim.config.changes import changed
from flowsim.run.failures import WorkerDied
from flowsim.run.replicate import replicate


def city(tiny_city, replications):
    return changed(flowsim.load_config(tiny_city), {"run.replications": replications})


def test_the_same_bits_on_one_and_two_workers(tiny_city):
    progress = []

    def note(done, of):
        progress.append((done, of))

    one = replicate(city(tiny_city, 3), workers=1, progress=note)
    two = replicate(city(tiny_city, 3), workers=2, progress=note)
    assert progress == 2 * [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert [r.number for r in two] == [0, 1, 2]
    for ours, theirs in zip(one, two, strict=True):
        assert {n: v.hex() for n, v in ours.measures.items()} == {n: v.hex() for n, v in theirs.measures.items()}
        pd.testing.assert_frame_equal(ours.daily, theirs.daily, check_exact=True)
        pd.testing.assert_frame_equal(ours.sitrep, theirs.sitrep, check_exact=True)
    assert one[0].measures != one[1].measures


def no_children_after(seconds):
    until = time.monotonic() + seconds
    while multiprocessing.active_children() and time.monotonic() < until:
        time.sleep(0.05)
    return not multiprocessing.active_children()


def test_an_interrupt_ends_the_workers_at_once(tiny_city):
    def interrupt(done, of):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replicate(city(tiny_city, 1000), workers=2, progress=interrupt)
    assert no_children_after(seconds=10)


def test_a_worker_that_dies_costs_its_replication_another_try(tiny_city):
    def kill_once(done, of):
        if done == 1:
            for worker in multiprocessing.active_children():
                worker.kill()

    undisturbed = replicate(city(tiny_city, 4))
    disturbed = replicate(city(tiny_city, 4), workers=2, progress=kill_once)
    pd.testing.assert_frame_equal(*(pd.DataFrame([r.measures for r in found]) for found in (disturbed, undisturbed)))


def test_a_replication_whose_workers_all_die_is_told(tiny_city, monkeypatch):
    monkeypatch.setattr(replicate_module, "perform", die)
    with pytest.raises(WorkerDied, match=r"replication \d+: its worker process ended abruptly both times"):
        replicate(city(tiny_city, 3), workers=2)
    assert no_children_after(seconds=10)


def die(task):
    os._exit(1)
