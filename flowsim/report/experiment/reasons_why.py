"""Why a scenario does what it does: what people wait for, which services are full, and what room there would change."""

from __future__ import annotations

import math
from collections.abc import Sequence

from flowsim.measures.catalogue import CAPACITY, UTILISATION, WAIT
from flowsim.measures.delay_part_measures import PART_OF_ALL
from flowsim.report import labels
from flowsim.report.differences import Difference, amount, signed
from flowsim.report.experiment.results_view import View
from flowsim.report.service_words import FULL, PARTS_IN_WORDS, WAITS_FOR, kind_of_service

_FEW = 2
_ADDED = 2  # changes that a pair of scenarios may differ in, for one to explain the other


def sentences(view: View, scenario: str) -> str:
    """Say what people wait for, which services are full, and what a full service does to a change."""
    return " ".join(
        text for text in (_waits(view, scenario), _parts(view, scenario), _full(view, scenario), _rooms(view)) if text
    )


def _waits(view: View, scenario: str) -> str:
    before = [view.delayed_for(view.baseline, group) for group in WAITS_FOR]
    if not all(math.isfinite(people) for people in before) or sum(before) == 0:
        return ""
    order = sorted(range(len(before)), key=lambda i: -before[i])
    waits = list(WAITS_FOR.values())
    named = [f"{_whole(before[i])} {waits[i]}" for i in order]
    text = f"In the baseline {named[0].replace(' ', ' wait ', 1)}, {labels.listed(named[1:])}"
    if scenario == view.baseline:
        return f"{text}."
    after = [view.delayed_for(scenario, group) for group in WAITS_FOR]
    if not all(math.isfinite(people) for people in after):
        return f"{text}."
    return f"{text}; with this change, {labels.listed([_whole(after[i]) for i in order])}."


def _parts(view: View, scenario: str) -> str:
    """Say by how much lag, closed hours and queues change, if that is known."""
    if scenario == view.baseline:
        return ""
    changes = {words: view.difference(scenario, PART_OF_ALL[part].name).value for part, words in PARTS_IN_WORDS.items()}
    if not all(math.isfinite(change) for change in changes.values()):
        return ""
    named = [f"{words} {signed(change, 'patients')}" for words, change in changes.items()]
    return f"People delayed by {labels.listed(named)}."


def _full(view: View, scenario: str) -> str:
    """Name the services that are full in the baseline, and those that the scenario fills."""
    before, after = (full_pools(view, name) for name in (view.baseline, scenario))
    where = "" if scenario == view.baseline else " in the baseline"
    text = f"Full{where} ({FULL:.0%} or more in use): {_named(view, before, view.baseline)}." if before else ""
    if scenario == view.baseline:
        return text
    if after:
        return f"{text} Full with this change: {_named(view, after, scenario)}.".strip()
    return f"{text} With this change none is.".strip() if before else ""


def _whole(people: float) -> str:
    return f"{people:.0f}"


def full_pools(view: View, scenario: str) -> list[str]:
    """Return the services that are full in a scenario, the fullest first."""
    used = {pool: view.mean(scenario, UTILISATION.of(pool))["mean"] for pool in view.pools}
    return sorted((pool for pool, share in used.items() if share >= FULL), key=lambda pool: -used[pool])


def _rooms(view: View) -> str:
    """Say of the plainest change that does not help alone which full service is why, and what more of that gives."""
    found = [name for name in view.ranked if view.difference(name, view.headline).grade in ("worse", "unclear")]
    for name in sorted(found, key=lambda name: (len(view.changes_of(name)), -view.ranked.index(name))):
        filled = _filled_by(view, name)
        if not filled or any(axis in view.scenarios[name].levels for axis in view.axes):
            continue
        alone, (helped, pools) = view.difference(name, view.headline), _with_room(view, name, filled)
        says = f"{_moves(view, alone)}" if alone.grade == "worse" else "does not clearly help"
        text = f"Alone, “{view.short(name)}” {says}, because {_services(view, pools)} full"
        if helped is None:
            return f"{text}."
        return f"{text}; with “{added(view, helped, name)}” it {_moves(view, view.difference(helped, view.headline))}."
    return ""


def _moves(view: View, found: Difference) -> str:
    """Return a difference with its verb: "adds 6", "takes 20 off"."""
    size = amount(found.value, view.unit)
    return f"adds {size}" if found.value > 0 else f"takes {size} off"


def _filled_by(view: View, scenario: str) -> list[str]:
    """Return the full services for which people wait clearly longer than in the baseline, the longest wait first."""
    more = {pool: view.difference(scenario, WAIT.of(pool)) for pool in full_pools(view, scenario)}
    clear = [pool for pool, wait in more.items() if wait.clear and wait.value > 0]
    return sorted(clear, key=lambda pool: -more[pool].value)


def _with_room(view: View, scenario: str, filled: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the scenario that adds least to a scenario, capacity of the filled services included, and these services.

    None without such a scenario that is clearly better than the baseline; the service with the longest wait then.
    """
    own = view.changes_of(scenario).items()
    found = []
    for place, other in enumerate(view.ranked):
        more = len(view.changes_of(other)) - len(own)
        better = view.difference(other, view.headline).grade == "better"
        if own < view.changes_of(other).items() and better and more <= _ADDED:
            pools = [pool for pool in filled if _capacity(view, other, pool) > _capacity(view, scenario, pool)]
            found += [(more, place, other, pools)] if pools else []
    return min(found)[2:] if found else (None, list(filled[:1]))


def _capacity(view: View, scenario: str, pool: str) -> float:
    return float(view.mean(scenario, CAPACITY.of(pool))["mean"])


def added(view: View, scenario: str, to: str) -> str:
    """Return in words what a scenario has in addition to another one."""
    names = sorted(name for name in view.changes_of(scenario) if name not in view.changes_of(to))
    places = view.scenarios[scenario].config.interventions
    titles = [
        places[name].intervention.title if name in places else labels.path_label(name, view.pools) for name in names
    ]
    return labels.listed([labels.lower_first(title) for title in titles])


def _named(view: View, pools: Sequence[str], scenario: str) -> str:
    shares = [f"{view.pools[p]} {view.mean(scenario, UTILISATION.of(p))['mean']:.0%}" for p in pools[:_FEW]]
    more = [f"{len(pools) - _FEW} more"] if len(pools) > _FEW else []
    return labels.listed([*shares, *more])


def _services(view: View, pools: Sequence[str]) -> str:
    """Return services, by their kind, with a verb: "Active Recovery is"."""
    families = list(dict.fromkeys(kind_of_service(view.pools[pool]) for pool in pools))[:_FEW]
    return f"{labels.listed(families)} {'is' if len(families) == 1 else 'are'}"
