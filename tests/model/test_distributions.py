"""Each distribution against its parameters, by averaging its quantiles over an even grid of a million uniforms.

The grid cuts off what lies beyond the last half millionth, so tolerances are those of the heaviest tail: 0.5% for a
mean and 2% for a standard deviation.
"""

import math

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy.special import gamma as gamma_function
from scipy.special import gammaincinv
from scipy.stats import gamma, weibull_min

from flowsim.config.types import AGE_BANDS, Distribution
from flowsim.model.distributions import choose, inverse, inverse_by, lognormal_parameters

GRID = (np.arange(1_000_000) + 0.5) / 1_000_000
MEAN, SD, QUANTILE = 0.005, 0.02, 1e-5


def distribution(kind: str, **parameters):
    return TypeAdapter(Distribution).validate_python({"distribution": kind, **parameters})


def quantiles(kind: str, **parameters) -> np.ndarray:
    return inverse(distribution(kind, **parameters), GRID)


@pytest.mark.parametrize(("mean", "sd"), [(3.9, 6.5), (5.0, 1.0), (0.02, 0.03)])
def test_lognormal_by_mean_and_sd(mean, sd):
    values = quantiles("lognormal", mean=mean, sd=sd)
    assert values.mean() == pytest.approx(mean, rel=MEAN)
    assert values.std() == pytest.approx(sd, rel=SD)


@pytest.mark.parametrize(("mean", "median"), [(28, 14), (35, 30), (1.0, 0.99)])
def test_lognormal_by_mean_and_median(mean, median):
    values = quantiles("lognormal", mean=mean, median=median)
    assert values.mean() == pytest.approx(mean, rel=MEAN)
    assert np.median(values) == pytest.approx(median, rel=QUANTILE)


def test_both_ways_to_give_a_lognormal_are_one():
    mu, sigma = lognormal_parameters(distribution("lognormal", mean=20, median=12))
    sd = 20 * math.sqrt(math.expm1(sigma**2))
    assert lognormal_parameters(distribution("lognormal", mean=20, sd=sd)) == pytest.approx((mu, sigma))


@pytest.mark.parametrize(("mean", "sd"), [(15, 8), (2.5, 1.2), (1.0, 3.0)])
def test_gamma_by_mean_and_sd(mean, sd):
    values = quantiles("gamma", mean=mean, sd=sd)
    assert values.mean() == pytest.approx(mean, rel=MEAN)
    assert values.std() == pytest.approx(sd, rel=SD)
    shape = (mean / sd) ** 2
    assert np.median(values) == pytest.approx(gamma(shape, scale=mean / shape).median(), rel=QUANTILE)


@pytest.mark.parametrize("shape", [0.05, 0.1, 0.3, 0.9, 1.0, 1.78, 5.7, 25.0, 1e4, 1e8])
def test_gamma_quantiles_are_those_of_the_exact_inverse(shape):
    """To far below the grid of time, for every uniform but 0 that can be drawn; they come from a table."""
    u = np.r_[2.0**-53, 1e-12, 1e-6, GRID[::101], 1 - 1e-6, 1 - 1e-12, 1 - 2.0**-53]
    mean, sd = 10.0, 10.0 / math.sqrt(shape)
    exact = gammaincinv(shape, u) * (mean / shape)
    values = inverse(distribution("gamma", mean=mean, sd=sd), u)
    assert np.all(np.abs(values - exact) <= 1e-10 * exact)


def test_exponential_by_its_mean():
    values = quantiles("exponential", mean=5)
    assert values.mean() == pytest.approx(5, rel=MEAN)
    assert values.std() == pytest.approx(5, rel=SD)
    assert np.median(values) == pytest.approx(5 * math.log(2), rel=QUANTILE)


@pytest.mark.parametrize(("scale", "shape"), [(944, 0.55), (10, 2.0), (3, 1.0)])
def test_weibull_by_scale_and_shape(scale, shape):
    values = quantiles("weibull", scale=scale, shape=shape)
    assert values.mean() == pytest.approx(scale * gamma_function(1 + 1 / shape), rel=MEAN)
    assert values.std() == pytest.approx(weibull_min(shape, scale=scale).std(), rel=SD)
    # Survival beyond t is exp(-(t / scale) ** shape): 1/e of all live beyond the scale.
    assert np.mean(values > scale) == pytest.approx(math.exp(-1), abs=1e-5)


def test_fixed_is_fixed():
    assert np.array_equal(inverse(distribution("fixed", value=0.75), np.array([0.0, 0.3, 0.999])), [0.75] * 3)


def test_empirical_draws_values_as_they_stand():
    values = quantiles("empirical", values=[7, 1, 3])
    assert set(values) == {1.0, 3.0, 7.0}
    assert values.mean() == pytest.approx(11 / 3, rel=1e-5)
    weighted = quantiles("empirical", values=[7, 1, 3], weights=[1, 6, 3])
    assert [np.mean(weighted == x) for x in (1, 3, 7)] == pytest.approx([0.6, 0.3, 0.1], abs=1e-5)


ALL = [
    ("exponential", {"mean": 5}),
    ("lognormal", {"mean": 5, "sd": 4}),
    ("gamma", {"mean": 5, "sd": 4}),
    ("weibull", {"scale": 5, "shape": 0.6}),
    ("empirical", {"values": [3, 1, 2]}),
]


@pytest.mark.parametrize(("kind", "parameters"), ALL)
def test_a_larger_uniform_is_a_larger_value_and_every_uniform_has_one(kind, parameters):
    edge = np.r_[0.0, 1e-300, 2.0**-53, GRID[::1000], 1 - 2.0**-53]
    values = inverse(distribution(kind, **parameters), edge)
    assert np.all(np.diff(values) >= 0)
    assert np.all(np.isfinite(values)) and np.all(values >= 0)


@pytest.mark.parametrize("kind", ["exponential", "lognormal", "gamma"])
def test_a_larger_mean_is_longer_for_everybody(kind):
    """Two scenarios that differ in a mean keep everybody's rank: common random numbers."""
    spread = {} if kind == "exponential" else {"sd": 4}
    more_spread = {} if kind == "exponential" else {"sd": 8}
    u = GRID[1::500]
    assert np.all(
        2 * inverse(distribution(kind, mean=5, **spread), u)
        == pytest.approx(inverse(distribution(kind, mean=10, **more_spread), u), rel=1e-9)
    )


def test_each_age_band_has_its_own_distribution():
    by_age = [distribution("fixed", value=i) for i in range(len(AGE_BANDS))]
    bands = np.array([3, 0, 2, 1, 1], dtype=np.int32)
    assert np.array_equal(inverse_by(by_age, bands, np.full(5, 0.5)), bands)


def test_categories_are_chosen_by_their_shares():
    chosen = choose([0.2, 0.5, 0.3], GRID)
    assert [np.mean(chosen == i) for i in range(3)] == pytest.approx([0.2, 0.5, 0.3], abs=1e-5)
    assert choose([0.2, 0.5, 0.3], np.array([0.0, 0.2, 0.7, 1 - 2.0**-53])).tolist() == [0, 1, 2, 2]
    assert np.all(choose([0.0, 1.0, 0.0], GRID) == 1)
