"""The rows of the catalogue about discharge planning: decision support tools."""

from __future__ import annotations

from flowsim.measures import decision_tools
from flowsim.measures.measure import MORE, SHARE, Measure

_SOURCE = "Sheffield Better Care Fund plan 2017/18-2018/19, section 3.4.3"

PLANNING_MEASURES = (
    Measure(
        "decision_support_tools_28_days_share",
        "share",
        better=MORE,
        label="Decision support tools completed within 28 days",
        definition="Of the decision support tools completed in hospital in the days that count: those completed within "
        "28 days of the referral to the discharge team, before the decision on funding. Tools that are completed "
        f"outside hospital are not followed. The aim is 80% ({_SOURCE}).",
        bounds=SHARE,
        empty_if="no decision support tool was completed in hospital in the days that count",
        count=lambda f: decision_tools.completed_in_time(f.network, f.cohort, f.log, f.window),
    ),
    Measure(
        "decision_support_tools_outside_share",
        "share",
        better=MORE,
        label="Decision support tools completed outside hospital",
        definition="Of the people whose pathway was allocated in the days that count and who need the tool: those for "
        f"whom it is completed after they have left hospital. The aim is 85% ({_SOURCE}).",
        bounds=SHARE,
        empty_if="nobody whose pathway was allocated in the days that count needed the tool",
        count=lambda f: decision_tools.outside_hospital(f.network, f.cohort, f.log, f.window),
    ),
)
