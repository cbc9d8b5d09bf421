"""The rows of the catalogue about delayed transfers of care and excess days."""

from __future__ import annotations

from flowsim.measures import dtoc
from flowsim.measures.measure import (
    LESS,
    LIMIT,
    NEITHER,
    NOT_NEGATIVE,
    PERCENT,
    REASON,
    SHARE,
    LimitMeasure,
    Measure,
    PercentileMeasure,
    ReasonMeasure,
)
from flowsim.measures.window import IN_A_YEAR, mean, ratio

_NO_WINTER = "no day from December to March is among the days that count"
_AT_MIDNIGHT = "Midnights at which a delayed patient occupies an acute bed, or an intermediate care bed of the return"


def _delay_share(group: str, label: str, waits_for: str) -> Measure:
    return Measure(
        f"dtoc_share_{group}",
        "share",
        better=NEITHER,  # how delays are divided among reasons
        label=label,
        definition=f"Share of the delayed days: {waits_for}.",
        bounds=SHARE,
        empty_if="nobody was delayed in the days that count",
        count=lambda f: ratio(f.delayed_by_group[group].sum(), f.delayed_by_day.sum()),
    )


DAYS_OVER = LimitMeasure(
    f"dtoc_days_over_{LIMIT}_share",
    "share",
    better=LESS,
    label=f"Days with more than {LIMIT} people delayed",
    definition=f"Share of the midnights at which more than {LIMIT} patients are delayed. There is one for each number "
    "in outcomes.delayed_over, for that in a goal or ambition for dtoc_patients_mean, and for each that a goal or a "
    "headline measure names.",
    bounds=SHARE,
    count=lambda f, limit: dtoc.days_over(f.delayed_by_day, limit),
)
PERCENTILE = PercentileMeasure(
    f"dtoc_patients_p{PERCENT}",
    "patients",
    better=LESS,
    label=f"People delayed, not exceeded on {PERCENT}% of days",
    definition=f"Delayed patients: the least number that is not exceeded at {PERCENT}% of the midnights. It is counted "
    "for each number from 1 to 99 that a goal, a headline measure or outcomes.also_counted names.",
    bounds=NOT_NEGATIVE,
    count=lambda f, percent: dtoc.percentile(f.delayed_by_day, percent),
)
BY_REASON = ReasonMeasure(
    f"dtoc_patients_{REASON}",
    "patients",
    better=LESS,
    label=f"People delayed on an average day: {REASON}",
    definition="Delayed patients under this reason of the city (delay_reasons), in acute and in non-acute beds, mean "
    "over the midnights.",
    bounds=NOT_NEGATIVE,
    count=lambda f, reason: mean(f.delayed_by_reason[reason]),
)
DELAY_MEASURES: tuple[Measure | ReasonMeasure | LimitMeasure | PercentileMeasure, ...] = (
    Measure(
        "dtoc_delayed_days",
        "days",
        better=LESS,
        label="Delayed days in a year",
        definition=f"{_AT_MIDNIGHT}: ready for transfer, and waiting for something that has a delay reason. "
        f"{IN_A_YEAR}",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=lambda f: f.delayed_days,
    ),
    Measure(
        "dtoc_patients_mean",
        "patients",
        better=LESS,
        label="People delayed on an average day",
        definition="Delayed patients, mean over the midnights.",
        bounds=NOT_NEGATIVE,
        count=lambda f: mean(f.delayed_by_day),
    ),
    Measure(
        "dtoc_non_acute_patients_mean",
        "patients",
        better=LESS,
        label="People delayed in a non-acute bed on an average day",
        definition="Those of the delayed patients who are in an intermediate care bed that the national return covers "
        "(in_the_return), from the end of the programmed stay: mean over the midnights. The others are in acute beds.",
        bounds=NOT_NEGATIVE,
        count=lambda f: mean(f.delayed_by_type[dtoc.NON_ACUTE]),
    ),
    PERCENTILE,  # before those of reasons, whose names could be its
    BY_REASON,
    Measure(
        "dtoc_days_per_100k",
        "days per 100,000",
        better=LESS,
        label="Delayed days per 100,000 adults",
        definition=f"Delayed days per 100,000 adults. {IN_A_YEAR}",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=lambda f: dtoc.per_100k(f.delayed_days, f.config.population.adults),
    ),
    Measure(
        "dtoc_patients_per_100k",
        "patients per 100,000",
        better=LESS,
        label="People delayed per 100,000 adults (monthly snapshots)",
        definition="Delayed patients per 100,000 adults, mean over the last Thursdays of the months (ASCOF 2C(1)).",
        bounds=NOT_NEGATIVE,
        empty_if="no last Thursday of a month is among the days that count",
        count=lambda f: dtoc.per_100k(
            dtoc.patients_at_snapshots(f.delayed_by_day, f.window), f.config.population.adults
        ),
    ),
    _delay_share(
        "pathway_allocation",
        "Delayed days waiting for a pathway to be allocated",
        "waiting for a pathway to be allocated",
    ),
    _delay_share(
        "bedded",
        "Delayed days waiting for a bed in the community",
        "waiting for a bed: intermediate, residential or nursing care",
    ),
    _delay_share(
        "home_support",
        "Delayed days waiting to go home with support",
        "waiting to go home with support",
    ),
    _delay_share("other", "Delayed days for other reasons", "other reasons"),
    Measure(
        "dtoc_patients_winter_mean",
        "patients",
        better=LESS,
        label="People delayed on an average day in winter",
        definition="Delayed patients, mean over the midnights that close the days from December to March.",
        bounds=NOT_NEGATIVE,
        empty_if=_NO_WINTER,
        count=lambda f: mean(dtoc.in_winter(f.delayed_by_day, f.window)),
    ),
    Measure(
        "dtoc_patients_winter_max",
        "patients",
        better=LESS,
        label="People delayed at the winter peak",
        definition="Delayed patients, most at any midnight that closes a day from December to March; with several "
        "winters, the worst of them.",
        bounds=NOT_NEGATIVE,
        empty_if=_NO_WINTER,
        count=lambda f: dtoc.winter_peak(f.delayed_by_day, f.window),
    ),
    DAYS_OVER,
    Measure(
        "excess_days",
        "days",
        better=LESS,
        label="Days in hospital after medically optimised, in a year",
        definition="Midnights in an acute bed after medically optimised, delayed or not, until they leave or die "
        f"there. {IN_A_YEAR}",
        bounds=NOT_NEGATIVE,
        per_year=True,
        empty_if="nobody was admitted to a ward",
        count=lambda f: dtoc.excess_days(f.stays, f.window),
    ),
)
