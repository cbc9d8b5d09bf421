"""What a reader sees of a price: how much, for what, in which year's money, who pays, and where it is from."""

import flowsim
from flowsim.config.changes import changed
from flowsim.config.value_sources import Sources
from flowsim.report.document.data_dictionary import data_dictionary
from flowsim.report.price_table import price_rows


def test_every_price_of_the_shipped_city_has_its_unit_year_payer_and_source():
    city = flowsim.load_config("sheffield_2016_17")
    rows = {row[0]: row[1:] for row in price_rows(city)}
    assert rows["Ward beds"][:4] == ("346", "each bed and day, used or not", "2017/18", "NHS")
    assert rows["Discharge team"][:4] == (
        "27", "each member of staff and hour of work", "2017/18", "NHS 50%, social care 50%",
    )  # fmt: skip
    assert rows["Homecare"][:4] == ("1,820", "each start that is agreed, used or not", "2017/18", "social care")
    assert rows["On duty: Brokerage"][:4] == (
        "135", "each hour in which the calendar is open", "2017/18", "social care",
    )  # fmt: skip
    assert "IPACS" in rows["STIT (Active Recovery)"][4] and "IPACS" in rows["A delayed day"][4]
    priced = [pool.label for pool in city.pools] + [f"On duty: {name}" for name in ("Brokerage", "Care homes")]
    assert set(priced) <= set(rows)
    for name, row in rows.items():
        assert all(row[:4]), name
    for name in priced:
        assert rows[name][4] != "not given", name


def test_a_year_of_its_own_is_said_and_so_is_what_is_not_known(tiny_city):
    city = flowsim.load_config(tiny_city)
    older = {"gbp": 40.5, "per": "used_day", "year": "2009/10"}
    rows = {row[0]: row[1:] for row in price_rows(changed(city, {"costs.pools": {"stit": older}}))}
    assert rows["STIT (Active Recovery)"] == (
        "40.50",
        "each person and day in use",
        "2009/10",
        "not given",
        "not given",
    )


def test_a_service_of_visits_is_priced_by_the_visit():
    rows = {row[0]: row[1:] for row in price_rows(flowsim.load_config("step_down_only"))}
    assert rows["CICS (Active Recovery)"][:2] == ("50", "each visit and day, used or not")


def test_an_intervention_shows_what_it_costs_once_and_a_year(tiny_city):
    cost = {"source": "guess", "one_off_gbp": 10, "per_year_gbp": 20, "nhs_share": 1}
    made = {"title": "Planning", "what": "w", "mechanism": "m", "changes": [{"path": "ward.beds", "add": 1}],
            "cost": cost, "evidence": [{"says": "n", "source": "assumption"}]}  # fmt: skip
    city = changed(flowsim.load_config(tiny_city), {"interventions": {"planning": {"intervention": made}}})
    assert [row[1:] for row in price_rows(city) if row[0] == "Planning"] == [
        ("10", "once", "2017/18 GBP", "NHS", "guess"),
        ("20", "each year, at full reach", "2017/18 GBP", "NHS", "guess"),
    ]


def test_the_data_dictionary_has_the_table_of_prices(tiny_city):
    city = flowsim.load_config(tiny_city)
    text = data_dictionary(city, Sources(tiny_city), "tiny.yaml")
    assert "| Ward beds | 346 | each bed and day, used or not | 2017/18 | NHS |" in text
