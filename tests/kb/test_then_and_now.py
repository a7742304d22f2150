"""What changed and what was: claims newly contested in whatever words, answers as of a run, and answers too long to be told in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.answer import answer
from kb.answer_json import as_contract
from kb.answer_text import text
from kb.chosen import choose_most
from kb.filters import Filters
from kb.question import understand
from nlp.claim import Direction
from tests.kb.made import Said, put, reading
from tests.kb.told import BAD, GOOD, add, asked, cli, compared, counted, nbib, opened, paper, trial

UP, DOWN = "favours_intervention", "favours_comparator"
UPWARDS = Direction.FAVOURS_INTERVENTION
ASKED = "MSC vs placebo for EDSS"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def changed(path: Path) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in cli("changes", "--db", str(path), "--json").splitlines()]
    return [(line["kind"], line["what"]) for line in lines]


def test_a_claim_newly_contested_in_other_words_is_told(path: Path) -> None:
    add(path, trial("A", "NCT01000001"))
    cells = "bone marrow mesenchymal stem cells"
    result = "EDSS at 12 months was higher with {} than in controls (MD 0.80; 95% CI 0.50 to 1.10; P < 0.001)."
    add(path, compared("B", "NCT01000002", f"intravenous {cells}", "control", result.format(cells)))
    told = changed(path)
    assert ("contested", "EDSS: A and B") in told
    assert any(kind == "claim new" and "on EDSS" in what for kind, what in told)
    add(path, compared("B", "NCT01000002", f"intravenous {cells}", "control", f"EDSS at 12 months {GOOD}"))
    assert ("contested no more", "EDSS: A and B") in changed(path)
    cli("rebuild", "--db", str(path))
    assert changed(path) == []


def test_an_answer_as_of_a_run_is_what_the_run_gave(path: Path) -> None:
    talk, page = trial("talk", "NCT01000001", report="conference"), "MSC for EDSS"
    add(path, talk)
    first = asked(path, page)
    add(path, trial("paper", "NCT01000001", BAD))
    second = asked(path, page)
    assert (counted(first), counted(second)) == ({"talk": UP}, {"paper": DOWN})
    for run, was in ((1, first), (2, second)):
        then = asked(path, page, as_of=run)
        assert then["searched"] == was["searched"]
        for key in ("outcome", "verdict", "counts", "leaning", "disputes", "certainty"):
            assert [o[key] for o in then["outcomes"]] == [o[key] for o in was["outcomes"]]
        assert counted(then) == counted(was)


def test_another_decision_is_another_digest(path: Path) -> None:
    add(path, trial("A", "NCT01000001"), trial("B", "NCT01000002", BAD))
    before = asked(path, ASKED)["library"]["digest"]
    cli("merge", "A", "B", "--why", "x", "--db", str(path))
    merged = asked(path, ASKED)["library"]["digest"]
    cli("unmerge", "A", "B", "--db", str(path))
    assert asked(path, ASKED)["library"]["digest"] == before != merged


def test_a_long_answer_keeps_whole_headings_and_says_what_it_leaves_out(path: Path) -> None:
    add(
        path,
        *(
            trial(f"{outcome}{n}", f"NCT0{k}00000{n}", outcome=outcome)
            for k, outcome in enumerate(("EDSS", "fatigue", "depression"), 1)
            for n in range(4 - k)
        ),
    )
    with opened(path) as db:
        question = understand(db, "MSC vs placebo in MS")
        whole, cut = answer(db, question), answer(db, question, most=4)
        told = as_contract(cut)
        assert choose_most(db, question, Filters(), most=6)[1] is None
    assert (whole.left_out, len(whole.outcomes)) == (None, 3)
    assert [(o.outcome, len(o.claims)) for o in cut.outcomes] == [("EDSS", 3)]
    assert told["left_out"] == {"headings": 2, "claims": 3, "outcomes": ("fatigue", "depression")}
    assert "Left out for length: 2 more headings with 3 claims (fatigue, depression)" in text(cut)


def test_a_design_is_found_in_either_spelling_and_its_contrary_is_not(path: Path) -> None:
    put(path, reading("A", Said(UPWARDS)), reading("B", Said(UPWARDS), design="non-randomised trial"))
    for spelt in ("randomised", "randomized", "Randomized controlled"):
        assert counted(asked(path, ASKED, design=spelt)) == {"A": UP}, spelt
    assert counted(asked(path, ASKED, design="nonrandomized")) == {"B": UP}
    assert asked(path, ASKED, design="crossover")["near"] == [
        "Without the restriction to design crossover: 2 claims.",
        *asked(path, ASKED, design="crossover")["near"][1:],
    ]


def test_what_a_papers_background_tells_disputes_nothing(path: Path) -> None:
    front = f"BACKGROUND: In multiple sclerosis, EDSS {GOOD}."
    add(
        path,
        trial("A", "NCT01000001", BAD),
        paper(
            "B",
            f"{front} METHODS: In this randomised trial, 60 participants with multiple sclerosis received rituximab (n=30) or placebo (n=30). RESULTS: Relapses did not differ (P = 0.60).",
        ),
    )
    assert json.loads(cli("disputes", "--db", str(path), "--json")) == []


def test_what_goes_with_an_outcome_stands_behind_what_changes_it(path: Path) -> None:
    rims = "RESULTS: In this cohort of 100 participants with multiple sclerosis, EDSS was higher in participants with iron rim lesions than without (P < 0.001)."
    add(path, paper("rims", rims, "Iron rim lesions in multiple sclerosis"), trial("A", "NCT01000001", BAD))
    found = asked(path, "what lowers EDSS")["outcomes"]
    assert [o["question"] for o in found][:1] == ["treatment"]
    assert all(len({c["question"] for c in o["claims"]}) == 1 for o in found)


def test_one_visit_in_other_words_explains_nothing(path: Path) -> None:
    late = dict(
        trial("B", "NCT01000002", BAD), abstract=trial("B", "NCT01000002", BAD)["abstract"].replace("At 12 months", "At 52 weeks")
    )
    add(path, trial("A", "NCT01000001"), late)
    (dispute,) = json.loads(cli("disputes", "--db", str(path), "--json"))
    assert "timepoint" not in {f["factor"] for f in dispute["explained_by"]}


def test_a_way_to_what_lies_elsewhere_is_empty(path: Path) -> None:
    add(path, trial("A", "NCT01000001"), nbib("5", "Another", "Nothing is claimed."))
    assert json.loads(cli("graph", "--around", "A", "--steps", "1", "--path", "A", "pmid:5", "--db", str(path)))["nodes"] == []


def test_short_words_are_put_right_beside_others(path: Path) -> None:
    add(path, trial("A", "NCT01000001"))
    with opened(path) as db:
        for words in ("stem cels in multiple sclerosis", "intratecal mesenchimal stem cels versus placbo"):
            found = understand(db, words)
            assert ("cels", "cell") in found.corrected
            assert found.site is None
        assert understand(db, "intratecal mesenchimal stem cels versus placbo").intervention is not None
        assert understand(db, "intratecal mesenchimal stem cels versus placbo").route == "intrathecal"


PLAN = (
    "Brief summary\nThis trial compares intrathecal mesenchymal stem cells with placebo in multiple sclerosis. 100 participants.\n\nArms\nExperimental: "
    "intrathecal mesenchymal stem cells\nPlacebo comparator: intrathecal placebo\n\nPrimary outcomes\nChange in EDSS. Time frame: 12 months."
)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("MSC vs placebo for EDSS at 12 months", True),
        ("MSC vs sham for EDSS", False),
        ("MSC vs natalizumab", False),
        ("MSC for EDSS at 3 months", False),
    ],
)
def test_an_empty_chair_stands_where_its_plan_answers(path: Path, question: str, asks: bool) -> None:
    add(
        path,
        paper(
            "NCT09000001", PLAN, "Cells in MS, a randomised trial", report="registry", read="registry", registry_ids=["NCT09000001"]
        ),
    )
    assert bool(asked(path, question)["registered_unreported"]) is asks
