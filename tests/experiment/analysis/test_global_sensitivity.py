"""Indices of functions, and of a queue, whose exact values are known."""

import numpy as np
import pytest
from small_networks import LEAVE, network, people, units

from flowsim.engine import compiled_engine
from flowsim.experiment.analysis.global_sensitivity import MORRIS, SOBOL, block_size, indices, sample
from flowsim.experiment.analysis.what_turns import first_turn, fit
from flowsim.model.network import Activity

ARRIVALS, SERVICE = (0.4, 0.8), (1.0, 1.4)  # a day


def within(ends, share):
    return ends[0] + share * (ends[1] - ends[0])


def time_in_system(points):
    """Mean time in an M/M/1 queue: 1 / (service rate - arrival rate)."""
    return 1 / (within(SERVICE, points[:, 1]) - within(ARRIVALS, points[:, 0]))


def exact(model, settings):
    """First and total indices of a function of two settings, by numerical integration (Gauss and Legendre)."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    share, weight = (nodes + 1) / 2, weights / 2
    grid = np.stack(np.meshgrid(share, share, indexing="ij"), axis=-1).reshape(-1, settings)
    values = model(grid).reshape(40, 40)
    mean = weight @ values @ weight
    variance = weight @ (values - mean) ** 2 @ weight
    of_each = np.array([weight @ (values @ weight - mean) ** 2, weight @ (weight @ values - mean) ** 2]) / variance
    return of_each, 1 - of_each[::-1]


def test_the_indices_of_ishigami_are_the_exact_ones():
    a, b = 7.0, 0.1
    points = sample(SOBOL, 3, 1024, seed=1)
    x = np.pi * (2 * points - 1)
    found = indices(SOBOL, points, np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0]), 1)
    # T. Ishigami and T. Homma, An importance quantification technique, 1990.
    parts = np.array([(1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8, 0.0, b**2 * np.pi**8 * 8 / 225])
    total = parts.sum()
    assert found["s1"] == pytest.approx(parts[:3] / total, abs=0.02)
    assert found["st"] == pytest.approx((parts[:3] + np.array([1, 0, 1]) * parts[3]) / total, abs=0.02)
    assert (found["st_low"] < found["st"]).all()
    assert (found["st"] < found["st_high"]).all()


def test_the_indices_of_the_time_in_a_queue_are_the_exact_ones():
    points = sample(SOBOL, 2, 512, seed=3)
    found = indices(SOBOL, points, time_in_system(points), 3)
    first, total = exact(time_in_system, 2)
    assert found["s1"] == pytest.approx(first, abs=0.01)
    assert found["st"] == pytest.approx(total, abs=0.01)


def test_a_simulated_queue_has_about_these_indices():
    """The same draws of people in all cities of a block: what is left of chance is small."""
    points = sample(SOBOL, 2, 16, seed=3)
    net = network(Activity("seen", "clinic", "leave", pool="one", duration="care"), LEAVE, pools=[units("one", 1)])
    found = []
    for i, (arrivals, service) in enumerate(points):
        rng = np.random.default_rng(i // block_size(SOBOL, 2))
        gaps, care = rng.exponential(size=(2, 400))
        came = np.cumsum(gaps) / within(ARRIVALS, arrivals)
        log = compiled_engine.run(net, people(*came, care=care / within(SERVICE, service)), 4000.0)
        seen = log.activity == 0
        found.append(np.mean(log.ended[seen] - log.requested[seen]))
    first, total = exact(time_in_system, 2)
    mine = indices(SOBOL, points, np.array(found), 3)
    assert mine["st"] == pytest.approx(total, abs=0.3)
    assert (np.argmax(mine["st"]), np.argmax(first)) == (0, 0)


def test_a_straight_line_has_its_slopes_and_no_spread():
    points = sample(MORRIS, 3, 4, seed=1)
    found = indices(MORRIS, points, points @ [5.0, -2.0, 0.0], 1)
    assert found["mu"] == pytest.approx([5.0, -2.0, 0.0])
    assert found["mu_star"] == pytest.approx([5.0, 2.0, 0.0])
    assert found["sigma"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("method", [MORRIS, SOBOL])
def test_a_failed_run_takes_its_block_along_and_no_other(method):
    points, size = sample(method, 2, 8, seed=1), block_size(method, 2)
    outcomes = points @ [3.0, 1.0]
    broken = outcomes.copy()
    broken[size + 1] = np.nan
    left = np.r_[:size, 2 * size : len(points)]
    of_others = indices(method, points[left], outcomes[left], 1)
    assert all(np.array_equal(of_others[name], its) for name, its in indices(method, points, broken, 1).items())


def test_nothing_is_said_of_an_outcome_that_is_never_there():
    points = sample(SOBOL, 2, 4, seed=1)
    assert np.isnan(indices(SOBOL, points, np.full(len(points), np.nan), 1)["st"]).all()


def test_a_scenario_stops_being_best_where_the_lines_cross():
    """The first has 10, and 4 more along the setting; the second has 12 throughout: they are equal half way."""
    points = sample(MORRIS, 2, 8, seed=1)
    first, second = (fit(points, points @ np.array(slopes), 3) for slopes in ([4.0, 1.0], [0.0, 1.0]))
    turn = first_turn(np.array([10.0, 12.0]), [first, second], 0, 0.0, -1, 0)
    assert turn.scenario == 1
    assert turn.share == pytest.approx(0.5, abs=0.01)
    assert first_turn(np.array([10.0, 12.0]), [first, second], 1, 0.0, -1, 0) is None
    # With more of it better, the second is the best, and the setting turns that at the same place.
    assert first_turn(np.array([10.0, 12.0]), [first, second], 0, 0.0, 1, 1).scenario == 0


def test_a_bent_line_is_fitted_whatever_divides_the_blocks():
    points = sample(MORRIS, 2, 10, seed=1)
    chance = np.repeat(np.random.default_rng(1).normal(size=10), 3)
    found = fit(points, 2 * points[:, 0] + 3 * points[:, 0] ** 2 - points[:, 1] + chance, 3)
    assert found.r2 == pytest.approx(1.0)
    assert found.change(0, 0.0, np.array([1.0])) == pytest.approx([5.0])
    assert found.change(1, 0.5, np.array([0.0])) == pytest.approx([0.5])
