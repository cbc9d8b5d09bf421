"""The cheapest point that is enough, in worlds whose answer is known exactly."""

import itertools
import math

import numpy as np
import pytest

from flowsim.experiment.goals import ENOUGH, NOT_ENOUGH, Goal
from flowsim.experiment.search.goal_looks import GoalLooks
from flowsim.experiment.search.least_enough import EnoughSearch

APART = 10


class World:
    """A measure at each point of a lattice, seen with noise of which a part is common to all points."""

    def __init__(self, measure, costs, seed, common=0.05, own=0.02):
        self.measure, self.costs = np.asarray(measure, float), np.asarray(costs, float).ravel()
        self.points = np.array(list(itertools.product(*map(range, self.measure.shape))))
        rng = np.random.default_rng(seed)
        of_all = common * rng.standard_normal(60)
        self.noise = 1 + of_all + own * rng.standard_normal((self.measure.size, 60))
        self.asked = 0

    def known(self, row, numbers):
        self.asked = max(self.asked, numbers.stop)
        return (self.measure.ravel()[row] * self.noise[row, list(numbers)])[None, :]

    def search(self, limit, runs=600):
        looks = GoalLooks((Goal(at_most=limit),), 0.95)
        return EnoughSearch(self.points, self.costs, looks, runs, APART)

    def least(self, limit):
        enough = np.flatnonzero(self.measure.ravel() <= limit)
        return enough[np.argmin(self.costs[enough])]


def is_right(world, limit, search, standing):
    """The answer is enough, and the true least is among the points that may be the least."""
    could = search.could_be_least(standing.verdicts, standing.steady)
    return world.measure.ravel()[standing.answer] <= limit and could[world.least(limit)]


def erlang_c(servers, load):
    """Share who wait in an M/M/c queue (A. Erlang, 1917)."""
    terms = [load**n / math.factorial(n) for n in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last)


def blocked_share(first, second, load=2.0, rates=(1.0, 0.8), room=8):
    """Share of arrivals who are turned away: two pools in tandem, blocking after service, exact by its Markov chain."""
    states = [(n, m) for n in range(room + 1) for m in range(second + first + 1) if m - second <= min(n, first)]
    place = {state: i for i, state in enumerate(states)}
    rate = np.zeros((len(states), len(states)))
    for (n, m), i in place.items():  # n at the first pool, blocked ones too; m who are or want to be at the second
        blocked = max(0, m - second)
        busy = min(n, first) - blocked
        if n < room:
            rate[i, place[n + 1, m]] += load
        if busy:
            to = (n - 1, m + 1) if m < second else (n, m + 1)
            rate[i, place[to]] += busy * rates[0]
        if m:
            to = (n - 1, m - 1) if blocked else (n, m - 1)
            rate[i, place[to]] += min(m, second) * rates[1]
    np.fill_diagonal(rate, -rate.sum(axis=1))
    balance = np.vstack([rate.T, np.ones(len(states))])
    share = np.linalg.lstsq(balance, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    return sum(share[place[state]] for state in states if state[0] == room)


def test_least_servers_of_a_queue_are_those_of_erlang_in_95_of_100_repetitions():
    load, limit = 8.0, 0.15
    waiting = [erlang_c(servers, load) for servers in range(9, 22)]
    right = 0
    for seed in range(100):
        world = World(waiting, range(9, 22), seed)
        search = world.search(limit)
        standing = search.standing(world.known)
        right += is_right(world, limit, search, standing) and standing.answer == world.least(limit)
        assert sum(standing.looks.values()) <= 13 * 42 / 4
    assert right >= 95


def test_two_pools_in_tandem_are_those_of_the_exact_chain():
    exact = np.array([[blocked_share(first, second) for second in range(1, 7)] for first in range(1, 7)])
    assert (np.diff(exact, axis=0) < 1e-9).all() and (np.diff(exact, axis=1) < 1e-9).all()
    costs = np.add.outer(3.0 * np.arange(1, 7), 2.0 * np.arange(1, 7))
    right = runs = 0
    for seed in range(20):
        world = World(exact, costs, seed)
        search = world.search(0.05)
        standing = search.standing(world.known)
        right += is_right(world, 0.05, search, standing)
        runs += sum(standing.looks.values())
    assert right >= 19
    assert runs / 20 < 36 * 16 / 3  # of a grid with as many replications as a middle look


def test_where_the_most_of_everything_is_not_enough_nothing_is():
    world = World(np.full((6, 6), 100.0) - np.add.outer(np.arange(6), np.arange(6)), np.arange(36), 1)
    search = world.search(50.0)
    standing = search.standing(world.known)
    assert standing.answer is None and standing.finished and standing.complete
    assert list(standing.looks) == search.ends  # nothing else was tried
    assert list(standing.confirmed) == [search.highest]
    assert search.ruled_out(standing.verdicts, standing.steady).all()


def test_what_more_makes_worse_rules_nothing_out():
    """More of the second axis does harm: a point that is not enough says nothing of points with less of it."""
    measure = np.add.outer(100.0 - 8.0 * np.arange(6), 12.0 * np.arange(6))
    costs = np.add.outer(np.arange(6.0), np.arange(6.0))
    world = World(measure, costs, 2, common=0.01, own=0.005)
    search = world.search(70.0)
    standing = search.standing(world.known)
    assert standing.steady == (True, False)
    assert standing.answer == world.least(70.0)
    assert search.ruled_out({search.highest: NOT_ENOUGH}, standing.steady).sum() == 6
    assert search.ruled_out({search.highest: NOT_ENOUGH}, (True, True)).all()


def test_an_interrupted_search_goes_on_as_if_it_had_not_been():
    measure = 100.0 * np.exp(-np.add.outer(0.1 * np.arange(7), 0.15 * np.arange(7)))
    world = World(measure, np.add.outer(2.0 * np.arange(7), 3.0 * np.arange(7)), 3)
    whole = world.search(60.0).standing(world.known)
    stored, search = {}, world.search(60.0)
    for _ in range(200):  # each time a few of the wanted runs are made
        standing = search.standing(
            lambda row, numbers: world.known(row, numbers) if stored.get(row, 0) >= numbers.stop else None
        )
        if standing.finished:
            break
        for row, n in standing.looks.items():
            stored[row] = max(stored.get(row, 0), n)
        if standing.to_confirm is not None:
            stored[standing.to_confirm] = 42 + APART
    assert standing == whole


def test_what_other_years_contradict_is_no_answer():
    """A point looks enough in the years that choose, and is not in those that confirm: the next one is taken."""
    world = World([100.0, 80.0, 60.0, 40.0, 20.0], range(5), 4, own=0.001, common=0.001)

    def known(row, numbers):
        return world.known(row, numbers) * (1.5 if row == 2 and numbers.start else 1.0)

    standing = world.search(70.0).standing(known)
    assert standing.answer == 3
    assert standing.confirmed == {2: NOT_ENOUGH, 3: ENOUGH}


def test_runs_are_never_overspent():
    measure = 100.0 * np.exp(-np.add.outer(0.1 * np.arange(7), 0.15 * np.arange(7)))
    world = World(measure, np.add.outer(np.arange(7.0), np.arange(7.0)), 5)
    search = world.search(60.0, runs=60)
    standing = search.standing(world.known)
    assert sum(standing.looks.values()) + APART * len(standing.confirmed) <= 60
    assert standing.finished and not standing.complete


@pytest.mark.parametrize("at_least", [False, True])
def test_a_verdict_of_many_looks_is_wrong_no_more_often_than_was_asked(at_least):
    """At the limit itself either verdict is wrong: over all looks in at most 5 of 100 repetitions each."""
    goal = Goal(at_least=1.0) if at_least else Goal(at_most=1.0)
    looks, rng, first = GoalLooks((goal,), 0.95), np.random.default_rng(6), []
    for _ in range(200):
        values = 1.0 + 0.1 * rng.standard_normal(42)
        found = [looks.at_look(values[None, :n]) for n in looks.sizes]
        first.append(next((verdict for verdict in found if verdict != "undecided"), "undecided"))
    assert max(first.count(ENOUGH), first.count(NOT_ENOUGH)) <= 200 * 0.05
