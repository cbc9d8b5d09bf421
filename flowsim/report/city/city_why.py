"""Why people are delayed, in the report of a run: lag, calendar and queue, what holds people back, who blocks what."""

from __future__ import annotations

from typing import Any

from flowsim.config.city_schema import CityConfig
from flowsim.measures.blocking import NOTHING
from flowsim.measures.delay_parts import PARTS
from flowsim.report import labels
from flowsim.report.figures.figure_data import StackedRows
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.stacked_figure import draw_stacked
from flowsim.report.page import wide_and_narrow
from flowsim.report.service_words import kind_of_service
from flowsim.run.why_delayed import ALL, WhyDelayed

_PARTS = {"lag": "Takes its time", "calendar": "Closed", "queue": "Queue"}
_NOBODY = 0.05  # people on an average day: shown as none
_LONGEST = 12  # rows of the table of blocking


def held_back(config: CityConfig, found: WhyDelayed) -> str:
    """Say how many would be delayed with endless capacity, and which kind of service has the longest queue."""
    lag, calendar, queue = _of_reason(found, ALL)
    total = lag + calendar + queue
    if not total > 0:
        return ""
    number = labels.people
    text = (
        f"Of {number(total)} people delayed, {number(lag + calendar)} would be delayed with endless capacity: "
        f"{number(lag)} while something takes its time and {number(calendar)} in closed hours. The other "
        f"{number(queue)} queue."
    )
    kinds = bearing(config, found)
    if queue < _NOBODY or not kinds:
        return text
    (most, (itself, through)), *others = kinds.items()
    text += f" The longest queue is for {most} ({_waits(itself, through)})"
    if others:
        kind, (itself, through) = others[0]
        text += f", then {kind} ({_waits(itself, through)})"
    return f"{text}."


def bearing(config: CityConfig, found: WhyDelayed) -> dict[str, tuple[float, float]]:
    """Return of how many people each kind of service bears the wait, itself and through blocking, the most first."""
    names = labels.pool_labels(config)
    sums: dict[str, tuple[float, float]] = {}
    for row in found.binding.itertuples():
        kind = kind_of_service(names.get(row.service, row.service))
        itself, through = sums.get(kind, (0.0, 0.0))
        sums[kind] = itself + row.people_itself, through + row.people_through_blocking
    shown = {kind: pair for kind, pair in sums.items() if sum(pair) >= _NOBODY}
    return dict(sorted(shown.items(), key=lambda item: -sum(item[1])))


def _waits(itself: float, through: float) -> str:
    """Return in words of how many people a service bears the wait."""
    waits = f"{labels.people(itself)} wait for it"
    return f"{waits} and {labels.people(through)} behind people who do" if through >= _NOBODY else waits


def why_picture(found: WhyDelayed) -> Picture[StackedRows]:
    """Return the people delayed by each reason that anybody has, divided into lag, calendar and queue."""
    reasons = [reason for reason in dict.fromkeys(found.why["reason"]) if reason != ALL]
    parts = {reason: _of_reason(found, reason) for reason in reasons}
    shown = sorted((reason for reason in reasons if sum(parts[reason]) >= _NOBODY), key=lambda its: -sum(parts[its]))
    rows = {reason.replace("_", " ").capitalize(): parts[reason] for reason in shown}
    return Picture("why", "People delayed, by reason and by what delays them", _data(rows), draw_stacked)


def _data(rows: dict[str, tuple[float, ...]]) -> StackedRows:
    return StackedRows(rows, tuple(_PARTS[part] for part in PARTS))


def why_section(config: CityConfig, found: WhyDelayed) -> dict[str, Any]:
    """Return what the report shows of it: a sentence, the figure, who blocks what, and what each service bears."""
    names = {**labels.pool_labels(config), NOTHING: "Nothing (at home)"}
    shown = found.blocking[found.blocking["people"] >= _NOBODY].sort_values("people", ascending=False, kind="stable")
    return {
        "sentence": held_back(config, found),
        "figure": wide_and_narrow(why_picture(found).svg),
        "blocking": [
            (names[row.held], names[row.awaited], row.people, row.delayed_people)
            for row in shown.head(_LONGEST).itertuples()
        ],
        "blocking_left_out": max(0, len(shown) - _LONGEST),
        "binding": [
            (names[row.service], row.people_waiting, row.people_itself, row.people_through_blocking, row.share)
            for row in found.binding.itertuples()
            if row.people_itself + row.people_through_blocking >= _NOBODY
        ],
    }


def _of_reason(found: WhyDelayed, reason: str) -> tuple[float, ...]:
    """Return the people delayed by lag, calendar and queue."""
    people = found.why[found.why["reason"] == reason].set_index("part")["people"]
    return tuple(float(people[part]) for part in PARTS)
