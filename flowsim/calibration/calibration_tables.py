"""What calibration found, in tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from flowsim.calibration.calibration_problem import Parameter
from flowsim.calibration.ensemble import Ensemble
from flowsim.calibration.identifiability import NAMED, PRIOR_SD
from flowsim.calibration.search import Calibrated
from flowsim.measures.statistics import half_width

Z = 1.96  # of a 95% interval
A_TENTH = 0.1  # of the way between the bounds, by which sensitivities are told


def fit_table(found: Calibrated) -> pd.DataFrame:
    """Return how each target came out.

    Returns
    -------
    pandas.DataFrame
        ``measure``, ``unit``, ``target``, ``tolerance``; the means ``before``, ``after`` and ``unseen`` (patients that
        calibration did not see) with its 95% interval ``ci_low`` and ``ci_high``, and ``sd`` (between their
        replications); whether the target is ``met`` by both means, of the seen and of the unseen; ``source``.
    """
    aims = found.calibration.aims
    wanted, tolerances = found.calibration.wanted, found.calibration.tolerances
    before, after, unseen = (values.mean(axis=0) for values in (found.before, found.after, found.unseen))
    sd = found.unseen.std(axis=0, ddof=1)
    half = half_width(sd, len(found.unseen))
    met = (np.abs(after - wanted) <= tolerances) & (np.abs(unseen - wanted) <= tolerances)
    return pd.DataFrame(
        {
            "measure": [aim.measure for aim in aims],
            "unit": [aim.unit for aim in aims],
            "target": wanted,
            "tolerance": tolerances,
            "before": before,
            "after": after,
            "unseen": unseen,
            "ci_low": unseen - half,
            "ci_high": unseen + half,
            "sd": sd,
            "met": met,
            "source": [aim.source for aim in aims],
        }
    )


def parameter_table(found: Calibrated) -> pd.DataFrame:
    """Return where each parameter came to.

    Returns
    -------
    pandas.DataFrame
        ``parameter``, ``paths``, ``low`` and ``high`` (bounds), ``start``, ``calibrated``, ``ci_low`` and ``ci_high``
        (95%, given the targets), ``remaining`` (share of the width between the bounds that the targets leave open),
        ``at_a_bound``, ``why``.
    """
    free = found.calibration.parameters
    reach = Z * found.knowledge.sd
    ends = [np.clip(found.point + side, 0, 1) for side in (-reach, reach)]
    low, high = ([p.value(float(x)) for p, x in zip(free, end, strict=True)] for end in ends)
    point = found.calibration.on_grid(found.point)
    return pd.DataFrame(
        {
            **_free_settings(free),
            "calibrated": [p.value(float(x)) for p, x in zip(free, point, strict=True)],
            "ci_low": low,
            "ci_high": high,
            "remaining": found.knowledge.remaining,
            "at_a_bound": found.at_a_bound,
            "why": [p.why for p in free],
        }
    )


def sensitivity_table(found: Calibrated) -> pd.DataFrame:
    """Return what each target answers to.

    Returns
    -------
    pandas.DataFrame
        One row a parameter and target: ``parameter``, ``measure``, ``change`` (of the measure, as the parameter moves a
        tenth of the way between its bounds), ``tolerances`` (the same in tolerances of the target).
    """
    change = A_TENTH * found.jacobian
    free, aims = found.calibration.parameters, found.calibration.aims
    return pd.DataFrame(
        {
            "parameter": np.repeat([p.name for p in free], len(aims)),
            "measure": np.tile([aim.measure for aim in aims], len(free)),
            "change": change.T.ravel(),
            "tolerances": (change / found.calibration.tolerances[:, None]).T.ravel(),
        }
    )


def direction_table(found: Calibrated) -> pd.DataFrame:
    """Return which combinations of parameters the targets tell, the best known first.

    Returns
    -------
    pandas.DataFrame
        One row a direction and parameter that matters in it: ``direction`` (counted from 1), ``told`` (how much more
        the targets say about it than the bounds), ``identified``, ``parameter``, ``loading``.
    """
    names = [p.name for p in found.calibration.parameters]
    rows = [
        (number, told, told >= 1, names[i], direction[i])
        for number, (told, direction) in enumerate(
            zip(found.knowledge.told, found.knowledge.directions, strict=True), 1
        )
        for i in np.argsort(-np.abs(direction), kind="stable")
        if abs(direction[i]) >= NAMED
    ]
    return pd.DataFrame(rows, columns=["direction", "told", "identified", "parameter", "loading"])


def ensemble_fit_table(ensemble: Ensemble) -> pd.DataFrame:
    """Return how the targets come out in the members of an ensemble.

    Returns
    -------
    pandas.DataFrame
        ``measure``, ``unit``, ``target``, ``tolerance``; ``low``, ``mean`` and ``high`` of the members' means with the
        patients by which they were chosen; ``unseen``, the mean of all with other patients, and ``unseen_met``, the
        share of members within the tolerance there; ``met``, whether all are with the first; ``source``.
    """
    aims = ensemble.calibration.aims
    wanted, tolerances = ensemble.calibration.wanted, ensemble.calibration.tolerances
    means, unseen = ensemble.values.mean(axis=1), ensemble.unseen.mean(axis=1)
    return pd.DataFrame(
        {
            "measure": [aim.measure for aim in aims],
            "unit": [aim.unit for aim in aims],
            "target": wanted,
            "tolerance": tolerances,
            "low": means.min(axis=0),
            "mean": means.mean(axis=0),
            "high": means.max(axis=0),
            "unseen": unseen.mean(axis=0),
            "unseen_met": (np.abs(unseen - wanted) <= tolerances).mean(axis=0),
            "met": (np.abs(means - wanted) <= tolerances).all(axis=0),
            "source": [aim.source for aim in aims],
        }
    )


def member_table(ensemble: Ensemble) -> pd.DataFrame:
    """Return where the members lie.

    Returns
    -------
    pandas.DataFrame
        One row a parameter: ``parameter``, ``paths``, ``low`` and ``high`` (bounds), ``start`` (the city they vary),
        ``lowest``, ``mean``, ``highest`` of the members, ``spread`` (standard deviation of their positions relative to
        that of a value anywhere between the bounds), ``why``.
    """
    free, points = ensemble.calibration.parameters, ensemble.points
    ends = {"lowest": points.min(axis=0), "mean": points.mean(axis=0), "highest": points.max(axis=0)}
    return pd.DataFrame(
        {
            **_free_settings(free),
            **{name: [p.value(float(x)) for p, x in zip(free, end, strict=True)] for name, end in ends.items()},
            "spread": points.std(axis=0, ddof=1) / PRIOR_SD,
            "why": [p.why for p in free],
        }
    )


def _free_settings(free: Sequence[Parameter]) -> dict[str, list[Any]]:
    """Return the columns that say which settings are free, within which bounds, and where they started."""
    return {
        "parameter": [p.name for p in free],
        "paths": [" ".join(p.settings) for p in free],
        "low": [p.low for p in free],
        "high": [p.high for p in free],
        "start": [p.start for p in free],
    }
