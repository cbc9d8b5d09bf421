"""The glossary has the words of the field, each once, and the plan's routes next to today's pathways."""

import re

import pytest
from paths import ROOT

TEXT = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TERMS = re.findall(r"\*\*(.+?)\*\*", TEXT)
WORDS = """
DTOC; delayed days; medically optimised; ready for transfer; excess days; NCTR; criteria to reside; discharge ready
date; MDT; DST; CHC; MAU; AMU; D2A; step-down; step-up; reablement; STIT; CICS; Active Recovery; ASCOF 2B(1); ASCOF
2D; High Impact Change; pool; activity; patience; reneging; blocking; surge; warm-up; replication; common random
numbers; paired difference; ensemble; parameter uncertainty; stochastic uncertainty; offered load; utilisation;
coverage; maturity; lag; spell; plan B
"""


@pytest.mark.parametrize("word", " ".join(WORDS.split()).split("; "))
def test_a_word_of_the_field_is_explained(word):
    assert any(word.lower() in term.lower() for term in TERMS)


def test_no_word_is_explained_twice():
    terms = [term.lower() for term in TERMS if not term.isdigit()]
    assert len(terms) == len(set(terms))


def test_each_route_of_the_plan_has_its_pathway_of_today():
    rows = [line for line in TEXT.splitlines() if re.match(r"\| (\d\.|\(none)", line)]
    assert [re.search(r"\*\*(\d)\*\*", row)[1] for row in rows] == ["0", "1", "2", "3"]
    for name in ("home", "discharge_to_assess_home", "discharge_to_assess_step_down", "assessed_in_hospital"):
        assert f"`{name}`" in TEXT
