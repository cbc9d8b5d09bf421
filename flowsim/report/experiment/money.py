"""Money in its three figures, kept apart: what must be paid, which bed days are freed, what those are worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from flowsim.report import labels
from flowsim.report.differences import amount, interval_in_words, more_or_less
from flowsim.report.experiment.results_view import View

PAID, NHS, SOCIAL_CARE = "cost_paid", "cost_paid_nhs", "cost_paid_social_care"
BED_DAYS, WORTH = "hospital_bed_days", "hospital_bed_days_worth"
_FEW = 2


def sentences(view: View, scenario: str) -> str:
    """Say what a scenario costs to pay, by whom; which bed days it frees, and what they are worth if beds close."""
    if scenario == view.baseline:
        return ""
    return " ".join(text for text in (_paid(view, scenario), _freed(view, scenario), _uncosted(view, scenario)) if text)


def _paid(view: View, scenario: str) -> str:
    found = view.difference(scenario, PAID)
    if not math.isfinite(found.value):
        return ""
    shares = [
        f"{payer} {more_or_less(part, 'gbp')}"
        for payer, part in (("NHS", view.difference(scenario, NHS).value), ("social care", _social(view, scenario)))
        if math.isfinite(part)
    ]
    who = f" ({', '.join(shares)})" if shares else ""
    unclear = "" if found.clear or not found.has_interval else "; no change is clear"
    return f"To pay: {more_or_less(found.value, 'gbp')} a year{who}{unclear}."


def _social(view: View, scenario: str) -> float:
    return view.difference(scenario, SOCIAL_CARE).value


def _freed(view: View, scenario: str) -> str:
    days, worth = (view.difference(scenario, measure) for measure in (BED_DAYS, WORTH))
    if not math.isfinite(days.value):
        return ""
    if days.has_interval and not days.clear:
        return "It clearly frees no hospital bed days."
    frees = days.value < 0
    text = f"It {'frees' if frees else 'takes'} {amount(days.value, 'days')} hospital bed days a year"
    if not math.isfinite(worth.value):
        return f"{text}."
    return f"{text}, worth {amount(worth.value, 'gbp')}{' only if beds close' if frees else ''}."


def _uncosted(view: View, scenario: str) -> str:
    changes = view.uncosted.get(scenario, [])
    if not changes:
        return ""
    named = [f"“{change}”" for change in changes[:_FEW]]
    more = [f"{len(changes) - _FEW} more"] if len(changes) > _FEW else []
    return f"Not priced: {labels.listed([*named, *more])}, so the true cost is higher."


def in_print(view: View, scenario: str, measure: str) -> str:
    """Return the interval of a difference in words; a dash if there is none."""
    found = view.difference(scenario, measure)
    return interval_in_words(found.low, found.high, view.unit_of(measure))


def uncosted_rows(view: View) -> list[tuple[str, str]]:
    """Return the scenarios with changes that carry no cost, and these."""
    found: Mapping[str, Sequence[str]] = view.uncosted
    return [(view.short(name), "; ".join(found[name])) for name in view.shown if found.get(name)]
