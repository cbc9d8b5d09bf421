"""Whether a calibration has found the settings that made its figures."""

import numpy as np


def assert_recovered(found, true_values):
    """Assert that each true value is in a 95% interval that says something, and that the search did not start there."""
    truth = [p.position(value) for p, value in zip(found.calibration.parameters, true_values, strict=True)]
    assert np.all(np.abs(found.point - truth) < 1.96 * found.posterior.sd)
    assert np.all(found.posterior.remaining_uncertainty < 0.5)
    assert np.all(np.abs(found.calibration.start - truth) > 1.96 * found.posterior.sd)
    assert not found.at_a_bound.any()
