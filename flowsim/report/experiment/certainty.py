"""How sure an answer is: how much of it is assumed, and whether it holds in other versions of the city."""

from __future__ import annotations

import numpy as np

from flowsim.config.intervention_schema import Intervention
from flowsim.config.value_sources import count_sources
from flowsim.report import labels
from flowsim.report.experiment.across import across, sign_in_words
from flowsim.report.experiment.results_view import View

_ASSUMED = "assumption"


def sentences(view: View, scenario: str) -> str:
    """Say how precise and how assumed it is, whether it holds across the ensemble, and what is uneven."""
    parts = (
        _windows(view),
        _precision(view),
        _numbers(view),
        _interventions(view, scenario),
        _ensemble(view, scenario),
    )
    return " ".join(text for text in parts if text)


def _numbers(view: View) -> str:
    count = count_sources(view.base.file)
    return count.in_words if count else ""


def _interventions(view: View, scenario: str) -> str:
    known = view.scenarios.get(scenario)
    places = known.config.interventions.values() if known else ()
    if not places:
        return ""
    assumed = [_is_assumed(place.intervention) for place in places]
    if not any(assumed):
        return ""
    if len(assumed) == 1:
        return "What the change does is partly assumed."
    who = f"all {len(assumed)}" if all(assumed) else f"{sum(assumed)} of the {len(assumed)}"
    return f"What {who} changes do is partly assumed."


def _ensemble(view: View, scenario: str) -> str:
    """Say in how many versions of the city the scenario helps, and in how many it is the best."""
    members = len(view.experiment.members)
    if not members:
        return "Only one version of the city was tried."
    table = view.by_replication(view.headline)
    if scenario == view.baseline or scenario not in table or view.baseline not in table:
        return f"The intervals cover {members} versions of the city."
    sign = view.better or -1
    gains = sign * (table[scenario] - table[view.baseline])
    others = [name for name in view.ranked if name in table]
    best = (sign * table[others]).max(axis=1)
    helps, first = int((gains > 0).sum()), int(np.isclose(sign * table[scenario], best).sum())
    known = int(gains.notna().sum())
    text = f"It helps in {helps} of {known} versions of the city that all match the published figures"
    text = f"{text}, and is best in {first}." if len(others) > 1 else f"{text}."
    its = across(view, scenario)
    doubt = sign_in_words(view, its) if its else ""
    return f"{text} It {doubt}." if doubt else text


def _windows(view: View) -> str:
    """Say so where scenarios count other days than the baseline: their totals are then not of one kind."""
    days = {name: scenario.config.run.horizon_days for name, scenario in view.scenarios.items()}
    base = days.get(view.baseline, view.base.run.horizon_days)
    other = [name for name in view.scenarios if days[name] != base]
    if not other:
        return ""
    named = labels.listed([f"“{view.short(name)}” {days[name]} days" for name in other[:2]])
    more = f" and {len(other) - 2} more differ" if len(other) > 2 else ""
    return f"Careful: scenarios count different days ({named}{more}; the baseline {base}), so they are hard to compare."


def _precision(view: View) -> str:
    """Say so where the precision that was asked for was not reached."""
    found = view.results.precision
    return "" if found is None or found.reached else found.in_words(f"“{view.label(found.measure)}”")


def _is_assumed(it: Intervention) -> bool:
    """Whether what an intervention does is an assumption, at least in part; without evidence it is."""
    return not it.evidence or any(evidence.source.startswith(_ASSUMED) for evidence in it.evidence)
