"""The same work on a Dask cluster, on this machine."""

import logging

import pytest
from worker_calls import die_of_three, die_of_three_once, double, double_but_never_three, tries

from flowsim.run import worker_pool as workers_module
from flowsim.run.failures import WorkerDied, WorkersError
from flowsim.run.worker_pool import worker_pool

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes behind a scheduler on a port that was free; a call may cost two workers their lives."""
    import dask
    from distributed import LocalCluster

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0") as cluster,
    ):
        yield cluster


def outcomes(call, asked, cluster):
    with worker_pool(1, cluster.scheduler_address) as pool:
        return {
            thing[0] if isinstance(thing, tuple) else thing: outcome for thing, outcome in pool.outcomes(call, asked)
        }


def test_every_call_is_answered_and_one_that_fails_leaves_the_others_standing(cluster):
    assert outcomes(double, range(20), cluster) == {number: 2 * number for number in range(20)}
    found = outcomes(double_but_never_three, range(6), cluster)
    error = found.pop(3)
    assert (type(error), str(error)) == (ValueError, "three")
    assert found == {number: 2 * number for number in (0, 1, 2, 4, 5)}


def test_a_worker_that_dies_costs_another_try(cluster, tmp_path):
    found = outcomes(die_of_three_once, [(number, str(tmp_path)) for number in range(8)], cluster)
    assert found == {number: 2 * number for number in range(8)}
    assert tries(tmp_path)["3"] == 2


def test_a_call_whose_worker_always_dies_fails_by_name_and_leaves_the_rest_standing(cluster, tmp_path):
    found = outcomes(die_of_three, [(number, str(tmp_path)) for number in range(8)], cluster)
    error = found.pop(3)
    assert isinstance(error, WorkerDied)
    assert "ended abruptly both times it was tried" in str(error)
    assert found == {number: 2 * number for number in range(8) if number != 3}


def test_dask_does_not_talk_over_what_we_say(cluster, caplog):
    with worker_pool(1, cluster.scheduler_address):
        logging.getLogger("distributed.client").error("in between")
    logging.getLogger("distributed.client").error("afterwards")
    assert "in between" not in caplog.text
    assert "afterwards" in caplog.text


def test_a_scheduler_without_workers_is_told(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr(workers_module, "SECONDS_FOR_A_WORKER", 1)
    with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=":0") as cluster:  # noqa: SIM117
        with pytest.raises(WorkersError, match="has had no workers for 1 s"), worker_pool(1, cluster.scheduler_address):
            pass


def test_a_scheduler_that_goes_away_is_told_and_nothing_hangs():
    import dask
    from distributed import LocalCluster

    cluster = LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(WorkersError, match="does not answer any more"),
        worker_pool(1, cluster.scheduler_address) as pool,
    ):
        for _ in pool.outcomes(double, range(1000)):
            cluster.close()


def test_an_answer_stays_one_if_its_worker_dies_as_soon_as_it_has_arrived(cluster, monkeypatch):
    from distributed import Client

    gather = Client._gather

    async def gather_and_lose(self, futures, **how):
        answers = await gather(self, futures, **how)
        for state in self.futures.values():
            state.lose()
        return answers

    monkeypatch.setattr(Client, "_gather", gather_and_lose)
    assert outcomes(double, [4], cluster) == {4: 8}
