"""The results of a calibration or an ensemble, in tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.ensemble import Ensemble
from flowsim.calibration.free_settings import Parameter
from flowsim.calibration.identifiability import NAMED, PRIOR_SD
from flowsim.calibration.leave_one_out import WithoutEntry
from flowsim.calibration.search import Calibrated
from flowsim.config.periods import financial_year_of, parse_period
from flowsim.measures.statistics import half_width, interval

_FEW = 4  # figures of a series that are shown one by one on a screen
Z = 1.96  # of a 95% interval
A_TENTH = 0.1  # of the way between the bounds: the step of the sensitivities


def fit_table(found: Calibrated) -> pd.DataFrame:
    """Return how well each target is matched.

    Returns
    -------
    pandas.DataFrame
        ``period`` (empty: all days that count), ``measure``, ``published``; ``simulated``, the mean with patients that
        were not used in the calibration, with its 95% interval ``ci_low`` and ``ci_high``; ``tolerance``; whether the
        target is ``met`` by that mean and by the one after calibration; ``fitted``, or only judged; ``city``, ``unit``;
        the means ``before`` and ``after`` calibration with its own patients; ``sd`` between the runs that were not
        used; ``source``.
    """
    calibration = found.calibration
    wanted, tolerances = calibration.target_values, calibration.tolerances
    before, after, held_out = (values.mean(axis=0) for values in (found.before, found.after, found.held_out))
    sd = found.held_out.std(axis=0, ddof=1)
    lowest, highest = np.array([target.bounds for target in calibration.targets]).T
    low, high = interval(held_out, half_width(sd, len(found.held_out)), lowest, highest)
    met = (np.abs(after - wanted) <= tolerances) & (np.abs(held_out - wanted) <= tolerances)
    its = _targets(calibration)
    return pd.DataFrame(
        {
            **{name: its[name] for name in ("period", "measure", "published")},
            "simulated": held_out,
            "ci_low": low,
            "ci_high": high,
            "tolerance": tolerances,
            "met": met,
            "fitted": calibration.fitted,
            **{name: its[name] for name in ("city", "unit")},
            "before": before,
            "after": after,
            "sd": sd,
            "source": [target.source for target in calibration.targets],
        }
    )


def fit_in_short(found: Calibrated) -> pd.DataFrame:
    """Return `fit_table` for a screen: the figures of a series that has more than a few as one row, their means.

    Returns
    -------
    pandas.DataFrame
        ``measure``, ``period``, ``published``, ``tolerance``, ``before``, ``after``, ``simulated``; ``met`` as text.
    """
    fit = fit_table(found)
    fit["met"] = np.where(fit["met"], "met", "missed")
    series = np.array(
        [f"{target.series} {target.city}" if target.series else "" for target in found.calibration.targets]
    )
    rows = []
    for number, name in enumerate(series):
        inside = fit[series == name]
        if not name or len(inside) <= _FEW:
            rows.append(fit.iloc[number].to_dict())
        elif inside.index[0] == number:
            means = inside[["published", "tolerance", "before", "after", "simulated"]].mean().to_dict()
            met = f"{(inside['met'] == 'met').sum()} of {len(inside)} met"
            ends = f"{inside['period'].iloc[0]} to {inside['period'].iloc[-1]}"
            rows.append({"measure": inside["measure"].iloc[0], "period": ends, **means, "met": met})
    return pd.DataFrame(rows)


def parameter_table(found: Calibrated) -> pd.DataFrame:
    """Return the calibrated parameters.

    Returns
    -------
    pandas.DataFrame
        ``parameter``, ``paths``, ``low`` and ``high`` (bounds), ``start``, ``calibrated``, ``ci_low`` and ``ci_high``
        (95%, given the targets), ``remaining_uncertainty`` (standard deviation relative to that of the prior),
        ``at_a_bound``, ``why``.
    """
    free = found.calibration.parameters
    half = Z * found.posterior.sd
    ends = [np.clip(found.point + side, 0, 1) for side in (-half, half)]
    low, high = ([p.value(float(x)) for p, x in zip(free, end, strict=True)] for end in ends)
    point = found.calibration.on_grid(found.point)
    return pd.DataFrame(
        {
            **_free_settings(free),
            "calibrated": [p.value(float(x)) for p, x in zip(free, point, strict=True)],
            "ci_low": low,
            "ci_high": high,
            "remaining_uncertainty": found.posterior.remaining_uncertainty,
            "at_a_bound": found.at_a_bound,
            "why": [p.why for p in free],
        }
    )


def sensitivity_table(found: Calibrated) -> pd.DataFrame:
    """Return which parameters each target responds to.

    Returns
    -------
    pandas.DataFrame
        One row a parameter and target: ``parameter``, ``measure``, ``period``, ``city``, ``change`` (of the measure, as
        the parameter moves a tenth of the way between its bounds), ``tolerances`` (the same in tolerances of the
        target).
    """
    change = A_TENTH * found.jacobian
    free, its = found.calibration.parameters, _targets(found.calibration)
    return pd.DataFrame(
        {
            "parameter": np.repeat([p.name for p in free], len(found.calibration.targets)),
            **{name: np.tile(its[name], len(free)) for name in ("measure", "period", "city")},
            "change": change.T.ravel(),
            "tolerances": (change / found.calibration.tolerances[:, None]).T.ravel(),
        }
    )


def direction_table(found: Calibrated) -> pd.DataFrame:
    """Return which combinations of parameters the targets identify, the best identified first.

    Returns
    -------
    pandas.DataFrame
        One row a direction and parameter that matters in it: ``direction`` (counted from 1), ``information`` (how much
        more the targets say about it than the bounds), ``identified``, ``parameter``, ``loading``.
    """
    names, known = [p.name for p in found.calibration.parameters], found.posterior
    rows = [
        (number, information, information >= 1, names[i], direction[i])
        for number, (information, direction) in enumerate(zip(known.information, known.directions, strict=True), 1)
        for i in np.argsort(-np.abs(direction), kind="stable")
        if abs(direction[i]) >= NAMED
    ]
    return pd.DataFrame(rows, columns=["direction", "information", "identified", "parameter", "loading"])


def history_table(found: Calibrated, without: Sequence[WithoutEntry]) -> pd.DataFrame:
    """Return what the fit loses without each entry of the history.

    Returns
    -------
    pandas.DataFrame
        Rows of each ``entry``: one for all targets that are fitted, one for each financial year of theirs, and one for
        each measure or series (``group``: all, year, measure; ``name`` says which). ``title``; squared standard
        deviations by which the targets are missed, ``with_it``, ``without_it``, and ``refitted`` (the other settings
        fitted again in part); ``loss`` (refitted - with_it); how many ``numbers`` it has; of all targets, whether it
        ``earns_its_place``; ``source``.
    """
    fitted = [target for target in found.calibration.targets if target.fit]
    groups = {
        "all": ["" for _ in fitted],
        "year": [financial_year_of(parse_period(t.period).months[0]) if t.period else "" for t in fitted],
        "measure": [target.series or target.measure for target in fitted],
    }
    rows = []
    for its in without:
        for group, names in groups.items():
            for name in dict.fromkeys(names):
                inside = np.array([other == name for other in names])
                fits = (its.with_it[inside], its.without_it[inside], its.refitted[inside])
                sums = [float(missed @ missed) for missed in fits]
                said = (sums[2] - sums[0], its.numbers, its.earns_its_place if group == "all" else None)
                rows.append((its.entry, its.title, group, name, *sums, *said, its.source))
    columns = ["entry", "title", "group", "name", "with_it", "without_it", "refitted", "loss", "numbers"]
    return pd.DataFrame(rows, columns=[*columns, "earns_its_place", "source"])


def ensemble_fit_table(ensemble: Ensemble) -> pd.DataFrame:
    """Return how well the members of an ensemble match the targets.

    Returns
    -------
    pandas.DataFrame
        ``period``, ``measure``, ``published``, ``city``, ``unit``, ``tolerance``; ``low``, ``mean`` and ``high`` of the
        members' means with the seed by which they were chosen; ``held_out``, the mean of all with a held-out seed, and
        ``held_out_met``, the share of members within the tolerance there; ``met``, whether all are with the first;
        ``source``.
    """
    wanted, tolerances = ensemble.calibration.target_values, ensemble.calibration.tolerances
    means, held_out = ensemble.values.mean(axis=1), ensemble.held_out.mean(axis=1)
    return pd.DataFrame(
        {
            **_targets(ensemble.calibration),
            "low": means.min(axis=0),
            "mean": means.mean(axis=0),
            "high": means.max(axis=0),
            "held_out": held_out.mean(axis=0),
            "held_out_met": (np.abs(held_out - wanted) <= tolerances).mean(axis=0),
            "met": (np.abs(means - wanted) <= tolerances).all(axis=0),
            "source": [target.source for target in ensemble.calibration.targets],
        }
    )


def member_table(ensemble: Ensemble) -> pd.DataFrame:
    """Return how the parameters vary between members.

    Returns
    -------
    pandas.DataFrame
        One row a parameter: ``parameter``, ``paths``, ``low`` and ``high`` (bounds), ``start`` (the city they vary),
        ``lowest``, ``mean``, ``highest`` of the members, ``spread`` (standard deviation of their positions relative to
        that of the prior), ``why``.
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


def _targets(calibration: Calibration) -> dict[str, Any]:
    """Return the columns that say what the targets are."""
    targets = calibration.targets
    return {
        "period": [target.period for target in targets],
        "measure": calibration.measures,
        "published": calibration.target_values,
        "city": [target.city for target in targets],
        "unit": [target.unit for target in targets],
        "tolerance": calibration.tolerances,
    }


def _free_settings(free: Sequence[Parameter]) -> dict[str, list[Any]]:
    """Return the columns that say which settings are free, their bounds, and their values before."""
    return {
        "parameter": [p.name for p in free],
        "paths": [" ".join(p.settings) for p in free],
        "low": [p.low for p in free],
        "high": [p.high for p in free],
        "start": [p.start for p in free],
    }
