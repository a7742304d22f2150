"""disputes, studies, merge, unmerge, screen, graph, rebuild, and the options of query: what people and programs see of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.pipeline import Reader
from tests.served import BETTER, SAME, WORSE, Desk, desk_with, made, paper


@pytest.fixture
def desk(tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Three papers that disagree about the EDSS, already in the library."""
    with desk_with(tmp_path, made(paper(1001), paper(1002, WORSE), paper(1003, SAME)), reader, monkeypatch) as desk:
        assert desk.ask("refresh").code == 0
        yield desk


def test_disputes_are_the_contracts_array_heaviest_first(desk: Desk) -> None:
    (told,) = desk.ask("disputes", "--json").lines()
    assert [(d["a"]["document"], d["b"]["document"], d["type"], d["estimates"]) for d in told] == [
        ("pmid:1001", "pmid:1002", "opposite", "differ"),
        ("pmid:1002", "pmid:1003", "conclusion", "differ"),
        ("pmid:1001", "pmid:1003", "conclusion", "compatible"),
    ]
    for d in told:
        assert {
            "a",
            "b",
            "outcome",
            "type",
            "estimates",
            "z",
            "p_difference",
            "same_study",
            "overlap",
            "explained_by",
            "weight",
        } <= d.keys()
        assert (d["same_study"], d["overlap"], d["outcome"]) == (False, "none known", "EDSS")


def test_disputes_are_rows_in_a_pipe_and_restricted_by_options(desk: Desk) -> None:
    head, *lines = desk.ask("disputes", "--outcome", "edss", "--condition", "MS").out.splitlines()
    assert (head.split("\t")[0], len(lines)) == ("weight", 3)
    assert desk.ask("disputes", "--outcome", "nihss").out.splitlines() == [head]
    assert json.loads(desk.ask("disputes", "--since", "1", "--json").out) == []
    refused = desk.ask("disputes", "--outcome", "zorgblatt")
    assert (refused.code, "zorgblatt" in refused.err) == (2, True)


def test_reports_that_disagree_within_a_trial_are_listed_apart(desk: Desk) -> None:
    assert desk.ask("disputes", "--reports", "--json").out == "[]\n"
    assert desk.ask("merge", "pmid:1001", "pmid:1002", "--why", "one trial").code == 0
    (told,) = json.loads(desk.ask("disputes", "--reports", "--json").out)
    assert (told["a"], told["b"], told["what"]) == ("pmid:1001", "pmid:1002", "direction")
    assert {d["b"]["document"] for d in json.loads(desk.ask("disputes", "--json").out)} == {"pmid:1003"}


def test_studies_are_joined_by_decision_told_why_and_parted_again(desk: Desk) -> None:
    before = desk.ask("disputes", "--json").out
    desk.ask("merge", "pmid:1001", "pmid:1003", "--why", "same patients")
    rows = desk.ask("studies", "--several", "--json").lines()
    assert [row["document"] for row in rows] == ["pmid:1001", "pmid:1003"]
    assert "decided: one study with pmid:1003 (same patients)" in rows[0]["joined_by"]
    assert desk.ask("unmerge", "pmid:1003", "pmid:1001").code == 0
    assert desk.ask("studies", "--several", "--json").lines() == []
    assert desk.ask("disputes", "--json").out == before


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("merge", "pmid:1001", "--why", "x"), 2, "Name two documents"),
        (("merge", "pmid:1001", "pmid:9", "--why", "x"), 1, "No document of this library goes by 'pmid:9'"),
        (("unmerge", "pmid:1001", "pmid:1002"), 1, "nothing to undo"),
        (("screen", "MSC vs placebo", "--exclude", "pmid:1001"), 2, "--why"),
        (("graph", "--around", "zorg"), 1, "Nothing in the graph goes by 'zorg'"),
        (("query", "MSC", "--outcome", "zorg"), 2, "zorg"),
        (("merge", "a", "b", "--why", "x", "--db", "nowhere.db"), 1, "There is no library at nowhere.db"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(desk: Desk, arguments: tuple[str, ...], code: int, told: str) -> None:
    ran = desk.ask(*arguments)
    assert ran.code == code
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_the_review_queue_asks_about_alike_titles(desk: Desk) -> None:
    title = "Intrathecal cells in progressive multiple sclerosis: the first randomised trial"
    for number in (1, 2):
        line = {"id": f"mine-{number}", "title": title, "abstract": BETTER, "year": 2020, "doi": f"10.5555/mine.{number}"}
        (desk.folder / f"{number}.jsonl").write_text(json.dumps(line) + "\n")
        desk.ask("add", f"{number}.jsonl")
    (row,) = desk.ask("studies", "--doubtful", "--json").lines()
    assert (row["a"], row["b"], row["likeness"]) == ("mine-1", "mine-2", 100.0)
    desk.ask("merge", "mine-1", "mine-2", "--distinct", "--why", "two trials of one name")
    assert desk.ask("studies", "--doubtful", "--json").lines() == []


def test_screening_is_kept_counted_and_survives_a_refresh(desk: Desk) -> None:
    counts = json.loads(desk.ask("screen", "MSC vs placebo", "--exclude", "pmid:1002", "--why", "wrong patients", "--json").out)
    assert (counts["documents_screened"], counts["documents_excluded"], counts["documents_included"]) == (
        3,
        {"wrong patients": 1},
        2,
    )
    desk.corpus.revise(1002, abstract=(("RESULTS", WORSE.replace("0.6;", "0.7;")),))
    desk.ask("refresh")
    assert {c["document"] for c in desk.outcome("mesenchymal stromal cells versus placebo")["claims"]} == {"pmid:1001", "pmid:1003"}
    plain = desk.ask("screen", "MSC vs placebo").out.splitlines()
    assert "documents excluded\twrong patients: 1" in plain
    desk.ask("screen", "MSC vs placebo", "--include", "pmid:1002")
    assert len(desk.outcome()["claims"]) == 3


def test_an_answer_as_of_a_run_is_what_that_run_gave(desk: Desk) -> None:
    before = json.loads(desk.ask("query", "MSC vs placebo", "--json").out)
    desk.corpus.retract(1002, where="crossref")
    desk.ask("refresh")
    after = json.loads(desk.ask("query", "MSC vs placebo", "--json").out)
    then = json.loads(desk.ask("query", "MSC vs placebo", "--as-of", "1", "--json").out)
    verdicts = [found["outcomes"][0]["verdict"] for found in (before, after, then)]
    assert verdicts == ["contested", "conclusions differ, estimates compatible", "contested"]
    assert then["library"]["digest"] == before["library"]["digest"] != after["library"]["digest"]


def test_a_retraction_leaves_every_count_in_the_run_that_brings_it(desk: Desk) -> None:
    types = ("Journal Article", "Meta-Analysis")
    desk.corpus.add(
        title="Mesenchymal stem cells in multiple sclerosis: a meta-analysis",
        abstract=(("RESULTS", BETTER),),
        types=types,
        references=(1002,),
    )
    desk.ask("refresh")
    desk.corpus.retract(1002, where="crossref")
    desk.ask("refresh")
    outcome = desk.outcome()
    assert outcome["counts"]["trial"]["favours_comparator"] == 0
    assert {d[side]["document"] for d in json.loads(desk.ask("disputes", "--json").out) for side in "ab"} == {
        "pmid:1001",
        "pmid:1003",
        "pmid:1004",
    }
    told = {c["kind"]: c for c in desk.ask("changes", "--json").lines()}
    assert told["verdict"]["what"].startswith("settled: ")
    assert (told["cites retracted"]["document"], "may include pmid:1002" in told["cites retracted"]["what"]) == ("pmid:1004", True)
    assert next(c for c in outcome["claims"] if c["document"] == "pmid:1004")["may_include"] == ["pmid:1002"]


def test_options_say_a_part_of_the_question_anew_and_restrict_the_answer(desk: Desk) -> None:
    def documents(*options: str) -> list[str]:
        answer = json.loads(desk.ask("query", "MSC vs placebo", *options, "--json").out)
        return sorted(c["document"] for o in answer["outcomes"] for c in o["claims"])

    assert documents() == ["pmid:1001", "pmid:1002", "pmid:1003"]
    assert documents("--comparator", "sham") == []
    assert documents("--condition", "multiple sclerosis", "--at", "6 months") == documents()
    assert documents("--significant") == ["pmid:1001", "pmid:1002"]
    assert documents("--document", "pmid:1003") == ["pmid:1003"]
    assert documents("--level", "pooled") == []
    assert "Restricted to: significant results" in desk.ask("query", "MSC vs placebo", "--significant", "--text").out


@pytest.mark.parametrize("form", ["graphml", "json"])
def test_the_graph_is_printed_whole_or_in_part(desk: Desk, form: str) -> None:
    whole = desk.ask("graph", "--to", form).out
    part = desk.ask("graph", "--to", form, "--around", "pmid:1001", "--steps", "1").out
    way = desk.ask("graph", "--to", form, "--path", "pmid:1001", "pmid:1002").out
    assert len(whole) > len(part) > len(way)
    assert "disputes" in way
    if form == "json":
        assert {n["kind"] for n in json.loads(way)["nodes"]} == {"document", "claim"}


def test_rebuild_says_whether_all_comes_out_the_same(desk: Desk) -> None:
    first = desk.ask("rebuild").out
    assert first.startswith("The same as before: ")
    assert desk.ask("rebuild").out == first


@pytest.mark.parametrize("command", ["query", "pool", "forest"])
def test_a_confidence_that_is_no_number_is_refused(desk: Desk, command: str) -> None:
    told = desk.ask(command, "MSC", "--min-confidence", "nan")
    assert told.code == 2
    assert "no number" in told.err
