"""Which papers are one study: a trial's own number joins, one that it merely prints does not; retellings and plans never stand for results."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.merging import doubts
from tests.kb.told import BAD, GOOD, RETRACTED, add, asked, cli, counted, disputed, nbib, opened, paper, review, together, trial

ONE, TWO = "NCT01000001", "NCT01000002"
UP, DOWN = "favours_intervention", "favours_comparator"
ASKED = "MSC vs placebo for EDSS"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def queue(path: Path) -> set[tuple[str, str]]:
    with opened(path) as db:
        return {(str(d["a"]), str(d["b"])) for d in doubts(db)}


def edges(path: Path, kind: str) -> list[tuple[str, str]]:
    with opened(path) as db:
        names = dict(db.execute("SELECT id, label FROM node").fetchall())
        return [(names[a], names[b]) for a, b in db.execute("SELECT source, target FROM edge WHERE kind = ?", (kind,))]


def test_two_reviews_that_pool_one_trial_are_two(path: Path) -> None:
    good = "EDSS was lower with mesenchymal stem cells than with placebo (MD -0.50; 95% CI -0.70 to -0.30; P < 0.001)."
    bad = "EDSS was higher with mesenchymal stem cells than with placebo (MD 0.40; 95% CI 0.20 to 0.60; P < 0.001)."
    add(path, review("P1", good, f"({TWO} and NCT01000003)"), review("P2", bad, f"({TWO} and NCT01000009)", year=2023))
    assert together(path) == {frozenset({"P1"}), frozenset({"P2"})}
    (outcome,) = asked(path, ASKED)["outcomes"]
    assert (outcome["verdict"], outcome["inconsistent_reports"]) == ("contested", [])
    assert disputed(path) == {("P1", "P2", "opposite")}


@pytest.mark.parametrize("joint", [True, False])
def test_a_paper_that_prints_two_trials_numbers_joins_them_never(path: Path, joint: bool) -> None:
    add(path, trial("A", ONE), trial("B", TWO, BAD))
    methods = (
        f"In two randomised, placebo-controlled trials, ALPHA ({ONE}) and BETA ({TWO}), 240 participants with multiple sclerosis"
    )
    own = f"We analysed data from ALPHA ({ONE}) and BETA ({TWO}): 240 participants with multiple sclerosis"
    text = f"METHODS: {methods if joint else own} received mesenchymal stem cells or placebo. RESULTS: At 24 months, quality of life did not differ (P = 0.60)."
    add(path, paper("J", text, "Two randomised trials of cells"))
    assert together(path) == {frozenset({n}) for n in "ABJ"}
    assert disputed(path) == {("A", "B", "opposite")}
    assert queue(path) >= {("A", "J"), ("B", "J")}
    assert set(edges(path, "cites")) == {("J", ONE), ("J", TWO)}


def test_a_number_in_a_sentence_about_another_trial_is_not_the_papers_own(path: Path) -> None:
    before = f"Cells lowered EDSS in the ALPHA trial ({ONE}). We tried to replicate this."
    add(path, trial("A", ONE), trial("B", TWO, BAD, before), trial("C", "no number", BAD, before))
    assert together(path) == {frozenset({n}) for n in "ABC"}
    assert disputed(path) == {("A", "B", "opposite"), ("A", "C", "opposite")}
    assert queue(path) >= {("A", "B"), ("A", "C")}


def test_reports_that_say_the_number_is_theirs_are_one_study(path: Path) -> None:
    add(
        path,
        trial("A", f"{ONE}; ISRCTN12345678"),
        trial("B", f"ISRCTN12345678 and {TWO}", outcome="fatigue"),
        paper(
            "C",
            f"METHODS: This is a secondary analysis of the ALPHA trial ({ONE}), in which 120 participants with multiple sclerosis received mesenchymal stem "
            "cells or placebo. RESULTS: Quality of life did not differ (P = 0.60).",
        ),
    )
    # Two numbers of one registry may be two trials, numbers of two registries are one trial registered twice.
    assert together(path) == {frozenset("ABC")}
    with opened(path) as db:
        assert [r[0] for r in db.execute("SELECT registry_ids FROM study")] == [f'["ISRCTN12345678", "{ONE}", "{TWO}"]']


def test_a_comment_counts_nothing_of_what_it_retells(path: Path) -> None:
    first = trial("A", ONE)
    comment = nbib(
        "120",
        "What the ALPHA trial of cells means",
        f"The ALPHA trial ({ONE}) found that EDSS {GOOD} in multiple sclerosis. We discuss what this means for practice.",
        "PT  - Comment",
        "CON - J. 2020;1. PMID: 111",
    )
    alone = nbib(
        "121",
        "Commentary: cells",
        f"In that trial, EDSS {GOOD} in 120 people with multiple sclerosis.",
        "PT  - Comment",
        "CON - J. 2020. PMID: 111",
    )
    add(path, nbib("111", first["title"], first["abstract"]), comment, alone)
    assert together(path) == {frozenset({"pmid:111", "pmid:120", "pmid:121"})}
    assert counted(asked(path, ASKED)) == {"pmid:111": UP}
    add(path, nbib("111", first["title"], first["abstract"], *RETRACTED))
    found = asked(path, ASKED)
    assert counted(found) == {}
    assert {c["document"]: c["status"] for o in found["outcomes"] for c in o["claims"]} == {"pmid:111": "retracted"}


def test_what_the_registry_posted_of_a_retracted_paper_counts_no_more(path: Path) -> None:
    first = trial("A", ONE)
    posted = dict(first, id=ONE, report="registry", read="registry", registry_ids=[ONE])
    add(path, nbib("111", first["title"], first["abstract"]), posted)
    assert counted(asked(path, ASKED))
    add(path, nbib("111", first["title"], first["abstract"], *RETRACTED))
    assert counted(asked(path, ASKED)) == {}


PLAN = (
    "BACKGROUND: This protocol describes a randomised, placebo-controlled trial. METHODS: 18 participants with progressive multiple sclerosis will receive "
    f"intrathecal mesenchymal stem cells or placebo. The primary outcome is EDSS at 6 months. Registration: {ONE}."
)


@pytest.mark.parametrize("tag", [(), ("PT  - Clinical Trial Protocol",)])
def test_a_plan_silences_no_result_and_is_no_result(path: Path, tag: tuple[str, ...]) -> None:
    title = "ALPHA: cells for nerves" if tag else "ALPHA: study protocol for a randomised placebo-controlled trial of cells"
    plan = nbib("900", title, PLAN, *tag)
    talk = trial("talk", ONE, report="conference")
    add(path, talk)
    add(path, plan)
    assert counted(asked(path, ASKED)) == {"talk": UP}
    result = trial("paper", ONE, BAD)
    add(path, nbib("901", result["title"], result["abstract"], year=2024))
    assert counted(asked(path, ASKED)) == {"pmid:901": DOWN}
    with opened(path) as db:
        assert [
            tuple(r) for r in db.execute("SELECT s.known_from, d.came_as FROM study s JOIN document d ON d.id = s.best_document_id")
        ] == [("article", "pmid:901")]


def test_a_paper_that_claims_nothing_silences_nobody(path: Path) -> None:
    add(path, trial("talk", ONE, report="conference"))
    add(path, paper("design", f"We describe how cells are given to participants with multiple sclerosis. Registration: {ONE}."))
    assert together(path) == {frozenset({"talk", "design"})}
    assert counted(asked(path, ASKED)) == {"talk": UP}


def test_a_registered_trial_with_a_published_plan_is_still_an_empty_chair(path: Path) -> None:
    plan = (
        "Brief summary\nThis trial compares intrathecal mesenchymal stem cells with placebo in multiple sclerosis. 100 participants.\n\nArms\nExperimental: "
        "intrathecal mesenchymal stem cells\nPlacebo comparator: intrathecal placebo\n\nPrimary outcomes\nChange in EDSS. Time frame: 12 months."
    )
    add(path, paper(ONE, plan, "Cells in MS, a randomised trial", report="registry", read="registry", registry_ids=[ONE]))
    add(path, nbib("900", "ALPHA: study protocol for a randomised trial of cells", PLAN))
    assert [c["study"] for c in asked(path, "intrathecal MSC vs placebo for EDSS")["registered_unreported"]] == [ONE]


def test_a_review_that_names_a_retracted_trial_may_include_it(path: Path) -> None:
    first = trial("A", ONE)
    pooled = review(
        "P",
        "EDSS was lower with mesenchymal stem cells than with placebo (MD -0.50; 95% CI -0.90 to -0.10; P = 0.01).",
        f"(including {ONE})",
        2019,
    )
    add(path, nbib("111", first["title"], first["abstract"]), pooled, trial("B", TWO, BAD))
    assert edges(path, "pools") == [(pooled["title"], ONE)]
    add(path, nbib("111", first["title"], first["abstract"], *RETRACTED))
    assert "may include pmid:111" in cli("changes", "--db", str(path))
    found = asked(path, ASKED)
    assert {c["document"]: c["may_include"] for o in found["outcomes"] for c in o["claims"] if c["level"] == "pooled"} == {
        "P": ["pmid:111"]
    }


def test_a_review_and_a_trial_that_it_names_may_share_people(path: Path) -> None:
    good = "EDSS was lower with mesenchymal stem cells than with placebo (MD -0.50; 95% CI -0.90 to -0.10; P = 0.01)."
    add(path, trial("B", TWO, BAD, year=2021), review("P", good, f"including {TWO}"), review("Q", good))
    with opened(path) as db:
        found = {
            (a, b): o
            for a, b, o in db.execute(
                "SELECT x.document, y.document, overlap FROM dispute JOIN comparison x ON x.claim_id = claim_a JOIN comparison y ON y.claim_id = claim_b"
            )
        }
    assert found == {("B", "P"): "possible", ("B", "Q"): "none known"}


def test_two_rows_that_turn_out_to_be_one_paper_keep_what_was_said_and_decided(path: Path) -> None:
    first = trial("A", ONE)
    add(path, dict(first, id="hand", doi="10.5555/a"), trial("B", TWO))
    add(path, nbib("111", first["title"], first["abstract"], *RETRACTED))
    cli("screen", ASKED, "--exclude", "pmid:111", "--why", "wrong dose", "--db", str(path))
    cli("merge", "pmid:111", "B", "--distinct", "--why", "other people", "--db", str(path))
    add(path, dict(first, id="both", doi="10.5555/a", pmid="111"))
    with opened(path) as db:
        assert [tuple(r) for r in db.execute("SELECT came_as, status FROM document ORDER BY 1")] == [
            ("B", "ok"),
            ("both", "retracted"),
        ]
        assert db.execute("SELECT count(*) FROM document_notice").fetchone()[0] == 1
        assert [r[0] for r in db.execute("SELECT why FROM screening")] == ["wrong dose"]
        assert [r[0] for r in db.execute("SELECT why FROM identity_decision")] == ["other people"]
    found = asked(path, ASKED)
    assert [s["document"] for s in found["screened_out"]] == ["both"]
    assert counted(found) == {"B": UP}


def test_an_earlier_decision_holds_again_when_a_later_one_is_undone(path: Path) -> None:
    add(path, trial("A", ONE), trial("B", TWO))
    cli("merge", "A", "B", "--distinct", "--why", "read both", "--db", str(path))
    cli("merge", "A", "B", "--why", "one trial after all", "--db", str(path))
    assert together(path) == {frozenset("AB")}
    cli("unmerge", "B", "A", "--db", str(path))
    assert together(path) == {frozenset("A"), frozenset("B")}
    with opened(path) as db:
        assert [tuple(r) for r in db.execute("SELECT decision, why FROM identity_decision")] == [("other", "read both")]


def test_a_document_is_not_joined_to_itself(path: Path) -> None:
    add(path, trial("A", ONE))
    with pytest.raises(AssertionError, match="same document"):
        cli("merge", "A", "A", "--why", "x", "--db", str(path))


def test_the_queue_says_the_same_whichever_paper_was_looked_at_last(path: Path) -> None:
    title = "Intravenous mesenchymal stem cells {} progressive multiple sclerosis"
    one, two = (trial(n, x, title=title.format(w), year=y) for n, x, w, y in (("A", ONE, "in", 2021), ("B", TWO, "for", 2020)))
    add(path, one, two)
    add(path, dict(one, abstract=one["abstract"].replace("0.80", "0.81")))
    assert "The same as before" in cli("rebuild", "--db", str(path))


def test_what_a_talk_told_otherwise_than_its_paper_is_shown(path: Path) -> None:
    add(path, trial("paper", ONE), trial("talk", ONE, GOOD.replace("-0.80", "-0.60"), report="conference"))
    (outcome,) = asked(path, ASKED)["outcomes"]
    assert [(r["a"], r["b"], r["what"]) for r in outcome["inconsistent_reports"]] == [("paper", "talk", "estimate")]
    assert "MD -0.6" in cli("disputes", "--reports", "--db", str(path))
