"""The pathway as boxes and arrows, and their layout: nothing of the network is lost, and nothing overlaps."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from from_config import cohort_of, network_of
from hypothesis import given
from hypothesis import strategies as st
from paths import CONFIGS

from flowsim.model.harm import Harm
from flowsim.model.network import Branch, Look, Switch, targets
from flowsim.report.document.graph_layout import layered
from flowsim.report.document.pathway import STREAM, boxes, columns_read, entries, ways_on
from flowsim.report.document.pathway_drawing import pathway_svg
from flowsim.run.load_city import load_config

CITIES = [CONFIGS / "sheffield_2016_17.yaml", CONFIGS / "examples" / "step_down_only.yaml"]


@pytest.fixture(scope="module", params=CITIES, ids=lambda path: path.stem)
def city(request):
    config = load_config(request.param)
    return config, network_of(config)


def test_every_activity_is_in_one_box_and_every_step_between_boxes_in_one_arrow(city):
    config, network = city
    found, arrows = boxes(config, network)
    box_of = {a.name: box.key for box in found for a in box.activities}
    assert sorted(box_of) == sorted(a.name for a in network.activities)
    assert sum(len(box.activities) for box in found) == len(network.activities)
    steps = {(a.name, to) for a in network.activities for to in (*targets(a.next), *filter(None, [a.otherwise]))}
    between = {(box_of[a], box_of[b]) for a, b in steps if box_of[a] != box_of[b]}
    assert {(arrow.origin, arrow.target) for arrow in arrows if arrow.origin[0] != STREAM} == between


def test_a_way_that_only_impatience_takes_is_told_apart(city):
    _, network = city
    found, arrows = boxes(*city)
    box_of = {a.name: box.key for box in found for a in box.activities}
    onward = {(box_of[a.name], box_of[to]) for a in network.activities for to in targets(a.next)}
    given_up = {(box_of[a.name], box_of[a.otherwise]) for a in network.activities if a.otherwise}
    impatient = {(arrow.origin, arrow.target) for arrow in arrows if arrow.of_impatience}
    assert impatient == {(a, b) for a, b in given_up - onward if a != b}
    assert (("intermediate_care_beds",), ("amu", "front_door")) in impatient


def test_every_stream_comes_in_where_its_people_begin(city):
    config, network = city
    streams = [entry for entry in entries(config, network) if entry.people is None]
    assert [entry.name for entry in streams] == list(config.streams)
    assert {entry.activity for entry in entries(config, network)} <= set(network.entries)
    present = sum(entry.people for entry in entries(config, network) if entry.people is not None)
    start = config.initial_state
    assert present == (sum(start.in_service.values()) + sum(start.waiting.values()) if start else 0)


def test_the_picture_is_sound_and_draws_every_box_that_an_arrow_meets(city):
    config, network = city
    picture = pathway_svg(config, network)
    root = ElementTree.fromstring(picture)
    found, arrows = boxes(config, network)
    drawn = {element.get("data-box") for element in root.iter() if element.get("data-box")}
    assert drawn == {"/".join(key) for arrow in arrows for key in (arrow.origin, arrow.target)}
    assert sum(element.get("data-arrow") is not None for element in root.iter()) == len(arrows)
    assert {box.key[0] for box in found if "/".join(box.key) not in drawn} <= {"dead", "elsewhere"}


def test_a_name_may_hold_any_letter():
    config = load_config(CITIES[0])
    odd = config.model_copy(update={"name": "A < B & 'C'"})
    ElementTree.fromstring(pathway_svg(odd, network_of(odd)))


def test_conditions_of_the_way_on_are_those_of_switches_and_branches():
    inner = Switch("kind", ("a", "a"))
    following = Branch("u", "p", Switch("route", ("b", "c", "b")), inner, Harm.per_day(0.01))
    assert list(ways_on(following)) == [
        (("chance p + 0.01 a delayed day", "route = 0 or 2"), "b"),
        (("chance p + 0.01 a delayed day", "route = 1"), "c"),
        (("not by chance p",), "a"),
    ]
    assert list(ways_on(None)) == []


def test_a_curve_of_harm_and_a_look_are_told_in_words():
    curve = Harm(((0.0, 0.002), (7.0, 0.0005)))
    following = Branch("u", "p", Look("beds", "a", Look("slots", "b", "c", waiting_above=3)), "d", curve)
    chance = "chance p + 0.002 a delayed day, 0.0005 a delayed day from day 7"
    free, many = "something free in beds", "more than 3 wait for slots"
    assert list(ways_on(following)) == [
        ((chance, f"sees {free}"), "a"),
        ((chance, f"does not see {free}", f"sees {many}"), "b"),
        ((chance, f"does not see {free}", f"does not see {many}"), "c"),
        (("not by chance p",), "d"),
    ]


def test_the_ways_of_a_team_that_looks_are_in_the_picture():
    looks = {"path": "routes.looks_first", "set": {"share": 0.5, "waiting_above": 3}}
    config = load_config(CITIES[0]).with_changes([looks])
    network = network_of(config)
    _, arrows = boxes(config, network)
    ends = {(arrow.origin, arrow.target) for arrow in arrows}
    planned = ("ward", "discharge_planning")
    assert {(planned, ("ward", f"discharge_to_assess_{where}")) for where in ("at_home", "in_step_down")} <= ends
    seen = {when for when, _ in ways_on(network.activities[network.activity_index("pathway_allocated")].next)}
    assert any("sees more than 3 wait for stit" in when for when in seen)
    assert "looks_first" in columns_read(network)


def test_every_attribute_that_the_network_reads_is_drawn_in_the_cohort(city):
    config, network = city
    short = config.model_copy(update={"run": config.run.model_copy(update={"warm_up_days": 0, "horizon_days": 1})})
    assert set(columns_read(network)) <= set(cohort_of(short).columns)


names = st.integers(0, 11).map(lambda i: f"n{i}")


@given(
    heights=st.dictionaries(names, st.sampled_from([20.0, 50.0, 80.0]), min_size=2),
    arrows=st.lists(st.tuples(names, names), max_size=30, unique=True),
    last=st.sets(names, max_size=3),
)
def test_layouts_keep_nodes_apart_and_arrows_on_their_way(heights, arrows, last):
    arrows = [(a, b) for a, b in arrows if a != b and a in heights and b in heights]
    ends = {node for node in last if node in heights and not any(a == node for a, _ in arrows)}
    layout = layered(heights, arrows, ends, gap=10.0)
    assert set(layout.columns) == set(layout.middles) == set(heights)
    for column in set(layout.columns.values()):
        there = sorted((layout.middles[n], heights[n]) for n in heights if layout.columns[n] == column)
        for (above, high), (below, deep) in pairwise(there):
            assert below - above >= (high + deep) / 2 + 10.0 - 1e-6
    for a, b in arrows:
        way = layout.ways[a, b]
        assert way[0] == (layout.columns[a], layout.middles[a])
        assert way[-1] == (layout.columns[b], layout.middles[b])
        assert abs(layout.columns[a] - layout.columns[b]) == len(way) - 1 >= 1
    assert all(layout.columns[node] == max(layout.columns.values()) for node in ends)


def test_arrows_lead_right_unless_they_close_a_circle():
    heights = dict.fromkeys("abcd", 10.0)
    layout = layered(heights, [("a", "b"), ("b", "c"), ("c", "d"), ("c", "a")], ["d"], gap=5.0)
    assert [layout.columns[n] for n in "abcd"] == [0, 1, 2, 3]
    assert [column for column, _ in layout.ways["c", "a"]] == [2, 1, 0]


def test_crossings_that_need_not_be_are_undone():
    heights = dict.fromkeys(["a", "b", "c", "x", "y", "z"], 10.0)
    layout = layered(heights, [("a", "z"), ("b", "y"), ("c", "x")], ["x", "y", "z"], gap=5.0)
    middles = layout.middles
    assert [middles["a"] - middles["z"], middles["b"] - middles["y"], middles["c"] - middles["x"]] == [0, 0, 0]
