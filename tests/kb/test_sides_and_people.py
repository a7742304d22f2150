"""What is compared with what, and in whom: ways of giving one product, treatments told either way round, and results of a part of the people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kb.answer import answer
from kb.answer_text import text
from kb.question import understand
from tests.kb.told import BAD, GOOD, add, asked, compared, counted, disputed, opened, paper, trial

UP, DOWN = "favours_intervention", "favours_comparator"
LOWER = "EDSS at 12 months was lower with {} than with {} (mean difference -0.80; 95% CI -1.10 to -0.50; P < 0.001)."
M, IV, IT = "mesenchymal stem cells", "intravenous mesenchymal stem cells", "intrathecal mesenchymal stem cells"


def beats(name: str, number: str, one: str, other: str) -> dict[str, Any]:
    return compared(name, number, one, other, LOWER.format(one, other))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sides") / "library.db"
    short = {w: w.split()[0] for w in (IV, IT)}
    add(
        made,
        compared("iv", "NCT01000004", IV, IT, LOWER.format(short[IV], IT)),
        compared("it", "NCT01000005", IT, IV, LOWER.format(short[IT], IV)),
        compared("dose", "NCT01000006", f"high-dose {M}", f"low-dose {M}", LOWER.format("high-dose", f"low-dose {M}")),
        beats("m", "NCT01000001", M, "natalizumab"),
        beats("n", "NCT01000002", "natalizumab", M),
        trial("p", "NCT01000003"),
    )
    return made


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("IV vs IT MSC for EDSS", {"iv": UP, "it": DOWN}),
        ("IT vs IV MSC for EDSS", {"iv": DOWN, "it": UP}),
        ("it vs iv msc for edss", {"iv": DOWN, "it": UP}),
        ("MSC vs intravenous MSC", {"iv": DOWN, "it": UP}),
        ("MSC vs intrathecal MSC", {"iv": UP, "it": DOWN}),
        ("high dose vs low dose MSC", {"dose": UP}),
        ("low-dose MSC vs high-dose MSC", {"dose": DOWN}),
        ("MSC vs natalizumab for EDSS", {"m": UP, "n": DOWN}),
        ("natalizumab vs MSC for EDSS", {"m": DOWN, "n": UP}),
        ("anything vs natalizumab in MS", {"m": UP, "n": DOWN}),
        ("anything vs MSC in MS", {"m": DOWN, "n": UP}),
        ("MSC vs placebo for EDSS", {"p": UP}),
        ("MSC vs control for EDSS", {"m": UP, "p": UP}),
    ],
)
def test_a_question_finds_a_comparison_from_either_side(path: Path, question: str, sides: dict[str, str]) -> None:
    assert counted(asked(path, question)) == sides


def test_ways_of_giving_cells_are_no_evidence_against_a_control(path: Path) -> None:
    found = {o["against"]: o for o in asked(path, "MSC for EDSS")["outcomes"]}
    assert "a control that is not specified" not in found
    routes = found["mesenchymal stem cells (intravenous)"]
    assert (routes["verdict"], routes["counts"]["trial"]["favours_intervention"]) == ("contested", 1)
    assert ("it", "iv", "opposite") in disputed(path)


def test_a_turned_claim_stands_under_its_own_heading(path: Path) -> None:
    headings = {o["against"]: counted({"outcomes": [o]}) for o in asked(path, "IT MSC in MS")["outcomes"]}
    assert headings == {"mesenchymal stem cells (intravenous)": {"it": UP, "iv": DOWN}}
    headings = {o["against"]: counted({"outcomes": [o]}) for o in asked(path, "IV MSC in MS")["outcomes"]}
    assert headings == {"mesenchymal stem cells (intrathecal)": {"it": DOWN, "iv": UP}, "placebo": {"p": UP}}


def test_sources_are_found_from_either_side(tmp_path: Path) -> None:
    made = tmp_path / "library.db"
    one, other = "umbilical cord mesenchymal stem cells", "bone marrow mesenchymal stem cells"
    add(made, beats("uc", "NCT01000001", one, other))
    for question, side in (
        ("umbilical cord MSC vs bone marrow MSC in MS", UP),
        ("bone marrow MSC vs umbilical cord MSC in MS", DOWN),
        ("bone marrow vs umbilical cord MSC in MS", DOWN),
        ("bone marrow MSC in MS", DOWN),
    ):
        assert counted(asked(made, question)) == {"uc": side}, question


def test_a_name_with_versus_in_it_is_not_cut(path: Path) -> None:
    with opened(path) as db:
        for words in ("graft-versus-host disease", "graft versus host disease", "graft vs host disease"):
            for sort in ("acute", "chronic"):
                asking = understand(db, f"MSC in {sort} {words}")
                assert asking.condition is not None
                assert asking.condition.label == f"{sort} graft-versus-host disease"
                assert (asking.comparator, asking.site, asking.outcome) == (None, None, None)
        assert understand(db, "stem cels in stroke").site is None


def test_a_name_of_both_sorts_is_a_condition_or_an_outcome(path: Path) -> None:
    with opened(path) as db:
        found = [understand(db, q) for q in ("MSC in chronic GVHD", "what reduces chronic GVHD")]
    assert [(q.condition is not None, q.outcome is not None) for q in found] == [(True, False), (False, True)]


PARTS = {
    "women": f"In the subgroup of women, EDSS at 12 months {GOOD}.",
    "progressive": f"Among patients with progressive disease, EDSS at 12 months {GOOD}.",
    "older": f"In participants aged over 50, EDSS at 12 months {GOOD}.",
    "sensitivity": f"In a sensitivity analysis, EDSS at 12 months {GOOD}.",
}


@pytest.mark.parametrize("part", PARTS)
def test_a_result_of_a_part_of_the_people_is_no_vote_and_starts_no_dispute(tmp_path: Path, part: str) -> None:
    made = tmp_path / "library.db"
    front = "METHODS: In this randomised, double-blind, placebo-controlled trial, 120 participants with multiple sclerosis received intravenous mesenchymal stem cells (n=60) or placebo (n=60). RESULTS: "  # fmt: skip
    add(made, trial("main", "NCT01000001", BAD), paper("part", f"{front}{PARTS[part]} Registration: NCT01000002."))
    found = asked(made, "MSC vs placebo for EDSS")
    assert counted(found) == {"main": DOWN}
    (why,) = [c["not_counted_because"] for o in found["outcomes"] for c in o["claims"] if c["document"] == "part"]
    assert why.startswith("told of a part of the people" if part != "sensitivity" else "a sensitivity analysis")
    assert disputed(made) == set()
    with opened(made) as db:
        assert "NOT COUNTED" in text(answer(db, understand(db, "MSC vs placebo for EDSS")))


def test_a_result_of_those_who_were_studied_counts(tmp_path: Path) -> None:
    made = tmp_path / "library.db"
    front = "METHODS: In this randomised, double-blind, placebo-controlled trial, 120 adults aged over 50 with multiple sclerosis received intravenous mesenchymal stem cells (n=60) or placebo (n=60). RESULTS: "  # fmt: skip
    add(
        made,
        paper("a", f"{front}In adults aged over 50, EDSS at 12 months {GOOD}. Registration: NCT01000002."),
        paper("b", f"{front}In patients with multiple sclerosis, EDSS at 12 months {GOOD}. Registration: NCT01000003."),
    )
    assert counted(asked(made, "MSC vs placebo for EDSS")) == {"a": UP, "b": UP}
