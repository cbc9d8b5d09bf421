"""The curve of a service: its capacity as a line, or as steps where it changes."""

import numpy as np

from flowsim.report.figures.curve_figures import draw_pool
from flowsim.report.figures.figure_data import PoolThroughYear

DATES = np.datetime64("2016-04-01") + np.arange(365)


def dashed(data):
    figure = draw_pool(data, narrow=False)
    (line,) = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    return np.asarray(line.get_ydata(), dtype=float)


def test_a_capacity_that_changes_is_drawn_as_it_was_on_each_day():
    steps = np.where(np.arange(365) < 200, 136.0, 122.0)
    in_use = np.full((1, 365), 100.0)
    assert np.array_equal(dashed(PoolThroughYear(DATES, in_use, 130.0, 0.0, steps)), steps)
    assert set(dashed(PoolThroughYear(DATES, in_use, 136.0, 0.0))) == {136.0}
