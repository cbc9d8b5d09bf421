"""Which columns the compiled engine will read next of a spell, so that it can prefetch them.

A wrong answer costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowsim.model.network import Activity, AnyOf, Branch, Look, Network, Next, Switch


def read_at_end(network: Network) -> list[list[str]]:
    """Return, for each activity, the columns that may be read when it ends: what decides, and of what comes then."""
    by_name = {a.name: a for a in network.activities}
    return [_columns(network, by_name, a.next) for a in network.activities]


def read_on_entry(network: Network) -> list[list[str]]:
    """Return, for each entry, the columns that may be read when a spell arrives by it."""
    by_name = {a.name: a for a in network.activities}
    death = [] if network.death is None else [network.death.after]
    return [[*death, *_columns(network, by_name, name)] for name in network.entries]


def _columns(network: Network, by_name: dict[str, Activity], following: Next | None) -> list[str]:
    return list(dict.fromkeys(_next(network, by_name, following, set())))


def _next(network: Network, by_name: dict[str, Activity], following: Next | None, seen: set[str]) -> Iterator[str]:
    if isinstance(following, Switch):
        yield following.column
        for target in following.targets:
            yield from _next(network, by_name, target, seen)
    elif isinstance(following, Branch | Look):
        if isinstance(following, Branch):
            yield from (following.uniform, following.probability)
        yield from _next(network, by_name, following.then, seen)
        yield from _next(network, by_name, following.otherwise, seen)
    elif isinstance(following, AnyOf):
        for name in following.activities:
            yield from _next(network, by_name, name, seen)
    elif following is not None and following not in seen:
        seen.add(following)
        activity, again = by_name[following], network.readmission
        yield from (name for name in (activity.duration, activity.priority, activity.patience) if name is not None)
        if activity.stamp == "discharged" and again is not None:
            yield from (again.uniform, again.probability, again.gap_days)
        if activity.stamp == "discharged" and network.death is not None and network.death.by_delay is not None:
            yield from (network.death.by_delay.uniform, network.death.by_delay.days)
        if activity.duration is None:  # it takes no time: what comes after it may come at once
            yield from _next(network, by_name, activity.next, seen)
