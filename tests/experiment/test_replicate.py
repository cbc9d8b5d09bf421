"""Replications in one process and on several."""

import multiprocessing
import time

import pandas as pd
import pytest

import flowsim
from flowsim.config.changes import changed
from flowsim.experiment.errors import WorkerDied
from flowsim.experiment.replicate import replicate


def city(tiny_city, replications):
    return changed(flowsim.load_config(tiny_city), {"run.replications": replications})


def test_the_same_bits_on_one_and_two_workers(tiny_city):
    progress = []
    one = replicate(city(tiny_city, 3), workers=1, progress=progress.append)
    two = replicate(city(tiny_city, 3), workers=2, progress=progress.append)
    assert progress[:3] == [0, 1, 2]
    assert sorted(progress[3:]) == [0, 1, 2]
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
    def interrupt(number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replicate(city(tiny_city, 1000), workers=2, progress=interrupt)
    assert no_children_after(seconds=10)


def test_a_worker_that_dies_is_told_with_its_replication(tiny_city):
    def kill(number):
        for worker in multiprocessing.active_children():
            worker.kill()

    with pytest.raises(WorkerDied, match=r"ended abruptly during replication \d+ or \d+, most likely"):
        replicate(city(tiny_city, 1000), workers=2, progress=kill)
    assert no_children_after(seconds=10)
