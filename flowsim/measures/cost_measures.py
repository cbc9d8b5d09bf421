"""The measures of money: what must be paid, what bed days are used, and what these are worth; rows of the catalogue.

The three are kept apart. What must be paid is money that leaves a budget. A bed day that is freed is no money while the
bed stays open and staffed; what it is worth is what closing the bed would save.
"""

from __future__ import annotations

from flowsim.measures.cost import delayed_days_paid_by_use
from flowsim.measures.measure import LESS, NOT_NEGATIVE, Measure
from flowsim.measures.run_facts import RunFacts


def _paid(facts: RunFacts) -> float:
    return sum(payment.gbp for payment in facts.payments)


def _paid_nhs(facts: RunFacts) -> float:
    return sum(payment.nhs_gbp for payment in facts.payments)


def _acute_delay(facts: RunFacts) -> float:
    return facts.acute_delayed_days * facts.config.costs.delayed_acute_day_gbp


def _total(facts: RunFacts) -> float:
    return _paid(facts) + _acute_delay(facts) - delayed_days_paid_by_use(facts.pool_costs, facts.delays)


_WHO = (
    "By the share of each price and of each intervention that the NHS pays (nhs_share); empty if one of them does not "
    "say who pays."
)

COST_MEASURES = (
    Measure(
        "cost_total",
        "gbp",
        better=LESS,
        label="What must be paid, and what delayed days cost",
        definition="cost_paid and cost_acute_delay. Capacity counts whether it is used or not, and each delayed day "
        "counts once at its price, for every patient: what is paid by the day of use for a hospital bed "
        "is left out for the days on which the person in it is delayed. A bed that is paid for by "
        "capacity is paid for in either case; the delayed day is then what nobody else can use it for.",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=_total,
    ),
    Measure(
        "cost_acute_delay",
        "gbp",
        better=LESS,
        label="Cost of delayed days in acute beds",
        definition="Delayed days in acute beds at the price of a delayed acute day; a part of cost_total, not on top "
        "of it. No money unless beds close.",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=_acute_delay,
    ),
    Measure(
        "cost_interventions",
        "gbp",
        better=LESS,
        label="Cost of the interventions themselves",
        definition="What the interventions cost besides the pools and working hours, and looking after the people "
        "whose admission they avoid; a part of cost_paid.",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=lambda f: f.cost_interventions,
    ),
    Measure(
        "cost_paid",
        "gbp",
        better=LESS,
        label="What must be paid in a year",
        definition="What all priced pools and working hours cost, with cost_interventions. By the price of each: "
        "capacity for each day (beds, places, visits), with surge while it is used; staff and vehicles for each hour "
        "in which their calendar is open; starts a week as agreed, with spot purchase that is used; or days of use, or "
        "starts, alone. An hour in which a priced calendar is open costs those on duty. What has no price is not in "
        "it. Bed days that are freed save nothing here unless beds close.",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=_paid,
    ),
    Measure(
        "cost_paid_nhs",
        "gbp",
        better=LESS,
        label="What the NHS must pay in a year",
        definition=f"The NHS's part of cost_paid. {_WHO}",
        bounds=NOT_NEGATIVE,
        per_year=True,
        empty_if="a price or an intervention does not say who pays (nhs_share)",
        count=_paid_nhs,
    ),
    Measure(
        "cost_paid_social_care",
        "gbp",
        better=LESS,
        label="What social care must pay in a year",
        definition=f"The rest of cost_paid. {_WHO}",
        bounds=NOT_NEGATIVE,
        per_year=True,
        empty_if="a price or an intervention does not say who pays (nhs_share)",
        count=lambda f: sum(payment.gbp - payment.nhs_gbp for payment in f.payments),
    ),
    Measure(
        "hospital_bed_days",
        "days",
        better=LESS,
        label="Hospital bed days in a year",
        definition="Days that people spend in MAU, AMU and ward beds, in continuous time; also of people who enter the "
        "model ready for transfer. What a scenario has fewer are bed days freed.",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=lambda f: f.hospital_bed_days,
    ),
    Measure(
        "hospital_bed_days_worth",
        "gbp",
        better=LESS,
        label="Worth of the hospital bed days, if beds close",
        definition="hospital_bed_days at the price of a delayed acute day. What a scenario has less is what could be "
        "saved by closing the beds that it frees; no part of cost_paid or cost_total.",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=lambda f: f.hospital_bed_days * f.config.costs.delayed_acute_day_gbp,
    ),
)
