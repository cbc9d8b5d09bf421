"""The rows of the catalogue about why people are delayed: lag, calendar and queue, of all reasons and of each."""

from __future__ import annotations

from flowsim.measures.measure import LESS, NOT_NEGATIVE, REASON, Measure, ReasonMeasure
from flowsim.measures.run_facts import RunFacts

_WHAT = {
    "lag": (
        "by what takes its time",
        "the time that an activity takes by itself: a decision, an assessment, a delay before a referral, a hindrance. "
        "Of a duration in working time, the share of its hours that are open. It would be there with endless capacity, "
        "open round the clock",
    ),
    "calendar": (
        "by closing hours",
        "closed hours (nights, weekends, bank holidays) that no capacity could save: from asking to the first moment "
        "at which the calendar is open, and of a duration in working time the share of its hours that are closed",
    ),
    "queue": (
        "by queues",
        "the wait for a unit, a vacancy or a visit, from the first moment at which the calendar is open to the start; "
        "closed hours that pass meanwhile belong to it",
    ),
}
_ADD_UP = "Lag, calendar and queue add up to {}."


def _all(part: str) -> Measure:
    words, what = _WHAT[part]

    def count(facts: RunFacts) -> float:
        return float(facts.delayed_by_part[part].sum()) / facts.window.horizon

    return Measure(
        f"dtoc_{part}_patients_mean",
        "patients",
        better=LESS,
        label=f"People delayed {words} on an average day",
        definition=f"Delayed patients in {what}. Mean over the midnights. {_ADD_UP.format('dtoc_patients_mean')}",
        bounds=NOT_NEGATIVE,
        count=count,
    )


def _by_reason(part: str) -> ReasonMeasure:
    words, what = _WHAT[part]

    def count(facts: RunFacts, reason: str) -> float:
        index = list(facts.config.delay_reasons).index(reason)
        return float(facts.delayed_by_part[part][index]) / facts.window.horizon

    return ReasonMeasure(
        f"dtoc_{part}_patients_{REASON}",
        "patients",
        better=LESS,
        label=f"People delayed {words} on an average day: {REASON}",
        definition=f"Delayed patients under this reason of the city (delay_reasons) in {what}. Mean over the "
        f"midnights. {_ADD_UP.format('dtoc_patients_<reason>')}",
        bounds=NOT_NEGATIVE,
        count=count,
    )


PART_OF_ALL = {part: _all(part) for part in _WHAT}
PART_OF_REASON = {part: _by_reason(part) for part in _WHAT}
DELAY_PART_MEASURES: tuple[Measure | ReasonMeasure, ...] = (*PART_OF_ALL.values(), *PART_OF_REASON.values())
