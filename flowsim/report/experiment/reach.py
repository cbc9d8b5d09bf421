"""At what reach a scenario was tried, from when on, and what a smaller reach gives."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from flowsim.config.change_schema import Dates
from flowsim.config.intervention_schema import DeployedIntervention
from flowsim.report import labels
from flowsim.report.changes_in_words import dates_in_words
from flowsim.report.differences import amount
from flowsim.report.experiment.results_view import View


def sentences(view: View, scenario: str) -> str:
    """Say whom a scenario reaches and by when, and what it gives where it reaches fewer people."""
    known = view.scenarios.get(scenario)
    places = list(known.config.interventions.values()) if known else []
    dated = [change for change in known.config.changes if change.is_dated] if known else []
    if known is None or not (places or dated):
        return ""
    text = f"{_now(places, dated)}."
    others = [(name, _coverage(view, name)) for name in view.scenarios if places and _same(view, name, scenario)]
    for name, coverage in sorted(others, key=lambda pair: -pair[1]):
        mean = view.mean(name, view.headline)["mean"]
        if coverage < _coverage(view, scenario) and math.isfinite(mean):
            text += f" Reaching {coverage:.0%} of them gives {amount(mean, view.unit)}."
    if places and " gives " not in text and _coverage(view, scenario) == 1:
        text += " Half the reach was not tried; expect clearly less."
    return text


def in_short(view: View, scenario: str) -> str:
    """Return the reach of the interventions of a scenario, to follow "helps most"; nothing if it has none."""
    known = view.scenarios.get(scenario)
    if known is None or not known.config.interventions:
        return ""
    return f" {labels.lower_first(_share(list(known.config.interventions.values())))}"


def in_words(place: DeployedIntervention) -> str:
    """Return whom an intervention reaches, and from when until when."""
    text = f"reaches {100 * place.coverage:.0f}%" if place.coverage < 1 else "reaches everybody"
    return f"{text} {dates_in_words(place)}".strip()


def _now(places: Sequence[DeployedIntervention], dated: Sequence[Dates]) -> str:
    """Return the reach of the interventions of a scenario, and from when until when it holds."""
    text = "In full"
    if places:
        text = _share(places) + (" (everybody concerned)" if min(place.coverage for place in places) == 1 else "")
    when = [*places, *dated]
    starts = [d.from_date for d in when if d.from_date is not None]
    ends = [d.to_date for d in when if d.to_date is not None]
    until = f", until {labels.long_date(max(ends))}" if len(ends) == len(when) else ""
    if not starts:
        return f"{text}, from the first day{until}"
    full = [d.from_date + dt.timedelta(days=d.ramp_days) for d in when if d.from_date is not None]
    first, last = labels.long_date(min(starts)), labels.long_date(max(full))
    if first == last:
        return f"{text}, from {first} on{until}"
    return f"{text}, beginning on {first} and complete by {last}{until}"


def _share(places: Sequence[DeployedIntervention]) -> str:
    low, high = (of(place.coverage for place in places) for of in (min, max))
    share = f"{high:.0%}" if low == high else f"{low:.0%} to {high:.0%}"
    return "At full reach" if low == 1 else f"Reaching {share} of those concerned"


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
