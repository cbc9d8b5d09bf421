"""What becomes of people in a scenario: the winter peak, at home on day 91, and care homes."""

from __future__ import annotations

import math

from flowsim.report import labels
from flowsim.report.differences import amount, more_or_less
from flowsim.report.experiment.results_view import View

AT_HOME, CARE_HOME, WINTER = "at_home_91_days_share", "care_home_admissions_65plus", "dtoc_patients_winter_max"


def sentences(view: View, scenario: str) -> str:
    """Say how many are delayed at the winter peak, who is at home on day 91, and how many enter a care home."""
    return " ".join(
        text for text in (_winter(view, scenario), _home(view, scenario), _care_homes(view, scenario)) if text
    )


def _winter(view: View, scenario: str) -> str:
    now, before = (view.mean(name, WINTER)["mean"] for name in (scenario, view.baseline))
    if not math.isfinite(now):
        return ""
    text = f"At the winter peak {amount(now, 'patients')} people are delayed"
    same = scenario == view.baseline or not math.isfinite(before)
    return f"{text}." if same else f"{text} instead of {amount(before, 'patients')}."


def _home(view: View, scenario: str) -> str:
    now, before = (view.mean(name, AT_HOME)["mean"] for name in (scenario, view.baseline))
    if not math.isfinite(now) or not math.isfinite(before):
        return ""
    text = f"{labels.number(now, 'share')} are at home on day 91"
    if scenario == view.baseline:
        return f"{text}."
    change = _change(view, scenario, AT_HOME)
    return f"{text}, {labels.number(before, 'share')} in the baseline ({change})."


def _care_homes(view: View, scenario: str) -> str:
    if scenario == view.baseline or not math.isfinite(view.difference(scenario, CARE_HOME).value):
        return ""
    return f"Permanent care-home admissions a year: {_change(view, scenario, CARE_HOME)}."


def _change(view: View, scenario: str, measure: str) -> str:
    """Return how a measure changes, or that no change is clear."""
    found = view.difference(scenario, measure)
    if found.has_interval and not found.clear:
        return "no clear change"
    return more_or_less(found.value, view.unit_of(measure))
