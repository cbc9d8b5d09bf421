"""Reading a configuration: what is accepted, and what people are told about what is not."""

import datetime as dt
import os
import pickle
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from flowsim.config.errors import ConfigError, Problem
from flowsim.config.load import load, read_yaml, resolved


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Fixed(Part):
    distribution: Literal["fixed"]
    value: Annotated[float, Field(ge=0)]


class Normal(Part):
    distribution: Literal["normal"]
    mean: float
    sd: float


Distribution = Annotated[Fixed | Normal, Field(discriminator="distribution")]


class Run(Part):
    horizon_days: Annotated[int, Field(ge=1)]
    start_date: dt.date = dt.date(2016, 4, 1)


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Stream(Part):
    rate_per_day: Annotated[float, Field(ge=0)]
    same_day: Annotated[float, Field(ge=0, le=1)] = 0.3
    opens: dt.time = dt.time(8)
    delay: Distribution | None = None
    either: float | Distribution | list[float] | None = None
    begins: float | Run = 0.0
    weights: Annotated[list[float], Field(min_length=2)] = Field(default=[1.0, 1.0])
    kind: Literal["planned", "urgent"] = "urgent"
    size: Size = Size.SMALL
    enabled: bool = True
    label: str = ""
    shares: dict[Literal["young", "old"], float] = Field(default={})

    @model_validator(mode="after")
    def _shares_sum_to_one(self):
        if self.shares and sum(self.shares.values()) != 1:
            raise ValueError(f"shares must sum to 1, these sum to {sum(self.shares.values()):g}")
        return self


class City(Part):
    run: Run
    streams: dict[Annotated[str, Field(pattern="^[a-z0-9]+$")], Stream] = Field(default={})

    @model_validator(mode="after")
    def _streams_are_known(self):
        for name, stream in self.streams.items():
            if stream.label == "nowhere":
                raise ValueError(f"streams.{name}.label: unknown place 'nowhere'; known are here and there")
        return self


class Anything(RootModel[dict]):
    pass


RUN = "run:\n  horizon_days: 365\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write files to a folder of their own, which is the working directory."""
    monkeypatch.chdir(tmp_path)

    def _write(text, name="city.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    return _write


def complaint(path, model=City, changes=None):
    with pytest.raises(ConfigError) as caught:
        load(path, model, changes)
    return str(caught.value)


def stream(text):
    """A city with one stream, whose settings begin in line 5."""
    return f"{RUN}streams:\n  gp:\n" + "".join(f"    {line}\n" for line in text.splitlines())


def test_a_sound_file_becomes_a_configuration(write):
    path = write(stream("rate_per_day: 3\nopens: '08:30'\nsize: large\ndelay: {distribution: fixed, value: 2}"))
    city = load(path, City)
    assert city.run.start_date == dt.date(2016, 4, 1)
    assert city.streams["gp"].opens == dt.time(8, 30)
    assert city.streams["gp"].size is Size.LARGE
    assert city.streams["gp"].delay == Fixed(distribution="fixed", value=2.0)


def test_a_plain_value_means_what_a_reader_takes_it_for(write):
    text = "[12:30, 010, 2016-04-01, 18-64, 85+, '3', 1e5, -.5, 1.5e-3, !!float 3, .inf, 53_631, +3, yes, Off, ~]"
    expected = ["12:30", "010", "2016-04-01", "18-64", "85+", "3", 1e5, -0.5, 1.5e-3, 3.0, float("inf"), 53631, 3]
    found = read_yaml(write(f"a: {text}\n"))[0]["a"]
    assert found == [*expected, True, False, None]
    assert [type(value) for value in found[:13]] == [type(value) for value in expected]


def test_every_value_knows_its_line(write):
    data, lines = read_yaml(write("# a comment\na:\n  b: 1\n  c:\n    - x\n    - {d: 2}\n3: y\n"))
    assert data == {"a": {"b": 1, "c": ["x", {"d": 2}]}, "3": "y"}
    of_a = {("a",): 2, ("a", "b"): 3, ("a", "c"): 4, ("a", "c", 0): 5, ("a", "c", 1): 6, ("a", "c", 1, "d"): 6}
    assert lines == {(): 1, **of_a, ("3",): 7}


def test_an_alias_repeats_a_value(write):
    data, lines = read_yaml(write("a: &same {b: 1}\nc: *same\n"))
    assert data["c"] == {"b": 1}
    assert data["c"] is not data["a"]
    assert lines["c",] == 2


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(write):
    data, lines = read_yaml(write(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n"))
    assert data == {"a": 1, "b": 2}
    assert lines["b",] == 2


def test_a_whole_number_may_be_written_with_an_exponent(write):
    assert load(write("run: {horizon_days: 1e3}"), City).run.horizon_days == 1000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "city.yaml: the file is empty"),
        ("# only a comment\n", "city.yaml: the file is empty"),
        ("- 1\n", "city.yaml, line 1: the file must hold settings (name: value)"),
        ("# x\n5\n", "city.yaml, line 2: the file must hold settings (name: value)"),
        (b"a: 1\nb: \xff\n", "city.yaml, line 2: the file is not plain text; save it as UTF-8"),
        ("a: 1\nb: \x07\n", "city.yaml, line 2: a character here is not allowed in a text file"),
        ("a:\n\t- b\n", "city.yaml, line 2: a tab is not allowed here: indent with spaces"),
        ("a: 1\nb: *x\n", "city.yaml, line 2: this is not valid YAML: found undefined alias 'x'"),
        ("a: 'x\n", "city.yaml, line 2: this is not valid YAML: while scanning a quoted scalar (line 1), found unex"),
        ("a: b: c\n", "city.yaml, line 1: a colon is not allowed here: check the indentation, or put the text in"),
        ("a: 1\n---\nb: 1\n", "city.yaml, line 2: this is not valid YAML: expected a single document in the stream"),
        ("a: " + "[" * 3000, "city.yaml: groups are nested too deeply"),
        ("a: &x [*x]\n", "city.yaml: more than 1,000,000 values"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "city.yaml, line 4: b.c: this setting is given twice (first in line 3)"),
        ("1: x\n'1': y\n", "city.yaml, line 2: 1: this setting is given twice (first in line 1)"),
        ("a: !!python/object/apply:os.system [ls]\n", "city.yaml, line 1: a: the tag !!python/object/apply:os.system"),
        ("a: 1\nb: !x 1\n", "city.yaml, line 2: b: the tag !x is not allowed: write plain values"),
        ("a:\n  on: 1\n", "city.yaml, line 2: a: the name 'on' of a setting must be text (put it in quotes)"),
        ("0.5: 1\n", "city.yaml, line 1: the name '0.5' of a setting must be text (put it in quotes)"),
        ("? [1]\n: 2\n", "city.yaml, line 1: the name of a setting must be text"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", "city.yaml, line 3: c: << is not allowed: use an alias"),
        ("a: !!int abc\n", "city.yaml, line 1: a: this value cannot be read as a whole number"),
    ],
)
def test_a_file_that_is_no_sound_yaml_is_refused_with_its_line(write, text, message):
    said = complaint(write(text), Anything)
    assert said.startswith(message)
    assert "\n" not in said


def test_a_missing_file_and_a_folder_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    assert complaint("none.yaml") == "none.yaml: there is no such file"
    assert complaint("folder") == "folder: this is a folder, not a file"


@pytest.mark.skipif(os.name != "posix", reason="a file name that is too long is reported otherwise")
def test_a_file_that_cannot_be_read_is_refused():
    assert "the file cannot be read (File name too long)" in complaint("x" * 300)


def test_aliases_that_multiply_without_end_are_refused_at_once(write):
    levels = "".join(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 10)}]\n" for i in range(30))
    assert "more than 1,000,000 values" in complaint(write(f"a0: &a0 1\n{levels}"))


def test_all_faults_of_one_file_are_told_at_once(write):
    said = complaint(write("a: 1\na: 2\nb: !x 1\nyes: 1\n"))
    assert [line.split(":")[0] for line in said.splitlines()] == [f"city.yaml, line {n}" for n in (2, 3, 4)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate_per_day: -3", "rate_per_day: -3 is not allowed: must be 0 or more"),
        ("rate_per_day: many", "rate_per_day: 'many' is not allowed: must be a number"),
        ("rate_per_day: '3'", "rate_per_day: '3' is not allowed: must be a number: write 3, without quotes"),
        ("rate_per_day: 8:30", "rate_per_day: '8:30' is not allowed: must be a number: write 8.5"),
        ("rate_per_day: 010", "rate_per_day: '010' is not allowed: must be a number: write 10"),
        ("rate_per_day: 12,5", "rate_per_day: '12,5' is not allowed: must be a number: write 12.5"),
        (
            "rate_per_day: 1,200",
            "rate_per_day: '1,200' is not allowed: must be a number: "
            "write 1200, or 1.2 if the comma is a decimal point",
        ),
        ("rate_per_day: 1 200", "rate_per_day: '1 200' is not allowed: must be a number: write 1200"),
        ("rate_per_day: \uff13", "rate_per_day: '\uff13' is not allowed: must be a number: write 3"),
        ("rate_per_day: 0x1F", "rate_per_day: '0x1F' is not allowed: must be a number"),
        ("rate_per_day: nan", "rate_per_day: 'nan' is not allowed: must be a number"),
        (
            "rate_per_day: 5 days",
            "rate_per_day: '5 days' is not allowed: must be a number: write the number alone, without its unit",
        ),
        ("same_day: 90%", "same_day: '90%' is not allowed: must be a number: write 0.9"),
        ("rate_per_day: yes", "rate_per_day: true is not allowed: must be a number"),
        ("rate_per_day:", "rate_per_day: an empty value is not allowed: must be a number"),
        ("rate_per_day: .nan", "rate_per_day: NaN is not allowed: must be a finite number"),
        ("rate_per_day: .inf", "rate_per_day: Infinity is not allowed: must be a finite number"),
        ("same_day: 1.2", "same_day: 1.2 is not allowed: must be 1 or less"),
        ("kind: urgnt", "kind: 'urgnt' is not allowed: must be 'planned' or 'urgent'"),
        ("size: huge", "size: 'huge' is not allowed: must be 'small' or 'large'"),
        ("enabled: 1", "enabled: 1 is not allowed: must be true or false"),
        ("opens: '25:00'", "opens: '25:00' is not allowed: must be a time of day such as '08:30'"),
        ("label: 2016", "label: 2016 is not allowed: must be text (put it in quotes)"),
        ("weights: 3", "weights: 3 is not allowed: must be a list"),
        ("weights: [1]", "weights: [1] is not allowed: must have 2 or more items, this has 1"),
        ("weights: [1, x]", "weights.1: 'x' is not allowed: must be a number"),
        ("delay: 3", "delay: 3 is not allowed: must be a group of settings (name: value)"),
        ("delay: {value: 3}", "delay.distribution: this setting is missing; it must be one of 'fixed', 'normal'"),
        ("delay: {distribution: nor}", "delay.distribution: 'nor' is not allowed: must be one of 'fixed', 'normal'"),
        ("delay: {distribution: fixed, value: -1}", "delay.value: -1 is not allowed: must be 0 or more"),
        ("delay: {distribution: fixed}", "delay.value: this setting is missing"),
        ("either: x", "either: 'x' is not allowed: must be a number or a group of settings (name: value) or a list"),
        (
            "either: {distribution: fixed, valu: 1}",
            "either.valu: there is no such setting; did you mean value? (allowed here: distribution, value)",
        ),
        (
            "delay: {distribution: fixed, value: 1,200}",
            "delay.200: there is no such setting; within { } a number of thousands has no comma: write 1200",
        ),
        (
            "begins: {horizon_day: 1}",
            "begins.horizon_day: there is no such setting; did you mean horizon_days? "
            "(allowed here: horizon_days, start_date)",
        ),
        ("either: [1, x]", "either.1: 'x' is not allowed: must be a number"),
        ("shares: {od: 0}", "shares.od: there is no such setting; did you mean old? (allowed here: young, old)"),
    ],
)
def test_a_value_that_does_not_fit_is_met_with_what_is_allowed(write, text, message):
    required = "" if text.startswith("rate_per_day") else "rate_per_day: 1\n"
    line = 6 if required else 5
    assert complaint(write(stream(required + text))) == f"city.yaml, line {line}: streams.gp.{message}"


def test_a_date_that_does_not_exist_is_refused(write):
    said = complaint(write(f"{RUN}  start_date: 2016-04-31\n"))
    assert said == "city.yaml, line 3: run.start_date: '2016-04-31' is not allowed: must be a date such as 2016-04-01"


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("01/11/2016", ": write 2016-11-01"),
        ("31.10.2016", ": write 2016-10-31"),
        ("1 November 2016", ": write 2016-11-01"),
        ("10/31/2016", ": write the year, the month and the day"),
        ("1/11/16", ": write the year with four digits"),
        ("soon", ""),
    ],
)
def test_a_date_in_another_notation_is_refused_with_what_to_write(write, written, hint):
    said = complaint(write(f"{RUN}  start_date: {written}\n"))
    assert said == (
        f"city.yaml, line 3: run.start_date: '{written}' is not allowed: must be a date such as 2016-04-01{hint}"
    )


def test_a_value_of_which_one_can_tell_what_was_meant_hides_nothing(write):
    text = stream("rate_per_day: '3'\nsame_day: 90%\nlabel: nowhere\nkindd: planned")
    said = complaint(write(text.replace("365", "1,000"))).splitlines()
    assert [line.split(": ")[1] for line in said] == [
        "run.horizon_days",
        "streams.gp.rate_per_day",
        "streams.gp.same_day",
        "streams.gp.kindd",
        "streams.gp.label",
    ]
    assert "unknown place 'nowhere'" in said[-1]


def test_what_was_put_in_for_a_wrong_value_is_not_blamed(write):
    """The shares do not sum to 1, but what they sum to depends on what 40% was meant to be."""
    said = complaint(write(stream("rate_per_day: 1\nshares: {young: 40%, old: 0.5}")))
    assert said.count("\n") == 0
    assert "shares.young: '40%' is not allowed: must be a number: write 0.4" in said


def test_a_missing_setting_is_told_with_the_line_of_its_group(write):
    assert complaint(write("# x\nrun:\n  start_date: 2016-04-01\n")) == (
        "city.yaml, line 2: run.horizon_days: this setting is missing"
    )


def test_a_misspelt_key_is_met_with_the_nearest_right_one(write):
    assert complaint(write("run:\n  horzion_days: 365\n")) == (
        "city.yaml, line 2: run.horzion_days: there is no such setting; did you mean horizon_days? "
        "(allowed here: horizon_days, start_date)"
    )


def test_of_many_allowed_keys_only_the_nearest_are_shown(write):
    said = complaint(write(stream("rate_per_day: 1\nwieghts: [1, 2]")))
    assert "did you mean weights? (allowed here: weights, " in said
    assert said.endswith(" and 7 more)")


def test_a_key_like_no_other_is_met_with_the_allowed_ones(write):
    said = complaint(write(RUN + "  zzz: 1\n"))
    assert said.endswith("run.zzz: there is no such setting (allowed here: horizon_days, start_date)")


def test_the_words_of_a_validator_are_told_as_they_are(write):
    said = complaint(write(stream("rate_per_day: 1\nshares: {young: 0.5, old: 0.4}")))
    assert said == "city.yaml, line 4: streams.gp: shares must sum to 1, these sum to 0.9"


def test_a_validator_may_blame_a_setting_inside_its_part(write):
    said = complaint(write(stream("rate_per_day: 1\nlabel: nowhere")))
    assert said == (
        "city.yaml, line 6: streams.gp.label: 'nowhere' is not allowed: "
        "unknown place 'nowhere'; known are here and there"
    )


def test_all_problems_are_told_but_no_more_than_twenty(write):
    text = RUN + "streams:\n" + "".join(f"  s{n}: {{rate_per_day: -1}}\n" for n in range(25))
    with pytest.raises(ConfigError) as caught:
        load(write(text), City)
    assert len(caught.value.problems) == 25
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[0].startswith("city.yaml, line 4: streams.s0.rate_per_day")
    assert lines[-1] == "... and 5 more problems"


def test_a_long_value_is_cut_short(write):
    assert len(complaint(write(f"run: {{horizon_days: {'x' * 5000}}}"))) < 200


def test_a_problem_has_parts_and_survives_the_way_between_processes(write):
    with pytest.raises(ConfigError) as caught:
        load(write("run:\n  horizon_days: 0\n"), City)
    problem = Problem("city.yaml", 2, "run.horizon_days", 0, "must be 1 or more")
    assert pickle.loads(pickle.dumps(caught.value)).problems == [problem]
    with pytest.raises(ConfigError) as caught:
        load(write("run: {}\n"), City)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_variant_says_only_what_differs(write):
    write(stream("rate_per_day: 1\nweights: [1, 2, 3]\nlabel: base"), "base.yaml")
    path = write("extends: base.yaml\nstreams:\n  gp:\n    weights: [4, 5]\n  ed: {rate_per_day: 9}\n")
    assert resolved(path) == {
        "run": {"horizon_days": 365},
        "streams": {"gp": {"rate_per_day": 1, "weights": [4, 5], "label": "base"}, "ed": {"rate_per_day": 9}},
    }


def test_of_several_files_the_later_wins_and_the_file_itself_wins_over_all(write):
    write("a: 1\nb: 1\nc: 1\n", "one.yaml")
    write("extends: one.yaml\nb: 2\nc: 2\n", "two.yaml")
    path = write("extends: [one.yaml, two.yaml]\nc: 3\nd:\n")
    assert resolved(path) == {"a": 1, "b": 2, "c": 3, "d": None}


def test_extends_is_relative_to_the_file_that_says_it(write):
    write(RUN, "base.yaml")
    assert resolved(write("extends: ../base.yaml\n", "variants/v.yaml")) == {"run": {"horizon_days": 365}}


def test_another_distribution_replaces_the_old_with_its_parameters(write):
    write(stream("rate_per_day: 1\ndelay: {distribution: normal, mean: 3, sd: 1}"), "base.yaml")
    same = write("extends: base.yaml\nstreams: {gp: {delay: {sd: 2}}}\n", "same.yaml")
    other = write("extends: base.yaml\nstreams: {gp: {delay: {distribution: fixed, value: 2}}}\n", "other.yaml")
    assert load(same, City).streams["gp"].delay == Normal(distribution="normal", mean=3, sd=2)
    assert load(other, City).streams["gp"].delay == Fixed(distribution="fixed", value=2)


def test_a_problem_names_the_file_it_comes_from(write):
    write(stream("rate_per_day: -1\nsame_day: 0.5"), "base.yaml")
    path = write("extends: base.yaml\nstreams:\n  gp: {same_day: 2}\n")
    assert complaint(path).splitlines() == [
        "base.yaml, line 5: streams.gp.rate_per_day: -1 is not allowed: must be 0 or more",
        "city.yaml, line 3: streams.gp.same_day: 2 is not allowed: must be 1 or less",
    ]


def test_a_replaced_group_takes_its_lines_with_it(write):
    write(stream("rate_per_day: 1\ndelay:\n  distribution: normal\n  mean: 1\n  value: 1"), "base.yaml")
    path = write("extends: base.yaml\nstreams:\n  gp:\n    delay: {distribution: fixed}\n")
    assert complaint(path) == "city.yaml, line 4: streams.gp.delay.value: this setting is missing"


def test_a_circle_of_extends_is_named(write):
    write("x: 1\nextends: b.yaml\n", "a.yaml")
    write("extends: [c.yaml]\n", "b.yaml")
    write("extends: a.yaml\n", "c.yaml")
    assert complaint("a.yaml") == (
        "c.yaml, line 1: extends: 'a.yaml' is not allowed: files extend one another in a circle: "
        "a.yaml -> b.yaml -> c.yaml -> a.yaml"
    )


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("none.yaml", "'none.yaml' is not allowed: there is no file none.yaml"),
        ("5", "5 is not allowed: must be a file name or a list of file names"),
        ("", "an empty value is not allowed: must be a file name or a list of file names"),
    ],
)
def test_extends_must_name_a_file_that_is_there(write, extends, message):
    assert complaint(write(f"{RUN}extends: {extends}\n")) == f"city.yaml, line 3: extends: {message}"


def test_changes_apply_to_what_is_loaded_and_reach_defaults(write):
    path = write(stream("rate_per_day: 10"))
    changes = [{"path": "streams.gp.rate_per_day", "scale": 0.5}, {"path": "streams.gp.same_day", "set": 0.4}]
    gp = load(path, City, changes).streams["gp"]
    assert (gp.rate_per_day, gp.same_day) == (5.0, 0.4)


def test_a_change_that_does_harm_is_told_apart_from_a_faulty_file(write):
    path = write(stream("rate_per_day: 10"))
    assert complaint(path, changes=[{"path": "streams.gp.rate_per_day", "add": -13}]) == (
        "city.yaml with changes, line 5: streams.gp.rate_per_day: -3 is not allowed: must be 0 or more"
    )
