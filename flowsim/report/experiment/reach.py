"""At what reach a scenario was tried, from when on, and what a smaller reach gives."""

from __future__ import annotations

import datetime as dt
import math

from flowsim.config.intervention_schema import DeployedIntervention
from flowsim.report import labels
from flowsim.report.differences import amount
from flowsim.report.experiment.results_view import View


def sentences(view: View, scenario: str) -> str:
    """Say whom a scenario reaches and by when, and what it gives where it reaches fewer people or comes later."""
    known = view.scenarios.get(scenario)
    if known is None or not known.config.interventions:
        return ""
    places = known.config.interventions
    text = f"{_now(list(places.values()))}."
    others = [(name, _coverage(view, name)) for name in view.scenarios if _same(view, name, scenario)]
    reached = _coverage(view, scenario)
    for name, coverage in sorted(others, key=lambda pair: -pair[1]):
        mean = view.mean(name, view.headline)["mean"]
        if coverage < reached and math.isfinite(mean):
            text += f" Reaching {coverage:.0%} gives {amount(mean, view.unit)}."
    if " gives " not in text and reached == 1:
        text += " Half the reach was not tried; expect clearly less."
    return text


def in_words(place: DeployedIntervention) -> str:
    """Return whom an intervention reaches, and from when on."""
    text = f"reaches {100 * place.coverage:.0f}%" if place.coverage < 1 else "reaches everybody"
    if place.from_date is not None:
        text += f" from {labels.long_date(place.from_date)}"
        text += f", growing over {place.ramp_days} days" if place.ramp_days else ""
    return text


def _now(places: list[DeployedIntervention]) -> str:
    """Return the reach of the interventions of a scenario, and when they have it."""
    low, high = (of(place.coverage for place in places) for of in (min, max))
    text = "At full reach (everybody concerned)" if low == 1 else f"Reaching {high:.0%} of those concerned"
    if low < high:
        text = f"Reaching {low:.0%} to {high:.0%} of those concerned"
    starts = [place.from_date for place in places if place.from_date is not None]
    if not starts:
        return f"{text}, from the first day on"
    ends = [p.from_date + dt.timedelta(days=p.ramp_days) for p in places if p.from_date is not None]
    first, last = labels.long_date(min(starts)), labels.long_date(max(ends))
    if first == last:
        return f"{text}, from {first} on"
    return f"{text}, beginning on {first} and complete by {last}"


def _same(view: View, name: str, scenario: str) -> bool:
    """Whether another scenario has the same interventions, and settings that are otherwise the same."""
    ours, theirs = (view.scenarios[s].config for s in (scenario, name))
    return (
        name != scenario
        and set(ours.interventions) == set(theirs.interventions)
        and ours.model_copy(update={"interventions": {}}) == theirs.model_copy(update={"interventions": {}})
    )


def _coverage(view: View, scenario: str) -> float:
    return max(place.coverage for place in view.scenarios[scenario].config.interventions.values())
