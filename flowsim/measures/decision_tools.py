"""Decision support tools for NHS continuing healthcare: how soon, and where, they are completed."""

from __future__ import annotations

import numpy as np

from flowsim.engine.log import JourneyLog
from flowsim.measures.stays import column, rows_where
from flowsim.measures.window import Window, mean
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network

WITHIN_DAYS = 28.0
_REFERRALS = ("planning_referral", "early_planning_referral")


def completed_in_time(network: Network, cohort: Cohort, log: JourneyLog, window: Window) -> float:
    """Return the share of the tools completed in hospital in the window that took at most 28 days from the referral.

    In the log a tool is completed when the decision on funding is asked for; the referral is that to the discharge
    team. People who come ready for a pathway were never referred, and are left out.
    """
    referred = np.full(len(cohort), np.nan)
    rows = rows_where(network, log, lambda a: a.name in _REFERRALS)
    referred[log.spell[rows]] = log.requested[rows]
    rows = rows_where(network, log, lambda a: a.name == "funding")
    rows = rows[window.contains(log.requested[rows]) & ~np.isnan(referred[log.spell[rows]])]
    return mean(log.requested[rows] - referred[log.spell[rows]] <= WITHIN_DAYS)


def outside_hospital(network: Network, cohort: Cohort, log: JourneyLog, window: Window) -> float:
    """Return the share of the tools that are to be completed outside hospital.

    Of the tools of people whose pathway was allocated in the window.
    """
    rows = rows_where(network, log, lambda a: a.name == "pathway_allocated")
    spells = log.spell[rows[window.contains(log.started[rows])]]
    outside = column(cohort, "decision_support_tool_outside", 0)[spells] == 1
    inside = column(cohort, "decision_support_tool", 0)[spells] == 1
    return mean(outside[outside | inside])
