"""The rows of the catalogue about shapes: discharges by day of the week, and long stays among occupied beds."""

from __future__ import annotations

from flowsim.measures import shapes
from flowsim.measures.hospital_flow import STRANDED_DAYS, SUPER_STRANDED_DAYS
from flowsim.measures.measure import LESS, NEITHER, NOT_NEGATIVE, SHARE, Measure
from flowsim.measures.window import ratio


def _discharges(name: str, days: str, weekday: int, on_holidays: bool = False) -> Measure:
    return Measure(
        f"ward_discharges_{name}",
        "of a weekday",
        better=NEITHER,
        label=f"Ward discharges on {days}, relative to a weekday",
        definition=f"People who were admitted to a ward and leave hospital alive: the mean of {days} divided by the "
        "mean of the days from Monday to Friday that are no bank holidays.",
        bounds=NOT_NEGATIVE,
        empty_if="there is no such day, or no ordinary weekday with a discharge, among the days that count",
        count=lambda f: shapes.relative_to_a_weekday(
            f.ward_discharges,
            f.window,
            f.is_bank_holiday,
            shapes.days_of(f.window, f.is_bank_holiday, [weekday], on_holidays),
        ),
    )


def _long_stays(name: str, days: int, england: str) -> Measure:
    return Measure(
        f"{name}_share",
        "share",
        better=LESS,
        label=f"Occupied ward beds with a stay of {days} days or more so far",
        definition=f"Of people in a ward bed at midnight: those who entered hospital {days} days or more before (whole "
        "24 hours), over all midnights. NHS England, winter daily situation reports, of all occupied general and acute "
        f"beds for adults: {england}.",
        bounds=SHARE,
        empty_if="no ward bed was occupied at a midnight of the days that count",
        count=lambda f: ratio(shapes.long_stays(f.stays, f.window, days), f.in_ward_beds),
    )


SHAPE_MEASURES = (
    _discharges("saturday", "Saturdays that are no bank holidays", shapes.SATURDAY),
    _discharges("sunday", "Sundays that are no bank holidays", shapes.SUNDAY),
    _discharges("bank_holiday_monday", "Mondays that are bank holidays", shapes.MONDAY, on_holidays=True),
    Measure(
        "left_behind_flatness_share",
        "share",
        better=NEITHER,
        label="Medically optimised people left in hospital: quietest day of the week relative to the busiest",
        definition="People who are medically optimised and still in an acute bed at the midnight that closes the day, "
        "mean by day of the week: the lowest of the seven divided by the highest. 100% is flat over the week (England "
        "2024/25: 98%, NHS England, acute discharge situation report).",
        bounds=SHARE,
        empty_if="fewer than seven days count, or nobody was left behind",
        count=lambda f: shapes.flatness(f.left_behind, f.window),
    ),
    _long_stays("stranded", STRANDED_DAYS, "48% over 7 days in 2017/18, 53% at the city's trust"),
    _long_stays("super_stranded", SUPER_STRANDED_DAYS, "19% over 21 days in 2017/18, 23% at the city's trust"),
)
