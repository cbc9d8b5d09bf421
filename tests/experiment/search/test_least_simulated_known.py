"""The least simulated value of worlds whose best point is known exactly: the search has it in its set."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import poisson

from flowsim.experiment.analysis.with_the_best import with_the_best
from flowsim.experiment.search.contest import FINALISTS, Contest

REPETITIONS = 8  # of each world; of 100 of each, 99 or more were right when it was written
APART = 24


def tried(points, shape, values, runs, certainty=0.95):
    """The set that a search names as the best or as good, and the runs that it took.

    `values` is a world: from the number of replications to an array (points, replications).
    """
    contest = Contest(np.array(points), shape, runs, certainty)
    world = values(contest.most + APART)
    standing = contest.standing(lambda row, n: world[row, :n])
    assert standing.finished
    confirmed, rest = standing.contenders[:FINALISTS], standing.contenders[FINALISTS:]
    found = with_the_best(world[confirmed, contest.most :], False, 1 - (1 - certainty) / 2)
    named = {row for row, may in zip(confirmed, found.may_be_best, strict=True) if may} | set(rest)
    return named, sum(standing.looks.values())


def share_right(points, shape, world, best, runs, repetitions=REPETITIONS):
    right, sizes, spent = 0, [], []
    for seed in range(repetitions):
        rng = np.random.default_rng(seed)
        named, cost = tried(points, shape, lambda n, rng=rng: world(rng, n), runs)
        right += best in named
        sizes.append(len(named))
        spent.append(cost)
    assert max(spent) <= runs
    assert np.mean(sizes) <= max(2, len(points) / 3), "a set of nearly all points says nothing"
    return right / repetitions


def erlang_c_waiting(servers, offered):
    """How many wait on average in M/M/c, by the formula of Erlang C."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    waits = blocked / (1 - offered / servers * (1 - blocked))
    return waits * offered / (servers - offered)


@pytest.mark.parametrize(
    ("offered", "server", "waiting"), [(4.0, 1, 3), (9.5, 1, 10), (14.2, 2, 5), (20.0, 1, 1), (7.3, 5, 60)]
)
def test_the_least_total_cost_of_a_queue_with_priced_waiting(offered, server, waiting):
    """Each year has its own pressure, the same for all numbers of servers: the fewer there are, the more it matters."""
    servers = [math.floor(offered) + 1 + i for i in range(16)]
    queue = np.array([erlang_c_waiting(c, offered) for c in servers])
    cost = server * np.array(servers) + waiting * queue

    def world(rng, n):
        year = 0.15 * rng.normal(size=(1, n)) + 0.05 * rng.normal(size=(len(servers), n))
        return cost[:, None] + waiting * queue[:, None] * year

    points = [(i,) for i in range(len(servers))]
    assert share_right(points, (len(servers),), world, int(cost.argmin()), 160) >= 0.95


@pytest.mark.parametrize(("place", "turned_away"), [(1, 4), (1, 12), (2, 5)])
def test_the_quantile_of_demand_that_a_newsvendor_should_provide(place, turned_away):
    """Best is the least number of places that is enough on all but the share place / turned_away of days."""
    mean, days = 30, 200
    best = int(poisson.ppf(1 - place / turned_away, mean))
    places = np.arange(20, 45)

    def world(rng, n):
        demand = rng.poisson(mean, (n, days))
        short = np.array([np.maximum(demand - q, 0).mean(axis=1) for q in places])
        return place * places[:, None] + turned_away * short

    right = share_right([(i,) for i in range(len(places))], (len(places),), world, best - int(places[0]), 200)
    assert right >= 0.95


def test_the_best_mix_for_a_sum_of_things_that_help_each_other():
    """Two capacities and two changes; one change makes the first capacity worth more. All mixes are priced."""
    shape, budget = (8, 8, 2, 2), 9.0
    every = np.array(list(itertools.product(*map(range, shape))))
    points = every[every @ [1.0, 1.3, 2.5, 1.5] <= budget]
    more = points / [7, 7, 1, 1]
    delayed = 20 + 40 * np.exp(-2 * more[:, 0] * (1 + more[:, 2])) + 30 * np.exp(-1.2 * more[:, 1])
    delayed *= 1 - 0.12 * more[:, 3]

    def world(rng, n):
        patients = rng.normal(0, 6, (1, n)) + rng.normal(0, 1, (len(points), n))
        return delayed[:, None] + patients * np.sqrt(delayed[:, None] / 50)

    assert share_right(points, shape, world, int(delayed.argmin()), 260) >= 0.95
