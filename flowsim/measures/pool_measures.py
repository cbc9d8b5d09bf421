"""The rows of the catalogue that pools have: how much there is, how much is used, who waits and for how long."""

from __future__ import annotations

from flowsim.config.city_schema import FOLLOW_UP_DAYS
from flowsim.measures import pool_use
from flowsim.measures.measure import LESS, NEITHER, NOT_NEGATIVE, POOL, SHARE, WITHIN_FOLLOW_UP, PoolMeasure

_NOBODY_ASKED = "nobody asked for it in the days that count"
_REQUESTS = "Of all requests in the days that count"

OCCUPANCY = PoolMeasure(
    f"{POOL}_occupancy_mean",
    "units",
    better=NEITHER,  # a full service and an empty one both have a price
    label=f"{POOL}: in use, average",
    definition="Units in use, mean over all hours; of a service of visits, the people who use it.",
    bounds=NOT_NEGATIVE,
    kinds=("units", "visits"),
    count=lambda f, pool: f.in_use[pool],
)
CAPACITY = PoolMeasure(
    f"{POOL}_capacity_mean",
    "units",
    better=NEITHER,
    label=f"{POOL}: capacity, average",
    definition="What there is of beds, places, staff or vehicles: mean over the days that count, with dated changes and"
    " interventions and without surge. Of a service of visits: visits a day. Of homecare and care homes: vacancies that"
    " arrive in the days that count, used or not, as a number a week; spot purchase is left out.",
    bounds=NOT_NEGATIVE,
    count=pool_use.capacity,
)
UTILISATION = PoolMeasure(
    f"{POOL}_utilisation",
    "share",
    better=NEITHER,
    label=f"{POOL}: share of capacity in use",
    definition="Use as a share of capacity without surge: above 100% when surge is in use, or when more people are left"
    " from before a cut than there are places; empty without capacity. Of beds and caseloads: mean units in use over "
    "mean capacity, both over all hours. Of staff and vehicles, if all that they do is done by one calendar: time at "
    "work while it is open, over the time of all of them while it is open. Of a service of visits: visits on the days "
    "that count, over the visits that there are on those days; a person has the visits that were booked until the day "
    "on which they give the place up, that day included, and the last day's visits if they stay longer than booked. Of "
    "homecare and care homes: starts in the days that count, also by spot purchase, over the vacancies that arrive in "
    "these days.",
    bounds=NOT_NEGATIVE,
    empty_if="it has no capacity in the days that count",
    count=pool_use.utilisation,
)
WAIT = PoolMeasure(
    f"{POOL}_wait_days_mean",
    "days",
    better=LESS,
    label=f"{POOL}: wait for a place",
    definition=f"{_REQUESTS}: days from asking until the wait ends with a unit, with giving up or taking another way, "
    f"or with death; a wait that goes on counts too, and each up to {FOLLOW_UP_DAYS} days (a restricted mean). By "
    "Little's law it is the mean number waiting divided by the requests a day, edges aside.",
    bounds=WITHIN_FOLLOW_UP,
    empty_if=_NOBODY_ASKED,
    count=lambda f, pool: f.waits.mean_days(pool),
)
NEVER_SERVED = PoolMeasure(
    f"{POOL}_never_served_share",
    "share",
    better=LESS,
    label=f"{POOL}: requests that never get a place",
    definition=f"{_REQUESTS}: those that got no unit within {FOLLOW_UP_DAYS} days of asking, because the person gave "
    "up, took another way, died or was readmitted, or waits on.",
    bounds=SHARE,
    empty_if=_NOBODY_ASKED,
    count=lambda f, pool: f.waits.unserved_share(pool),
)


def _percentile(name: str, share: float, label: str) -> PoolMeasure:
    return PoolMeasure(
        f"{POOL}_wait_days_{name}",
        "days",
        better=LESS,
        label=f"{POOL}: {label}",
        definition=f"{_REQUESTS}: days from asking within which {share:.0%} of them got a unit (nearest rank). Those "
        f"that never got one count as longer than any; {FOLLOW_UP_DAYS} is {FOLLOW_UP_DAYS} days or more, or never.",
        bounds=WITHIN_FOLLOW_UP,
        empty_if=_NOBODY_ASKED,
        count=lambda f, pool: f.waits.percentile(pool, share),
    )


WAITING = PoolMeasure(
    f"{POOL}_waiting_mean",
    "people",
    better=LESS,
    label=f"{POOL}: waiting for a place, average",
    definition="People who have asked and have no unit yet, mean over all hours of the days that count, whenever they "
    "asked.",
    bounds=NOT_NEGATIVE,
    count=lambda f, pool: f.waits.mean_waiting(pool),
)
POOL_MEASURES = (
    OCCUPANCY,
    CAPACITY,
    UTILISATION,
    WAIT,
    _percentile("p50", 0.5, "wait of the middle request (median)"),
    _percentile("p90", 0.9, "wait that one request in ten exceeds"),
    NEVER_SERVED,
    WAITING,
)
