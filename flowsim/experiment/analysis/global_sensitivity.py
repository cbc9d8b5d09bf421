"""Global sensitivity: which of many settings, varied together, move an outcome. Samples and indices are SALib's.

A setting is a share of the way along its range, from 0 to 1. Samples come in blocks whose rows are compared with each
other: a trajectory of Morris's method (each row changes one setting of the row before), or the rows of one draw of
Sobol's (A, then A with one setting after the other from B, then B).

Sources: M. Morris, Factorial sampling plans for preliminary computational experiments, Technometrics 33, 1991; F.
Campolongo, J. Cariboni and A. Saltelli, An effective screening design for sensitivity analysis of large models,
Environmental Modelling and Software 22, 2007 (mu*); A. Saltelli and others, Variance based sensitivity analysis of
model output, Computer Physics Communications 181, 2010 (S1, ST); T. Iwanaga, W. Usher and J. Herman, Toward SALib 2.0,
Socio-Environmental Systems Modelling 4, 2022.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from flowsim.experiment.analysis.paired import Floats

MORRIS, SOBOL = "morris", "sobol"
MORRIS_COLUMNS = ("mu_star", "mu_star_low", "mu_star_high", "mu", "sigma")
SOBOL_COLUMNS = ("s1", "s1_low", "s1_high", "st", "st_low", "st_high")
_LEVELS = 4
_RESAMPLES = 500
_BLOCKS = 2  # fewer tell nothing about how certain an index is


def block_size(method: str, settings: int) -> int:
    """Return how many rows of a sample are compared with each other."""
    return settings + (1 if method == MORRIS else 2)


def sample(method: str, settings: int, blocks: int, seed: int) -> Floats:
    """Return points at which to run a model.

    Parameters
    ----------
    method : str
        `MORRIS` or `SOBOL`.
    settings : int
        How many settings are varied.
    blocks : int
        How many trajectories, or draws (a power of 2).
    seed : int
        The same seed gives the same points.

    Returns
    -------
    numpy.ndarray of float, shape (blocks * block size, settings)
        Shares of the way along each range.
    """
    # Here: SALib takes longer to import than all else that a run needs.
    if method == MORRIS:
        from SALib.sample import morris

        points = morris.sample(_problem(settings), blocks, num_levels=_LEVELS, seed=seed)
    else:
        from SALib.sample import sobol

        points = sobol.sample(_problem(settings), blocks, calc_second_order=False, seed=seed)
    return np.asarray(points, dtype=float)


def indices(method: str, points: Floats, outcomes: Floats, seed: int) -> dict[str, Floats]:
    """Return how much each setting moves an outcome, with 95% intervals by bootstrap over the blocks.

    A block in which an outcome is missing (NaN) is left out.

    Parameters
    ----------
    method : str
        That of the sample.
    points : numpy.ndarray of float, shape (rows, settings)
        From `sample`.
    outcomes : numpy.ndarray of float, shape (rows,)
        What was found there.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict of str to numpy.ndarray of float, shape (settings,)
        By Morris's method `MORRIS_COLUMNS`: ``mu_star`` and ``mu``, the mean size and the mean of how much the outcome
        changes if the setting goes from one end of its range to the other, and ``sigma``, the standard deviation of
        that over the places of the others (of a straight effect without interaction it is 0). By Sobol's
        `SOBOL_COLUMNS`: the share of the variance of the outcome that goes if the setting is known (``s1``), and that
        stays if all others are known (``st``). NaN where they cannot be known: with fewer than two blocks, or shares
        of an outcome that does not vary.
    """
    settings, size = points.shape[1], block_size(method, points.shape[1])
    whole = np.isfinite(outcomes.reshape(-1, size)).all(axis=1)
    points, outcomes = points[np.repeat(whole, size)], outcomes[np.repeat(whole, size)]
    columns = MORRIS_COLUMNS if method == MORRIS else SOBOL_COLUMNS
    if whole.sum() < _BLOCKS or (method == SOBOL and np.ptp(outcomes) == 0):
        return {name: np.full(settings, np.nan) for name in columns}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a power of 2, which blocks that are left out undo
        return _morris(points, outcomes, seed) if method == MORRIS else _sobol(settings, outcomes, seed)


def _morris(points: Floats, outcomes: Floats, seed: int) -> dict[str, Floats]:
    from SALib.analyze import morris

    found: Mapping[str, Any] = morris.analyze(
        _problem(points.shape[1]), points, outcomes, num_levels=_LEVELS, num_resamples=_RESAMPLES, seed=seed
    )
    star, half = (np.asarray(found[name], dtype=float) for name in ("mu_star", "mu_star_conf"))
    ends = np.maximum(star - half, 0.0), star + half
    mu, sigma = (np.asarray(found[name], dtype=float) for name in ("mu", "sigma"))
    return dict(zip(MORRIS_COLUMNS, (star, *ends, mu, sigma), strict=True))


def _sobol(settings: int, outcomes: Floats, seed: int) -> dict[str, Floats]:
    from SALib.analyze import sobol

    found: Mapping[str, Any] = sobol.analyze(
        _problem(settings), outcomes, calc_second_order=False, num_resamples=_RESAMPLES, seed=seed + 1
    )  # it takes a seed of 0 for none
    columns = []
    for name in ("S1", "ST"):
        index, half = (np.asarray(found[key], dtype=float) for key in (name, f"{name}_conf"))
        columns += [index, index - half, index + half]
    return dict(zip(SOBOL_COLUMNS, columns, strict=True))


def _problem(settings: int) -> dict[str, Any]:
    return {"num_vars": settings, "names": [str(i) for i in range(settings)], "bounds": [[0.0, 1.0]] * settings}
