"""The model in the six sections of STRESS-DES, from a configuration, its provenance and its network.

STRESS-DES: Monks, Currie, Onggo, Robinson, Kunc and Taylor (2019), Strengthening the reporting of empirical simulation
studies: Introducing the STRESS guidelines, Journal of Simulation 13(1), 55-67. The prose is in the template
``stress_des.md.j2``; the data come from the objects.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterable, Mapping

from flowsim.config.city_schema import FOLLOW_UP_DAYS, CityConfig, Target
from flowsim.config.hospital_schema import WorkingHours
from flowsim.config.types import AGE_BANDS, NEEDS, ROUTES
from flowsim.config.value_sources import Source, Sources
from flowsim.config.version import VERSION
from flowsim.engine import simpy_engine
from flowsim.model import journey
from flowsim.model.clock import TICK
from flowsim.model.network import Activity, Network, Pool
from flowsim.report.document.data_dictionary import KINDS
from flowsim.report.document.markdown import code, codes, rendered, shown, table
from flowsim.report.document.mermaid import part_graph
from flowsim.report.document.pathway import Entry, columns_read, entries, part_names, ways_on
from flowsim.report.labels import measure_label, pool_labels
from flowsim.report.settings_table import settings_of

_HELD = {
    "activity": "until it ends",
    "place": "until another place is entered",
    "next_place": "reserved for the next place, and until that is left",
}
_STEPS_SHOWN = 24  # of a capacity that changes in time
_CLOCKS = {"elapsed": "", "working": "in working time", "since_admission": "counted from admission to the ward"}


def stress_des(config: CityConfig, network: Network, sources: Sources, file: str, picture: str) -> str:
    """Return the model in the sections of STRESS-DES, as Markdown.

    Parameters
    ----------
    config, network
        The city and its network.
    sources : Sources
        Where its values come from.
    file, picture : str
        Names of its file, and of the picture of its pathway in the folder of the document.
    """
    settings = settings_of(config)
    by_source = [(setting.path, sources.of(setting.path)) for setting in settings]
    labels = pool_labels(config)
    return rendered(
        "stress_des.md.j2",
        config=config,
        file=file,
        picture=picture,
        version=VERSION,
        follow_up_days=FOLLOW_UP_DAYS,
        tick_seconds=f"{TICK * 86400:.2f}",
        ages=codes(AGE_BANDS),
        needs=codes(NEEDS),
        routes=codes(ROUTES),
        rules=(inspect.getdoc(simpy_engine) or "").partition("\n\n")[2],
        targets=_targets(config, labels),
        parts=_parts(config, network),
        entities=_entities(config, network),
        columns=_columns(network),
        pools=_pools(config, network, labels),
        queues=_queues(network),
        calendars=_calendars(config),
        entries=_entries(config, network),
        exits=_exits(network),
        anywhere=codes(rule.exit for rule in (network.death, network.readmission) if rule is not None),
        interventions=_interventions(config),
        reasons=_reasons(config),
        number=len(settings),
        has_sources=bool(sources.files),
        kinds=_kinds(source for _, source in by_source),
        references=_references(source for _, source in by_source),
        assumptions=_assumptions(by_source),
        counts={"activities": len(network.activities), "pools": len(network.pools), "places": len(network.places)},
    )


def _targets(config: CityConfig, labels: Mapping[str, str]) -> str:
    rows = (
        (code(name), measure_label(name, dict(labels)), _published(target), target.source)
        for name, target in config.targets.items()
    )
    return table(("measure", "what it is", "published", "source"), rows)


def _published(target: Target) -> str:
    if target.value is not None:
        return shown(target.value)
    return f"{shown(target.low)} to {shown(target.high)}"


def _parts(config: CityConfig, network: Network) -> list[dict[str, str]]:
    """Return the parts of the pathway: a description of each, its graph and its activities."""
    part_of = part_names(config)
    parts = []
    for name in dict.fromkeys(part_of[activity.name] for activity in network.activities):
        activities = [activity for activity in network.activities if part_of[activity.name] == name]
        description = inspect.getdoc(getattr(journey, name)) or ""
        title = name.replace("_", " ").capitalize()
        graph = part_graph(activities)
        parts.append(
            {"title": title, "description": description, "graph": graph, "activities": _activities(activities)}
        )
    return parts


def _activities(activities: Iterable[Activity]) -> str:
    headings = (
        "activity", "place", "needs", "holds it", "takes", "starts only in", "delay reason", "gives up", "priority",
        "means", "what is next",
    )  # fmt: skip
    return table(headings, (_activity(a) for a in activities))


def _activity(a: Activity) -> tuple[str, ...]:
    visits = f", {a.visits.first} visits a day falling to {a.visits.last}" if a.visits else ""
    escalates = f", {a.escalates_to:g} after {a.escalates_after:g} days" if a.escalates_after is not None else ""
    working = a.clock == "working"
    takes = " ".join(filter(None, (code(a.duration), _CLOCKS[a.clock], f"of {code(a.calendar)}" if working else "")))
    onward = [f"{code(to)}{': ' if when else ''}{', '.join(when)}" for when, to in ways_on(a.next)]
    return (
        code(a.name),
        code(a.place),
        f"{code(a.pool)}{visits}" if a.pool else "",
        _HELD[a.holds] if a.pool else "",
        takes if a.duration else "",
        code(a.calendar),
        code(a.reason),
        f"after {code(a.patience)}, for {code(a.otherwise)}" if a.patience else "",
        f"{code(a.priority)}{escalates}",
        ", ".join(filter(None, (a.stamp, *sorted(a.tags)))).replace("_", " "),
        "\n".join(onward) or "the spell ends",
    )


def _entities(config: CityConfig, network: Network) -> str:
    rows = (
        (code(name), s.counts_as.replace("_", " "), code(entry.activity), _rate(entry), "" if s.enabled else "off")
        for (name, s), entry in zip(config.streams.items(), entries(config, network), strict=False)
    )
    return table(("entity: a spell of the stream", "counts as", "first activity", "spells a day", ""), rows)


def _rate(entry: Entry) -> str:
    return "daily rates from a file" if entry.spells_per_day is None else shown(entry.spells_per_day)


def _columns(network: Network) -> str:
    rows = []
    for column, uses in columns_read(network).items():
        by = list(dict.fromkeys(name for names in uses.values() for name in names))
        rows.append((code(column), ", ".join(uses), codes(by[:3]) + (f" and {len(by) - 3} more" if by[3:] else "")))
    return table(("attribute", "what it decides", "read by"), rows)


def _pools(config: CityConfig, network: Network, labels: Mapping[str, str]) -> str:
    vacancies = {pool.name: pool for pool in config.pools if pool.kind == "vacancies"}
    rows = []
    for pool in network.pools:
        starts = vacancies.get(pool.name)
        rows.append(
            (
                code(pool.name),
                labels.get(pool.name, ""),
                pool.kind,
                f"{shown(starts.size)} starts a week" if starts else _capacity(pool),
                "\n".join(
                    [f"{shown(step.size)} starts a week" for step in starts.surge]
                    if starts
                    else [f"{step.units:,}" for step in pool.surge]
                ),
                "\n".join(f"above {step.above} waiting; closes at {step.until} or fewer" for step in pool.surge),
                pool.stock_limit or "",
                sum(a.pool == pool.name for a in network.activities),
            )
        )
    headings = (
        "pool", "what it is", "kind", "capacity", "surge", "surge opens", "unused vacancies kept", "activities",
    )  # fmt: skip
    return table(headings, rows)


def _capacity(pool: Pool) -> str:
    (_, first), *later = pool.capacity
    if len(later) > _STEPS_SHOWN:
        units = [size for _, size in pool.capacity]
        return f"{min(units):,} to {max(units):,}, from day to day"
    return "\n".join([f"{first:,}", *(f"from day {day:g}: {units:,}" for day, units in later)])


def _queues(network: Network) -> str:
    """Return who waits for each pool, in which order, and who gives up."""
    rows = []
    for pool in network.pools:
        waiting = [a for a in network.activities if a.pool == pool.name]
        priorities = sorted({a.priority for a in waiting if a.priority})
        order = f"{codes(priorities)}, then " if priorities else ""
        rows.append(
            (
                code(pool.name),
                codes(a.name for a in waiting),
                f"{order}first come, first served",
                codes(sorted({a.calendar for a in waiting if a.calendar})),
                "\n".join(f"{code(a.name)} after {code(a.patience)}" for a in waiting if a.patience),
                codes(sorted({a.reason for a in waiting if a.reason})),
            )
        )
    return table(("queue for", "who waits in it", "discipline", "served in", "who gives up", "delay reason"), rows)


def _calendars(config: CityConfig) -> str:
    rows = (
        (
            code(name),
            ", ".join(c.days),
            "\n".join([_from_to(c.from_hour, c.to_hour), *_hours_by_day(c)]),
            _bank_holidays(c.open_on_bank_holidays),
        )
        for name, c in config.calendars.items()
    )
    return table(("calendar", "days", "hours", "bank holidays"), rows)


def _hours_by_day(hours: WorkingHours) -> list[str]:
    return [f"{day}: {_from_to(*own)}" for day, own in (hours.hours_by_day or {}).items()]


def _bank_holidays(is_open: bool | list[float]) -> str:
    return ("open" if is_open else "closed") if isinstance(is_open, bool) else _from_to(*is_open)


def _from_to(opens: float, closes: float) -> str:
    return f"{opens:g} to {closes:g}"


def _entries(config: CityConfig, network: Network) -> str:
    ways = entries(config, network)
    rows = []
    for e in ways:
        who = f"stream {code(e.name)}" if e.people is None else f"{e.name}: {e.people} people"
        rows.append((code(e.activity), who, _rate(e) if e.people is None else "", "" if e.enabled else "off"))
    unused = [name for name in dict.fromkeys(network.entries) if name not in {e.activity for e in ways}]
    rows += [(code(name), "no stream comes by it", "", "") for name in unused]
    return table(("entry: first activity", "who", "spells a day", ""), rows)


def _exits(network: Network) -> str:
    before: Counter[str] = Counter()
    for activity in network.activities:
        before.update({target for _, target in ways_on(activity.next)})
    kinds = {place.name: place.kind for place in network.places}
    rows = (
        (
            code(a.name),
            code(a.place),
            kinds[a.place].replace("_", " "),
            ", ".join(filter(None, (a.stamp, *sorted(a.tags)))).replace("_", " "),
            before[a.name] or ("an entry" if a.name in network.entries else "from anywhere"),
        )
        for a in network.activities
        if a.next is None
    )
    return table(("exit: last activity", "place", "kind of place", "means", "activities before it"), rows)


def _interventions(config: CityConfig) -> str:
    rows = (
        (
            *(code(name), i.intervention.title, i.intervention.mechanism, shown(i.coverage)),
            *(i.from_date or "", i.to_date or "", i.ramp_days or ""),
        )
        for name, i in config.interventions.items()
    )
    columns = ("intervention", "what it is", "what it does in the model", "coverage", "from", "to", "ramp (days)")
    return table(columns, rows)


def _reasons(config: CityConfig) -> str:
    rows = (
        (code(name), r.code, r.group.replace("_", " "), *map(shown, r.attribution.model_dump().values()))
        for name, r in config.delay_reasons.items()
    )
    return table(("reason", "national code", "group", "NHS", "social care", "both"), rows)


def _kinds(sources: Iterable[Source]) -> str:
    counted = Counter(source.kind for source in sources)
    rows = ((kind, words, counted[kind]) for kind, words in KINDS.items() if counted[kind])
    return table(("kind", "what it means", "settings"), rows)


def _references(sources: Iterable[Source]) -> str:
    counted = Counter((source.reference, source.kind) for source in sources if source.reference)
    return table(("source", "kind", "settings"), ((r, kind, n) for (r, kind), n in sorted(counted.items())))


def _assumptions(by_source: Iterable[tuple[str, Source]]) -> str:
    """Return the assumptions: each once, with the settings that rest on it."""
    resting: dict[str, list[str]] = {}
    for path, source in by_source:
        if source.kind == "assumption":
            resting.setdefault(source.note, []).append(path)
    rows = ((note, _together(paths)) for note, paths in resting.items())
    return table(("what is assumed, or why", "settings"), rows)


def _together(paths: list[str]) -> str:
    """Name up to three settings, or the groups that many are in."""
    if len(paths) <= 3:
        return codes(paths)
    groups = dict.fromkeys(".".join(path.split(".")[:2]) for path in paths)
    return f"{len(paths)} in {codes(groups)}"
