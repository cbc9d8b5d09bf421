"""Whom or what a change of a setting reaches: single patients, a capacity, a calendar, or only a run as a whole."""

from __future__ import annotations

import re

PATIENT, CAPACITY, SUPPLY, CALENDAR, WHOLE_RUN = "patient", "capacity", "supply", "calendar", "whole_run"

_NAME = r"[^.]+"
_PATTERNS = {
    CAPACITY: [
        rf"front_door\.{_NAME}\.beds",
        r"ward\.beds",
        r"discharge_planning\.team\.staff",
        r"services\.transport\.vehicles",
        rf"services\.active_recovery\.{_NAME}\.caseload",
        rf"services\.active_recovery\.{_NAME}\.visits\.per_day",
        rf"services\.intermediate_care\.{_NAME}\.beds",
    ],
    SUPPLY: [rf"services\.(homecare|residential|nursing)\.{_NAME}\.starts_per_week"],
    CALENDAR: [rf"calendars\.{_NAME}(\..*)?"],
    PATIENT: [
        rf"streams\.{_NAME}\.(ages|conveyance)(\..*)?",
        r"patients\.(?!readmissions).*",
        r"patients\.readmissions\.(probability|gap_days)(\..*)?",
        rf"admission_avoidance\.{_NAME}\.share",
        rf"front_door\.{_NAME}\.(assessment_hours|same_day)(\..*)?",
        r"ward\.(stay_until_optimised_days|need_factor)(\..*)?",
        r"discharge_planning\.(simple_decision|complex_decision)\.working_hours(\..*)?",
        r"discharge_planning\.early_planning(\..*)?",
        r"discharge_planning\.assessments\.(referral_working_hours|assessment_working_hours|in_sequence)(\..*)?",
        r"discharge_planning\.decision_support_tool\.(?!reason|funding_reason).*",
        rf"discharge_planning\.hindrances\.{_NAME}\.(share|days)(\..*)?",
        r"routes\.(shares|outcomes)(\..*)?",
        rf"services\.{_NAME}\.{_NAME}\.(share|choice_share)",
        rf"services\.{_NAME}\.{_NAME}\.(lag\.working_hours|{_NAME}_days)(\..*)?",
        rf"services\.active_recovery\.{_NAME}\.stay_days(\..*)?",
        r"services\.nursing_share",
        r"services\.care_home_return\.(share_reassessed|lag\.working_hours(\..*)?)",
        r"services\.equipment\.(?!reason).*",
        r"services\.transport\.journey_hours(\..*)?",
    ],
}
_COMPILED = {kind: [re.compile(pattern) for pattern in patterns] for kind, patterns in _PATTERNS.items()}


def reach(path: str) -> str:
    """Return what a change of the setting at this dotted path reaches.

    Returns
    -------
    str
        `PATIENT`: what chance decides about each patient; it can differ from one to the next. `CAPACITY`: units of a
        pool, which can change on a day. `SUPPLY`: starts a week, which can too. `CALENDAR`: working hours, which can
        differ from day to day. `WHOLE_RUN`: everything else, which is the same throughout a run.
    """
    for kind, patterns in _COMPILED.items():
        if any(pattern.fullmatch(path) for pattern in patterns):
            return kind
    return WHOLE_RUN
