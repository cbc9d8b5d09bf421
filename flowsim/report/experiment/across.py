"""In which cities of the ensemble a change helps, and what is lag and what is capacity in them: in words and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flowsim.experiment.ensemble_file import Member
from flowsim.report import labels
from flowsim.report.experiment.results_view import View

_NAMED = 4


@dataclass(frozen=True)
class Across:
    """What a scenario does in each city of the ensemble, in the headline measure.

    Attributes
    ----------
    helps, harms, alike : tuple of str
        The cities in which it is better than the baseline, worse, and the same, by name.
    clear : frozenset of str
        Those of all in which the difference is clear of chance.
    """

    helps: tuple[str, ...]
    harms: tuple[str, ...]
    alike: tuple[str, ...]
    clear: frozenset[str]

    @property
    def cities(self) -> int:
        """How many there are."""
        return len(self.helps) + len(self.harms) + len(self.alike)

    @property
    def everywhere(self) -> bool:
        """Whether it helps in all of them."""
        return len(self.helps) == self.cities

    @property
    def in_short(self) -> str:
        """In how many it helps: "5 of 5"."""
        return f"{len(self.helps)} of {self.cities}"

    @property
    def changes_sign(self) -> bool:
        """Whether it is better in some and worse in others."""
        return bool(self.helps and self.harms)


def across(view: View, scenario: str) -> Across | None:
    """Return what a scenario does in each city; None without an ensemble, or where more is neither better nor worse."""
    table = view.results.across_cities
    if table is None or scenario == view.baseline:
        return None
    rows = table[(table["scenario"] == scenario) & (table["measure"] == view.headline) & table["difference"].notna()]
    if not len(rows) or rows["helps"].isna().any():
        return None
    same, helps = rows["difference"] == 0, rows["helps"].astype(bool)
    better, worse, alike = (tuple(rows.loc[which, "city"]) for which in (helps & ~same, ~helps & ~same, same))
    return Across(better, worse, alike, frozenset(rows.loc[rows["clear"], "city"]))


def sentences(view: View) -> str:
    """Say which changes help in every city, and name those that help in some and not in others."""
    found = {name: its for name in view.ranked if (its := across(view, name)) is not None}
    if not found:
        return ""
    cities = max(its.cities for its in found.values())
    everywhere = [name for name, its in found.items() if its.everywhere]
    nowhere = [name for name, its in found.items() if not its.helps]
    text = f"Each scenario was tried in {cities} cities that explain the published figures by other causes. "
    text += f"{_count(len(everywhere), len(found))} in all of them{_and_in_none(len(nowhere))}."
    mixed = {name: its for name, its in found.items() if its.changes_sign}
    clearly = [name for name, its in mixed.items() if its.clear.intersection(its.harms)]
    for name in clearly[:_NAMED]:
        its = mixed[name]
        text += f" “{view.short(name)}” changes sign: it helps in {its.in_short}, and does harm in {_in(view, its)}."
    if len(clearly) > _NAMED:
        text += f" {len(clearly) - _NAMED} more change sign (across_cities.csv)."
    others = [f"“{view.short(name)}” (helps in {its.in_short})" for name, its in mixed.items() if name not in clearly]
    if others:
        more = [f"{len(others) - _NAMED} more"] if len(others) > _NAMED else []
        sign = "Not clear of chance is the sign of" if not clearly else "Not clear of chance is that of"
        text += f" {sign} {labels.listed([*others[:_NAMED], *more])}."
    return text if mixed else f"{text} Nothing changes sign."


def sentence(view: View, scenario: str) -> str:
    """Say in how many cities a scenario helps, to follow a headline that does not; empty without an ensemble."""
    its = across(view, scenario)
    if its is None:
        return ""
    doubt = sign_in_words(view, its)
    helps = f"It helps in {its.in_short} cities that explain the published figures"
    return f"{helps}, and {doubt}." if doubt else f"{helps}."


def sign_in_words(view: View, its: Across) -> str:
    """Return in which cities a scenario does harm, or changes nothing; empty if it helps in all of them."""
    if its.everywhere:
        return ""
    found = [f"does harm in {_in(view, its)}"] if its.harms else []
    if its.alike:
        found.append(f"changes nothing in {labels.listed(_titles(view, its.alike))}")
    return " and ".join(found)


def city_heads(view: View) -> list[str]:
    """Return the heads of the table of the cities; none where the file of the ensemble does not say how they fit."""
    years = _years(view)
    if not years:
        return []
    return [
        "City",
        *(f"{year}: simulated (published)" for year in years),
        f"{_year(view)}: without queues",
        "Does it fit",
    ]


def city_rows(view: View) -> list[list[str]]:
    """Return a row for each city of the ensemble, and for each that was tried and does not fit."""
    ensemble = view.experiment.ensemble
    if ensemble is None or not _years(view):
        return []
    return [
        *([*_fit(view, its), "fits"] for its in ensemble.members),
        *([*_fit(view, its), f"does not fit: {its.why}"] for its in ensemble.ruled_out),
    ]


def _fit(view: View, its: Member) -> list[str]:
    known = [its.years.get(year) for year in _years(view)]
    last = its.years.get(_year(view))
    shown = [f"{year.simulated:.0f} ({year.published:.0f})" if year else labels.DASH for year in known]
    return [its.title or its.name, *shown, f"{last.without_queues:.0f}" if last else labels.DASH]


def _years(view: View) -> list[str]:
    return list(dict.fromkeys(year for its in view.experiment.members for year in its.years))


def _year(view: View) -> str:
    """Return the financial year with most delayed people."""
    known = {year: its.published for member in view.experiment.members for year, its in member.years.items()}
    return max(known, key=lambda year: known[year])


def _count(some: int, of: int) -> str:
    if of == 1:
        return "The change helps" if some else "The change does not help"
    return f"{'All' if some == of else some or 'None'} of the {of} {'helps' if some in (0, 1) else 'help'}"


def _and_in_none(many: int) -> str:
    return f", {many} in none" if many else ""


def _in(view: View, its: Across) -> str:
    clear = [name for name in its.harms if name in its.clear]
    text = labels.listed(_titles(view, its.harms))
    if len(clear) == len(its.harms):
        return text
    return f"{text} ({'not clearly' if not clear else f'clearly in {len(clear)} of them'})"


def _titles(view: View, names: Sequence[str]) -> list[str]:
    title = {member.name: member.label for member in view.experiment.members}
    return [f"“{title[name]}”" for name in names]
