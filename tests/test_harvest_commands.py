"""refresh, search, runs, changes, init, reread: what people and cron see of them, against the imitated services."""

from __future__ import annotations

import json
import sqlite3
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

import kb.connection
from commands import console
from kb.connection import lock
from nlp.pipeline import Reader
from tests.imitation import Imitation, Schedule
from tests.imitation.faults import Rule
from tests.served import BETTER, CONTACT, KEY, SAME, WORSE, Desk, Ran, desk_with, made, paper

TWO_SOURCES = '[searches.cells]\nquery = "mesenchymal"\nsources = ["pubmed", "europepmc"]'
TWO_SEARCHES = '[searches.one]\nquery = "first"\n[searches.two]\nquery = "second"'


@pytest.fixture
def desk(tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Three papers that disagree about the EDSS."""
    with desk_with(tmp_path, made(paper(1001), paper(1002, WORSE), paper(1003, SAME)), reader, monkeypatch) as desk:
        yield desk


def refused(ran: Ran, code: int, *words: str) -> None:
    """This exit code, a sentence on stderr with these words, and no traceback."""
    assert ran.code == code, ran
    assert "Traceback" not in ran.err + ran.out
    for word in words:
        assert word in ran.err


# Whole processes


def test_from_a_saved_search_to_competing_claims_in_three_commands(desk: Desk) -> None:
    ran = desk.process("refresh")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Run 1: 3 new, 0 revised, 0 deleted, 0 retracted, 0 left out")
    answer = json.loads(desk.process("query", "MSC vs placebo", "--json").out)
    edss = next(o for o in answer["outcomes"] if o["outcome"] == "EDSS")
    assert (edss["verdict"], len(edss["claims"])) == ("contested", 3)
    told = desk.process("changes").out.splitlines()
    assert [line.split("\t")[1:3] for line in told[1:]] == [["new", f"pmid:{n}"] for n in (1001, 1002, 1003)]


def test_a_service_that_is_down_means_try_again_later_and_stores_nothing(desk: Desk) -> None:
    desk.down("eutils")
    ran = desk.process("refresh")
    refused(ran, 75, "Left out: pubmed", "500")
    assert desk.rows("SELECT count(*) FROM document") == [(0,)]
    assert desk.rows("SELECT watermark FROM search") == [(None,)]
    assert desk.rows("SELECT exit_code FROM run") == [(75,)]


def test_without_a_home_folder_all_goes_well(desk: Desk) -> None:
    ran = desk.process("refresh", HOME="/nonexistent")
    assert (ran.code, ran.err) == (0, "")
    assert len(desk.pmids()) == 3


def test_a_query_never_becomes_a_command(desk: Desk) -> None:
    query = '"; touch pwned; " $(touch pwned) `touch pwned`'
    desk.configure(f"[searches.bad]\nquery = '''{query}'''", f'[tell]\non_change = "cat"\non_failure = "{sys.executable} -c pass"')
    for ran in (desk.process("search", query), desk.process("refresh"), desk.process("search", query, "--dry-run")):
        assert "Traceback" not in ran.err
    assert desk.service.stats.count("eutils.esearch") > 0
    assert not (desk.folder / "pwned").exists()


def held(folder: Path) -> bytes:
    """Everything in the library and beside it: its text, the answers unpacked, the files' bytes."""
    import zlib

    files = b"".join(p.read_bytes() for p in folder.iterdir() if p.name != "counterclaim.toml")
    with sqlite3.connect(folder / "counterclaim.db") as db:
        text = "\n".join(db.iterdump()).encode()
        answers = b"".join(zlib.decompress(r[0]) for r in db.execute("SELECT body FROM answer"))
    db.close()
    return files + text + answers


@pytest.mark.parametrize("schedule", ["mixed", "refusing"])
def test_key_and_contact_stand_in_no_output_and_no_file(desk: Desk, schedule: str) -> None:
    desk.configure(TWO_SOURCES, '[tell]\non_failure = "false"\nping = "http://127.0.0.1:9/ping"')
    echo = f"error:Search Backend failed for api_key={KEY}&email={CONTACT}"
    mixed, refusing = Schedule.mixed(0.4, 3), Schedule([Rule("", (echo, "400timeout", "reset", "500"), again=True)])
    desk.service.schedule = mixed if schedule == "mixed" else refusing
    ran = [
        desk.process("refresh", "--log", "json", NCBI_API_KEY=KEY),
        desk.process("search", "mesenchymal", "--log", "text", NCBI_API_KEY=KEY),
        desk.process("add", "10.5555/made.1001", "10.5555/nobody", "--log", "json", NCBI_API_KEY=KEY),
        desk.process("runs", "--json", NCBI_API_KEY=KEY),
    ]
    assert any(seen.secret for seen in desk.service.stats.requests("eutils"))
    said = "".join(r.out + r.err for r in ran).encode() + held(desk.folder)
    assert (b"api_key=***&email=***" in said) is (schedule == "refusing")
    for secret in (KEY, CONTACT, CONTACT.replace("@", "%40")):
        assert said.count(secret.encode()) == 0, secret


# Exit codes and options


def test_init_writes_a_configuration_that_can_be_followed_and_never_writes_over_one(desk: Desk) -> None:
    path = desk.folder / "counterclaim.toml"
    path.unlink()
    assert desk.ask("init").code == 0
    written = path.read_bytes()
    desk.service.stop()
    refused(desk.ask("refresh", "--only", "nothing"), 2, "msc-ms")
    path.write_text("mine")
    refused(desk.ask("init"), 2, "there already", "left as it is")
    assert path.read_text() == "mine"
    assert b"contact" in written


def test_another_run_that_holds_the_library_means_try_again_later_and_asks_nobody(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kb.connection, "PATIENCE_SECONDS", 0.1)
    desk.ask("refresh")
    desk.service.stats.reset()
    with lock(desk.folder / "counterclaim.db"):
        refused(desk.ask("refresh"), 75, "Another run is writing to", "Try again")
    assert desk.service.stats.count() == 0
    assert desk.rows("SELECT count(*) FROM run") == [(1,)]


def test_an_unknown_saved_search_is_wrong_usage_and_those_known_are_named(desk: Desk) -> None:
    refused(desk.ask("refresh", "--only", "sells"), 2, "sells", "cells")
    assert desk.service.stats.count() == 0


@pytest.mark.parametrize(
    ("searches", "words"),
    [
        ("[searches.cells]\nquery = 'x'\nsinse = '2020-01-01'", ("sinse", "Did you mean since?")),
        ("[searches.cells]\nquery = 'x'\nsources = ['scholar']", ("scholar", "clinicaltrials")),
        ("[searches.cells]\nquery = 'x'\ndomains = ['zoology']", ("zoology",)),
        ("api_key = 'abc'", ("environment",)),
        ("", ("no saved search",)),
        ("[searches", ("TOML",)),
    ],
)
def test_a_configuration_that_cannot_be_followed_is_wrong_usage(desk: Desk, searches: str, words: tuple[str, ...]) -> None:
    desk.configure(searches)
    refused(desk.ask("refresh"), 2, *words)
    assert not (desk.folder / "counterclaim.db").exists()


def test_no_configuration_is_wrong_usage(desk: Desk) -> None:
    (desk.folder / "counterclaim.toml").unlink()
    refused(desk.ask("refresh"), 2, "counterclaim init")


def test_one_source_down_costs_the_other_nothing_and_shows_in_the_exit_code(desk: Desk) -> None:
    desk.configure(TWO_SOURCES)
    desk.down("europepmc")
    refused(desk.ask("refresh"), 3, "Left out: europepmc")
    assert len(desk.pmids()) == 3
    assert desk.rows("SELECT source, watermark IS NULL FROM search ORDER BY source") == [("europepmc", 1), ("pubmed", 0)]
    desk.down()
    assert desk.ask("refresh").code == 0


def test_all_services_down_on_a_later_night_means_try_again_later_too(desk: Desk) -> None:
    desk.ask("refresh")
    desk.down("eutils", "crossref")
    refused(desk.ask("refresh"), 75, "pubmed", "crossref")
    assert len(desk.pmids()) == 3


def test_a_search_that_pubmed_refuses_is_a_failure_that_quotes_it(desk: Desk) -> None:
    desk.configure("[searches.cells]\nquery = 'x'\nsources = ['clinicaltrials']")
    desk.service.schedule = Schedule().always("ctgov", "status:400")
    refused(desk.ask("refresh"), 1, "clinicaltrials", "400")


def test_a_dry_run_counts_and_stores_nothing(desk: Desk) -> None:
    for arguments in (["refresh", "--dry-run"], ["search", "mesenchymal", "--dry-run"]):
        ran = desk.ask(*arguments)
        assert (ran.code, ran.err) == (0, "")
        assert "\tpubmed\t3 match\t3 are not here" in ran.out
        assert [p.name for p in desk.folder.iterdir()] == ["counterclaim.toml"]
    desk.ask("refresh")
    before = (desk.folder / "counterclaim.db").read_bytes()
    assert "\tpubmed\t3 match\t0 are not here" in desk.ask("refresh", "--dry-run").out
    assert (desk.folder / "counterclaim.db").read_bytes() == before
    assert desk.service.stats.count("eutils.efetch") == 1


def test_a_dry_run_counts_at_each_source_that_answers(desk: Desk) -> None:
    desk.configure(TWO_SOURCES)
    desk.down("eutils")
    ran = desk.ask("refresh", "--dry-run")
    refused(ran, 3, "Left out: pubmed")
    assert "\teuropepmc\t3 match" in ran.out
    desk.down("eutils", "europepmc")
    refused(desk.ask("refresh", "--dry-run"), 75, "pubmed", "europepmc")


def test_only_asks_that_search_alone(desk: Desk) -> None:
    desk.corpus.add(title="The first of its kind")
    desk.corpus.add(title="The second of its kind")
    desk.configure(TWO_SEARCHES)
    assert desk.ask("refresh", "--only", "two").code == 0
    assert desk.titles() == ["The second of its kind"]
    assert desk.rows("SELECT name FROM search") == [("two",)]


def test_full_looks_at_every_record_again(desk: Desk) -> None:
    desk.ask("refresh")
    desk.service.stats.reset()
    desk.ask("refresh")
    assert desk.service.stats.count("eutils.efetch") == 0
    ran = desk.ask("refresh", "--full")
    assert "0 new, 0 revised" in ran.out
    assert [seen.ids for seen in desk.service.stats.requests("eutils.efetch")] == [("1001", "1002", "1003")]
    assert desk.rows("SELECT asked, cache_hits FROM run_source WHERE run_id = 3 AND source = 'pubmed'") == [(3, 3)]


# What comes later reaches the claims


@pytest.mark.parametrize("where", ["pubmed", "crossref", "both"])
def test_a_retraction_reaches_the_claims_and_is_counted_no_more(desk: Desk, where: str) -> None:
    desk.ask("refresh")
    assert desk.outcome()["counts"]["trial"]["favours_comparator"] == 1
    desk.corpus.retract(1002, where=where)
    assert "1 retracted" in desk.ask("refresh").out
    edss = desk.outcome()
    assert {c["document"]: c["status"] for c in edss["claims"]} == {"pmid:1001": "ok", "pmid:1002": "retracted", "pmid:1003": "ok"}
    assert (edss["counts"]["trial"]["favours_comparator"], edss["counts"]["trial"]["favours_intervention"]) == (0, 1)
    assert "STATUS: RETRACTED" in desk.ask("query", "MSC vs placebo", "--text").out


@pytest.mark.parametrize(("kind", "status"), [("concern", "concern"), ("correct", "corrected")])
@pytest.mark.parametrize("where", ["pubmed", "crossref"])
def test_a_concern_and_a_correction_reach_the_claims_and_leave_them_counted(desk: Desk, kind: str, status: str, where: str) -> None:
    desk.ask("refresh")
    getattr(desk.corpus, kind)(1002, where=where)
    desk.ask("refresh")
    edss = desk.outcome()
    assert [c["status"] for c in edss["claims"] if c["document"] == "pmid:1002"] == [status]
    assert edss["counts"]["trial"]["favours_comparator"] == 1
    assert ["status", "pmid:1002", status] in [
        [c["kind"], c["document"], c["after"]] for c in desk.ask("changes", "--json").lines()
    ]


def test_the_ledger_says_which_source_told_of_a_retraction(desk: Desk) -> None:
    desk.ask("refresh")
    desk.corpus.retract(1001, where="pubmed")
    desk.corpus.retract(1002, where="crossref")
    desk.ask("refresh")
    told = [(row["source"], row["retracted"]) for row in desk.ask("runs", "--json").lines() if row["run"] == 2 and row["retracted"]]
    assert sorted(told) == [("crossref", 1), ("pubmed", 1)]


def test_what_cites_a_retracted_paper_is_named(desk: Desk) -> None:
    desk.corpus.add(title="A review of mesenchymal cells", references=(1001, 1002))
    desk.ask("refresh")
    desk.corpus.retract(1001, where="crossref")
    desk.ask("refresh")
    cites = [c for c in desk.ask("changes", "--json").lines() if c["kind"] == "cites retracted"]
    assert [(c["document"], "pmid:1001" in c["what"]) for c in cites] == [("pmid:1004", True)]


def test_a_deleted_record_is_answered_and_counted_no_more(desk: Desk) -> None:
    desk.ask("refresh")
    desk.corpus.delete(1002)
    ran = desk.ask("refresh")
    assert (ran.code, "1 deleted" in ran.out) == (0, True)
    edss = desk.outcome()
    assert {c["document"] for c in edss["claims"]} == {"pmid:1001", "pmid:1003"}
    assert edss["counts"]["trial"]["favours_comparator"] == 0
    assert [c["document"] for c in desk.ask("changes", "--json").lines() if c["kind"] == "deleted"] == ["pmid:1002"]


@pytest.mark.parametrize("where", ["both", "one"])
def test_a_paper_that_is_gone_is_told_once_and_not_before_its_last_source_lets_it_go(desk: Desk, where: str) -> None:
    desk.configure(TWO_SOURCES)
    desk.ask("refresh")
    with Imitation(made(paper(1001), paper(1003, SAME))) as elsewhere:
        bases = {name: elsewhere.base(name) for name in (("pubmed", "europepmc") if where == "both" else ("europepmc",))}
        desk.configure(TWO_SOURCES, **bases)
        ran = desk.ask("refresh")
    assert f"{1 if where == 'both' else 0} deleted" in ran.out
    told = [(row["source"], row["deleted"]) for row in desk.ask("runs", "--json").lines() if row["run"] == 2 and row["deleted"]]
    assert sorted(told) == ([("europepmc", 1), ("pubmed", 1)] if where == "both" else [("europepmc", 1)])
    assert len(desk.pmids()) == (2 if where == "both" else 3)


def test_a_revised_abstract_is_read_again_and_changes_tells_which_claims_went_and_came(desk: Desk) -> None:
    desk.ask("refresh")
    desk.corpus.revise(1001, abstract=(("RESULTS", WORSE.replace("0.6;", "0.7;")),))
    assert "0 new, 1 revised" in desk.ask("refresh").out
    claim = next(c for c in desk.outcome()["claims"] if c["document"] == "pmid:1001")
    assert (claim["direction"], claim["effect"]["estimate"]) == ("favours_comparator", 0.7)
    told = desk.ask("changes", "--json").lines()
    assert [(c["before"], c["document"]) for c in told if c["kind"] == "claim gone"] == [
        ("mesenchymal stem cells against placebo on EDSS, 6 months: favours_intervention (-0.5 -0.9 -0.1 0.02)", "pmid:1001")
    ]
    assert [c["after"] for c in told if c["kind"] == "claim new"] == [
        "mesenchymal stem cells against placebo on EDSS, 6 months: favours_comparator (0.7 0.2 1.0 0.01)"
    ]


def test_a_verdict_that_turns_is_told(desk: Desk) -> None:
    desk.configure(more=f'[tell]\non_turn = "{sys.executable} {writes(desk.folder, "turned.json")}"')
    desk.ask("refresh")
    assert not (desk.folder / "turned.json").exists()
    desk.corpus.retract(1002, where="crossref")
    ran = desk.ask("refresh")
    assert "1 verdict turned" in ran.out
    assert json.loads((desk.folder / "turned.json").read_text())["turned"] == 1
    first = desk.ask("changes", "--json").lines()[0]
    assert (first["kind"], first["before"], first["after"]) == ("verdict", "contested", "favours intervention, not by all")
    assert "mesenchymal stem cells against placebo in multiple sclerosis on EDSS" in first["what"]


def writes(folder: Path, name: str) -> Path:
    """A script that keeps what it gets on standard input."""
    script = folder / "keep.py"
    script.write_text(f"import pathlib, sys\npathlib.Path(__file__).with_name({name!r}).write_text(sys.stdin.read())\n")
    return script


def test_changes_since_a_run_hold_all_that_came_after_it(desk: Desk) -> None:
    desk.ask("refresh")
    for told in (WORSE, BETTER):
        desk.corpus.add(title="One more trial of mesenchymal stem cells", abstract=(("", told),))
        desk.ask("refresh")
    ids = {
        name: {c["document"] for c in desk.ask("changes", "--json", *name).lines() if c["kind"] == "new"}
        for name in ((), ("--since", "1"), ("--since", "0"))
    }
    assert ids[()] == {"pmid:1005"}
    assert ids["--since", "1"] == {"pmid:1004", "pmid:1005"}
    assert len(ids["--since", "0"]) == 5
    assert desk.ask("changes", "--since", "3", "--json").out.strip() == ""


# search, reread


def test_a_search_by_hand_stores_what_it_finds_and_asks_for_no_record_twice(desk: Desk) -> None:
    ran = desk.ask("search", "mesenchymal", "AND", "multiple")
    assert (ran.code, ran.out[:13]) == (0, "Run 1: 3 new,")
    desk.service.stats.reset()
    assert "0 new" in desk.ask("search", "mesenchymal AND multiple").out
    assert desk.service.stats.count("eutils.efetch") == 0
    assert desk.outcome()["verdict"] == "contested"


def test_a_search_with_a_limit_takes_so_many_and_the_next_one_without_it_the_rest(desk: Desk) -> None:
    assert "2 new" in desk.ask("search", "mesenchymal", "--limit", "2").out
    assert "1 new" in desk.ask("search", "mesenchymal").out
    assert len(desk.pmids()) == 3


def test_a_search_since_a_day_takes_what_entered_after_it(desk: Desk) -> None:
    added = desk.corpus.add(title="Mesenchymal news")
    assert "1 new" in desk.ask("search", "mesenchymal", "--since", f"{desk.corpus.today.year}-01-01").out
    assert desk.pmids() == [str(added.pmid)]


def test_a_search_at_every_source_brings_papers_and_trials(desk: Desk) -> None:
    trial = desk.corpus.add_trial()
    every = [word for name in ("pubmed", "europepmc", "clinicaltrials") for word in ("--source", name)]
    assert desk.ask("search", "mesenchymal", *every).code == 0
    assert desk.rows("SELECT came_as FROM document WHERE report = 'registry'") == [(trial.nct,)]
    assert len(desk.pmids()) == 4
    assert desk.rows("SELECT count(*) FROM document") == [(4,)]
    assert desk.rows("SELECT count(*) > 0 FROM evidence WHERE pointer IS NOT NULL") == [(1,)]
    verified = desk.ask("verify")
    assert (verified.code, verified.out.endswith("; none wrong.\n")) == (0, True), verified


def test_verify_names_posted_results_whose_answer_waits_to_be_read(desk: Desk) -> None:
    trial = desk.corpus.add_trial()
    desk.ask("add", trial.nct)
    with sqlite3.connect(desk.folder / "counterclaim.db") as db:
        db.execute("UPDATE record SET state = 'stored'")
    db.close()
    verified = desk.ask("verify")
    assert verified.code == 3
    assert f"Document {trial.nct}: its posted results were not looked at" in verified.out
    assert "none wrong. 1 not looked at." in verified.out
    assert desk.ask("reread").code == 0
    assert desk.ask("verify").code == 0


def test_what_is_stored_is_read_again_without_a_request(desk: Desk) -> None:
    desk.ask("refresh")
    claims = desk.rows("SELECT direction, outcome_text FROM claim ORDER BY document_id, position")
    with sqlite3.connect(desk.folder / "counterclaim.db") as db:
        db.execute("UPDATE claim SET direction = 'unclear'")
        db.execute("UPDATE document SET content_digest = 'of an older version'")
    db.close()
    desk.service.stats.reset()
    assert desk.ask("reread").code == 0
    assert desk.service.stats.count() == 0
    assert desk.rows("SELECT direction, outcome_text FROM claim ORDER BY document_id, position") == claims


# What is printed


def test_every_line_of_the_log_is_json(desk: Desk) -> None:
    desk.configure(TWO_SOURCES, '[tell]\non_failure = "false"\nping = "http://127.0.0.1:9/ping"')
    desk.down("europepmc")
    ran = desk.ask("refresh", "--log", "json")
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert ran.code == 3
    assert all({"time", "level", "what"} <= line.keys() for line in lines)
    assert any(line["what"].startswith("Left out: europepmc") for line in lines)
    assert any(line.get("source") == "pubmed" and line["new"] == 3 for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", "1001", "77777", "bad.jsonl"],
        ["add", "nowhere.txt"],
        ["search", "mesenchymal", "--source", "europepmc"],
        ["refresh", "--dry-run"],
        ["refresh", "--config", "misspelt.toml"],
    ],
    ids=["what is left out", "nothing read", "a service down", "a dry run", "a configuration that cannot be followed"],
)
def test_stderr_is_json_lines_whatever_goes_wrong(desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    (desk.folder / "bad.jsonl").write_text("{}\n" * 12)
    (desk.folder / "misspelt.toml").write_text("[searches.x]\nquary = 'y'\n")
    desk.configure(TWO_SOURCES)
    desk.down("europepmc")
    ran = desk.ask(*arguments, "--log", "json")
    assert ran.code != 0
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert lines
    assert all({"time", "level", "what"} <= line.keys() for line in lines)


def test_a_process_too_writes_nothing_but_json_to_its_log(desk: Desk) -> None:
    desk.configure(TWO_SOURCES)
    desk.down("europepmc")
    ran = desk.process("refresh", "--log", "json")
    assert ran.code == 3
    assert [json.loads(line)["what"] for line in ran.err.splitlines()] != []


def test_an_error_in_the_command_line_is_for_people(desk: Desk) -> None:
    ran = desk.ask("refresh", "--only", "sells", "--log", "json")
    assert (ran.code, ran.err.startswith("Usage: ")) == (2, True)


def test_a_counter_for_people_stays_out_of_a_log(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(console.with_progress(range(20), "json")) == list(range(20))
    assert capsys.readouterr().err == ""
    assert list(console.with_progress(range(20), None)) == list(range(20))
    assert "20 read" in capsys.readouterr().err


def test_a_refusal_under_a_json_log_is_json_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kb.connection, "PATIENCE_SECONDS", 0.1)
    with lock(desk.folder / "counterclaim.db"):
        ran = desk.ask("refresh", "--log", "json")
    assert ran.code == 75
    assert ["Another run" in json.loads(line)["what"] for line in ran.err.splitlines()] == [True]


def test_a_run_without_a_log_is_silent_but_for_what_was_left_out(desk: Desk) -> None:
    assert desk.ask("refresh").err == ""


def test_control_characters_of_a_title_never_reach_the_terminal(desk: Desk) -> None:
    red = "Mesenchymal\u009b31m stem\u001b[31m cells\u0007 \u202egnihton\rOver"
    desk.corpus.revise(1001, title=red.replace("\u001b", "").replace("\u0007", ""))
    (desk.folder / "one.jsonl").write_text(json.dumps({"id": "a\u001b[2J", "title": red, "abstract": BETTER}) + "\n{\u001b[31m\n")
    added = desk.ask("add", "one.jsonl", "10.5555/\u001b[31mnobody")
    ran = [
        added,
        desk.ask("refresh"),
        *(desk.ask("changes", "--since", "0", *form) for form in ([], ["--json"])),
        *(
            desk.ask("query", "MSC vs placebo", *form)
            for form in ([], ["--text"], ["--csv"], ["--json"], ["--nl"], ["--fmt", "github"])
        ),
        desk.ask("runs"),
        desk.ask("extract", "one.jsonl"),
    ]
    assert "Mesenchymal\ufffd31m stem" in ran[2].out
    assert len(ran[4].out.splitlines()) > 3
    for shown in ran:
        assert "Traceback" not in shown.err
        steering = [c for c in shown.out + shown.err if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t"]
        assert steering == [], shown
