"""Comparison with the best: its intervals hold all at once, and the best is in the set as often as it says."""

import numpy as np
import pytest

from flowsim.experiment.analysis.with_the_best import with_the_best

MEANS = np.array([10.0, 10.3, 10.3, 11.0, 14.0])
REPETITIONS, RUNS = 2000, 12


def worlds(higher=False, seed=5):
    """Many experiments: common patients, and points that differ the more, the further they lie apart."""
    rng = np.random.default_rng(seed)
    patients = rng.normal(0, 5, (REPETITIONS, 1, RUNS))
    own = np.cumsum(rng.normal(0, 0.5, (REPETITIONS, len(MEANS), RUNS)), axis=1)
    sign = -1.0 if higher else 1.0
    return sign * (MEANS[:, None] + patients + own)


@pytest.mark.parametrize("higher", [False, True], ids=["less is better", "more is better"])
def test_all_intervals_hold_at_once_and_the_best_is_in_the_set(higher):
    found = with_the_best(worlds(higher), higher, 0.95)
    others = np.array([np.delete(MEANS, i).min() for i in range(len(MEANS))])
    lead = others - MEANS
    holds = ((found.low <= lead + 1e-12) & (lead <= found.high + 1e-12)).all(axis=1)
    assert holds.mean() >= 0.95
    assert found.may_be_best[:, 0].mean() >= 0.95
    assert found.may_be_best[:, 4].mean() < 0.05  # and it is not the set of all points


def test_less_certainty_makes_a_smaller_set():
    values = worlds()
    sizes = [with_the_best(values, False, c).may_be_best.sum(axis=1).mean() for c in (0.5, 0.8, 0.95, 0.999)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_a_clear_best_stands_alone_and_is_ahead_of_the_next():
    values = np.array([[1.0, 2.0, 3.0, 4.0], [3.0, 4.1, 5.0, 6.1], [9.0, 9.0, 9.0, 9.1]])
    found = with_the_best(values, False, 0.95)
    assert found.may_be_best.tolist() == [True, False, False]
    assert found.low[0] == 0.0
    assert found.high[0] > found.lead[0] == pytest.approx(2.05)
    assert found.high[1:].tolist() == [0.0, 0.0]


def test_what_is_known_from_one_replication_is_not_ruled_out():
    values = np.array([[1.0, 2.0, 3.0], [9.0, np.nan, np.nan], [9.0, 10.0, 11.1]])
    assert with_the_best(values, False, 0.95).may_be_best.tolist() == [True, True, False]


def test_equal_points_are_both_among_the_best():
    values = np.array([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.1]])
    assert with_the_best(values, False, 0.95).may_be_best.tolist() == [True, True, False]
