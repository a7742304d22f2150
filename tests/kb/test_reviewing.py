"""A person looks before numbers are pooled: the sheet goes out, comes back from any spreadsheet, and holds."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from kb.answer import answer
from kb.connection import for_reading
from kb.poolable import Row
from kb.question import understand
from kb.refusals import CannotPool, Reason
from kb.review_sheet import SHOWN, TO_FILL, BadSheet, read, sheet
from kb.reviewing import reviewed_rows, store
from kb.synthesis import Choice, synthesise
from nlp.claim import AuditFinding, Better, Group, Level, Measure, Outcome, Verdict
from tests.kb.made import put
from tests.kb.trials import QUESTION, contrast, own, trial

FLAGGED = contrast(
    estimate=-0.4, low=-0.9, high=-0.1, audit=(AuditFinding("interval_centred", Verdict.INCONSISTENT, "the middle is -0.5"),)
)
READINGS = (
    trial("a", contrast()),
    trial("b", contrast(estimate=-0.2, low=-0.6, high=0.2)),
    trial("flagged", FLAGGED),
    trial("silent", title="=1+1"),
    trial("review", contrast(), level=Level.POOLED),
)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    put(tmp_path / "library.db", *READINGS)
    return tmp_path / "library.db"


def rows(library: Path, *, only: bool = False, least: float | None = None) -> dict[str, Row]:
    db = for_reading(library)
    (outcome,) = answer(db, understand(db, QUESTION)).outcomes
    return {r.row_id if "by-hand" in r.row_id else r.document: r for r in reviewed_rows(db, outcome, only=only, least=least)}


def test_what_is_less_sure_than_asked_for_is_refused_unless_a_person_accepted_it(tmp_path: Path) -> None:
    library = tmp_path / "sure.db"
    made = (("sure", 0.95), ("unsure", 0.4), ("unknown", None))
    put(library, *(trial(name, replace(contrast(), confidence=confidence)) for name, confidence in made))
    found = rows(library, least=0.9)
    assert {name: [str(x) for x in r.refusals] for name, r in found.items()} == {
        "sure": [],
        "unsure": ["less sure than asked for: confidence 0.4, asked for 0.9"],
        "unknown": ["less sure than asked for: no confidence is known"],
    }
    lines = list(csv.DictReader(io.StringIO(sheet(rows(library).values()))))
    lines = [line | ({"verdict": "accept", "reviewer": "A. Reader"} if line["document"] == "unsure" else {}) for line in lines]
    out = io.StringIO()
    writer = csv.DictWriter(out, [*SHOWN, *TO_FILL], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    store(library, read(out.getvalue(), None), "sheet.csv")
    assert rows(library, least=0.9)["unsure"].refusals == ()


Fill = Callable[..., str]


@pytest.fixture
def fill(library: Path) -> Fill:
    """The sheet with decisions: document=dict of the cells to fill."""

    def filled(**by_document: dict[str, str]) -> str:
        lines = list(csv.DictReader(io.StringIO(sheet(rows(library).values()))))
        for line in lines:
            line |= by_document.get(line["document"], {})
        out = io.StringIO()
        writer = csv.DictWriter(out, [*SHOWN, *TO_FILL], lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
        return out.getvalue()

    return filled


def test_the_sheet_shows_what_is_known_and_no_formula(library: Path) -> None:
    lines = {line["document"]: line for line in csv.DictReader(io.StringIO(sheet(rows(library).values())))}
    assert (lines["a"]["est"], lines["a"]["verdict"]) == ("-0.5", "")
    assert lines["silent"]["study"] == "'=1+1"
    assert "interval_centred" in lines["flagged"]["refused"]


def test_decisions_are_kept_with_who_when_and_why(library: Path, fill: Fill) -> None:
    decisions = read(fill(a={"verdict": "accept"}, b={"verdict": "Reject", "why": "a duplicate", "reviewer": "B"}), "A. Reader")
    assert store(library, decisions, "sheet.csv") == 2
    held = (
        for_reading(library)
        .execute("SELECT document, verdict, reviewer, why, reviewed IS NOT NULL AS at, run_id FROM review")
        .fetchall()
    )
    assert [tuple(r)[:5] for r in held] == [("a", "accept", "A. Reader", None, 1), ("b", "reject", "B", "a duplicate", 1)]
    found = rows(library)
    assert (found["a"].review_status, found["a"].poolable) == ("accepted", True)
    assert (found["b"].review_status, found["b"].refusals[0].reason) == ("rejected", Reason.NOT_REVIEWED)
    assert "rejected by B: a duplicate" in str(found["b"].refused)


def test_only_what_was_accepted_is_pooled_where_that_is_asked(library: Path, fill: Fill) -> None:
    store(library, read(fill(a={"verdict": "accept"}), "A"), "sheet.csv")
    assert [name for name, r in rows(library, only=True).items() if r.poolable] == ["a"]
    assert "nobody has looked at it" in str(rows(library, only=True)["b"].refused)


def test_corrected_numbers_are_a_persons_and_never_printed_ones(library: Path, fill: Fill) -> None:
    new = {"verdict": "correct", "new_est": "-0,5", "new_lb": "−0.9", "new_ub": "-0.1", "page": "7"}
    store(library, read(fill(flagged=new), "A"), "sheet.csv")
    row = rows(library, only=True)["flagged"]
    assert row.poolable
    assert row.derived is not None
    assert (row.derived.yi, row.est, row.review_status) == (-0.5, -0.4, "corrected")
    assert "read by A, page 7" in row.derived.derivation


def test_a_number_read_by_hand_becomes_a_row_with_its_page(library: Path, fill: Fill) -> None:
    new = {"verdict": "add", "new_measure": "MD", "new_est": "-0.3", "new_lb": "-0.8", "new_ub": "0.2", "page": "12"}
    store(library, read(fill(silent=new), "A"), "sheet.csv")
    row = rows(library)["silent:by-hand-12"]
    assert row.poolable
    assert row.source_section == "page 12"


def test_what_no_reading_can_change_stays_refused(library: Path, fill: Fill) -> None:
    store(library, read(fill(review={"verdict": "accept"}, flagged={"verdict": "accept"}), "A"), "sheet.csv")
    assert Reason.ALREADY_POOLED in [r.reason for r in rows(library)["review"].refusals]
    assert rows(library)["flagged"].poolable


def test_a_review_survives_the_next_reading_and_the_last_one_holds(library: Path, fill: Fill) -> None:
    store(library, read(fill(a={"verdict": "reject"}), "A"), "sheet.csv")
    again = replace(READINGS[0].document, journal="Another journal")
    assert [str(x) for x in put(library, replace(READINGS[0], document=again))] == ["replaced"]
    assert rows(library)["a"].review_status == "rejected"
    store(library, read(fill(a={"verdict": "accept"}), "A"), "sheet.csv")
    assert rows(library)["a"].review_status == "accepted"


@pytest.mark.parametrize(
    "change", [lambda s: "\ufeff" + s, lambda s: s.replace("\n", "\r\n"), lambda s: _with(s, ";"), lambda s: _with(s, "\t")]
)
def test_the_sheet_comes_back_from_any_spreadsheet(library: Path, fill: Fill, change: Callable[[str], str]) -> None:
    store(library, read(change(fill(a={"verdict": "accept"}, silent={"verdict": "reject"})), "A"), "sheet.csv")
    assert rows(library)["a"].review_status == "accepted"
    assert rows(library)["silent"].review_status == "rejected"


def _with(text: str, delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue()


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"verdict": "maybe"}, "the verdict is maybe; it may be accept"),
        ({"verdict": "correct"}, "fill in new_est"),
        ({"verdict": "correct", "new_est": "x", "new_lb": "1", "new_ub": "2"}, "x in column new_est is no number"),
        ({"verdict": "add", "new_est": "1", "new_lb": "0", "new_ub": "2"}, "needs new_measure and the page"),
        ({"verdict": "correct", "new_est": "5", "new_lb": "0", "new_ub": "6"}, "cannot be pooled, asymmetric interval"),
        ({"verdict": "accept", "document": "nowhere"}, "no document nowhere"),
    ],
)
def test_a_bad_sheet_is_told_by_its_line_and_nothing_is_stored(library: Path, fill: Fill, cells: dict[str, str], told: str) -> None:
    with pytest.raises(BadSheet, match=told):
        store(library, read(fill(b={"verdict": "accept"}, a=cells), "A"), "sheet.csv")
    assert for_reading(library).execute("SELECT count(*) FROM review").fetchone()[0] == 0


def test_contradictions_and_unsigned_lines_are_refused(fill: Fill) -> None:
    text = fill(a={"verdict": "accept"})
    line = next(x for x in text.splitlines() if x.startswith("a:"))
    with pytest.raises(BadSheet, match="decide differently on one row"):
        read(text + line.replace("accept", "reject") + "\n", "A")
    with pytest.raises(BadSheet, match="nobody signs"):
        read(text, None)
    with pytest.raises(BadSheet, match="no column"):
        read("x,y\n1,2\n", "A")


def test_the_command_there_and_back(library: Path, tmp_path: Path) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(cli.main, [*words, "--db", str(library)])

    path = tmp_path / "sheet.csv"
    assert run("review", QUESTION, "--out", str(path)).exit_code == 0
    assert run("review", QUESTION, "--out", str(path)).exit_code == 2
    assert run("review", QUESTION).exit_code == 2
    lines = path.read_text("utf8").splitlines()
    path.write_text("\n".join([lines[0], *(line.removesuffix(",,,,,,,,") + "accept,,,,,,,," for line in lines[1:3])]), "utf8")
    taken = run("review", "--in", str(path), "--reviewer", "A")
    assert (taken.exit_code, taken.output) == (0, "2 decisions are stored.\n")
    pooled = run("pool", QUESTION, "--reviewed", "--text", "--model", "FE")
    assert "k = 2" in pooled.output
    assert "2 of 4 studies that measured it" in pooled.output
    path.write_bytes(b"\xff\xfe")
    assert "not saved as UTF-8" in run("review", "--in", str(path)).output


PER_CENT = contrast(Measure.RD, -30.0, -58.0, -2.0, unit="%")
ADDED = {"verdict": "add", "new_measure": "MD", "new_est": "-0.3", "new_lb": "-0.6", "new_ub": "0", "page": "5"}


def decided(path: Path, change: Callable[[dict[str, str]], list[dict[str, str]]], only: str = "EDSS") -> tuple[Row, ...]:
    """The rows of a library after its sheet was changed line by line and taken back."""
    db = for_reading(path)
    outcomes = [o for o in answer(db, understand(db, QUESTION)).outcomes if o.outcome == only]
    lines = list(csv.DictReader(io.StringIO(sheet([r for o in outcomes for r in reviewed_rows(db, o)]))))
    out = io.StringIO()
    writer = csv.DictWriter(out, [*SHOWN, *TO_FILL], lineterminator="\n")
    writer.writeheader()
    writer.writerows(new for line in lines for new in change(line))
    store(path, read(out.getvalue(), "A"), "sheet.csv")
    db = for_reading(path)
    return tuple(r for o in answer(db, understand(db, QUESTION)).outcomes if o.outcome == only for r in reviewed_rows(db, o))


def days(line: dict[str, str]) -> float:
    return float(line["timepoint_days"])


def test_a_risk_difference_is_corrected_in_the_unit_that_is_printed(tmp_path: Path) -> None:
    put(tmp_path / "l.db", trial("a", PER_CENT))
    new = {"verdict": "correct", "new_est": "-28", "new_lb": "-56", "new_ub": "0"}
    (row,) = decided(tmp_path / "l.db", lambda line: [line | new])
    assert row.derived is not None
    assert (row.derived.yi, row.review_status) == (-0.28, "corrected")
    with pytest.raises(BadSheet, match="write it in per cent too"):
        decided(tmp_path / "l.db", lambda line: [line | new | {"new_est": "-0.28", "new_lb": "-0.56", "new_ub": "0"}])


def test_two_numbers_of_one_page_are_two_rows(tmp_path: Path) -> None:
    put(tmp_path / "l.db", trial("a", contrast()), trial("s"))
    other = ADDED | {"new_measure": "SMD", "new_est": "-0.9", "new_lb": "-1.2", "new_ub": "-0.6"}
    found = decided(tmp_path / "l.db", lambda line: [line, line | ADDED, line | other] if line["document"] == "s" else [line])
    by_hand = [r for r in found if "by-hand" in r.row_id]
    assert len({r.row_id for r in found}) == len(found)
    assert [(r.row_id, r.measure, r.derived and r.derived.yi) for r in by_hand] == [
        ("s:by-hand-5", "MD", -0.3),
        ("s:by-hand-5-2", "SMD", -0.9),
    ]


def test_an_added_number_is_of_the_time_of_its_line_and_can_be_withdrawn(tmp_path: Path) -> None:
    put(tmp_path / "l.db", trial("t", contrast(), contrast(estimate=-0.3, low=-0.7, high=0.1), months=(3, 12)))
    found = decided(tmp_path / "l.db", lambda line: [line, line | ADDED] if days(line) > 300 else [line])
    assert [round(r.timepoint_days or 0) for r in found if "by-hand" in r.row_id] == [365]
    again = decided(tmp_path / "l.db", lambda line: [line | {"verdict": "reject"}] if "by-hand" in line["row_id"] else [line])
    assert [r.review_status for r in again] == [None, None, "rejected"]


def test_an_added_number_beside_the_arms_own_is_not_the_same_number_again(tmp_path: Path) -> None:
    arms = own(Group.INTERVENTION, Measure.MEAN, 3.2, sd=0.5, n=20), own(Group.COMPARATOR, Measure.MEAN, 3.8, sd=0.6, n=20)
    put(tmp_path / "l.db", trial("p", *arms))
    found = decided(tmp_path / "l.db", lambda line: [line, line | ADDED])
    with pytest.raises(CannotPool, match="not independent: Paper p: 2 rows"):
        synthesise(found, Choice())


@pytest.mark.parametrize(
    "cells",
    [
        {"verdict": "reject", "quote": "EDSS was never measured."},
        {"verdict": "reject", "est": "-0.51"},
        {**ADDED, "outcome": "walking speed"},
        {**ADDED, "new_measure": "RD", "new_est": "-28", "new_lb": "-56", "new_ub": "0"},
        {"verdict": "correct", "new_est": "nan", "new_lb": "-1", "new_ub": "0"},
    ],
)
def test_a_decision_on_no_row_is_refused_and_not_kept(tmp_path: Path, cells: dict[str, str]) -> None:
    put(tmp_path / "l.db", trial("a", contrast()))
    with pytest.raises(BadSheet, match=r"[Nn]othing was stored"):
        decided(tmp_path / "l.db", lambda line: [line | cells])
    assert for_reading(tmp_path / "l.db").execute("SELECT count(*) FROM review").fetchone()[0] == 0


def test_an_outcome_in_other_letters_is_the_same_one(tmp_path: Path) -> None:
    put(tmp_path / "l.db", trial("a", contrast()), trial("s"))
    found = decided(
        tmp_path / "l.db", lambda line: [line, line | ADDED | {"outcome": "edss"}] if line["document"] == "s" else [line]
    )
    assert "s:by-hand-5" in {r.row_id for r in found}


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s.replace(",accept,", ',"accept,', 1),
        lambda s: s.replace("accept", ""),
        lambda s: s.replace(",accept,", f",accept,{'x' * 200_000},", 1),
        lambda s: s.encode().decode("cp1252").replace("EDSS fav", "EDSS \xe2fav"),
    ],
)
def test_a_damaged_sheet_is_a_sentence(library: Path, fill: Fill, damage: Callable[[str], str]) -> None:
    with pytest.raises(BadSheet, match=r"[Nn]othing was stored"):
        store(library, read(damage(fill(a={"verdict": "accept"}, b={"verdict": "accept"})), "A"), "sheet.csv")


def test_a_line_for_excel_is_no_line_of_the_sheet(library: Path, fill: Fill) -> None:
    store(library, read("sep=;\n" + _with(fill(a={"verdict": "accept"}), ";"), "A"), "sheet.csv")
    assert rows(library)["a"].review_status == "accepted"


def test_a_review_survives_another_name_of_its_outcome(tmp_path: Path) -> None:
    path, first = tmp_path / "l.db", trial("a", contrast())
    put(path, first)
    decided(path, lambda line: [line | {"verdict": "reject"}])
    new = Outcome("EDSS", "expanded disability status scale", None, Better.LOWER)
    read_anew = replace(
        first.extraction,
        effects=tuple(replace(e, outcome=new) for e in first.extraction.effects),
        claims=tuple(replace(c, outcome=new) for c in first.extraction.claims),
    )
    put(path, replace(first, document=replace(first.document, journal="Another"), extraction=read_anew))
    db = for_reading(path)
    (outcome,) = answer(db, understand(db, QUESTION)).outcomes
    assert [(outcome.outcome, r.review_status) for r in reviewed_rows(db, outcome)] == [
        ("expanded disability status scale", "rejected")
    ]


def test_rows_of_one_sentence_are_told_apart_by_their_time(tmp_path: Path) -> None:
    twice = trial("t", contrast(), contrast(), months=(3, 12))
    one = twice.extraction.effects
    put(
        tmp_path / "l.db",
        replace(twice, extraction=replace(twice.extraction, effects=(one[0], replace(one[1], quote=one[0].quote)))),
    )
    found = decided(tmp_path / "l.db", lambda line: [line | {"verdict": "reject" if days(line) < 200 else "accept"}])
    assert [r.review_status for r in found] == ["rejected", "accepted"]


def test_a_review_of_an_earlier_version_still_holds(library: Path, fill: Fill) -> None:
    store(library, read(fill(a={"verdict": "reject"}), "A"), "sheet.csv")
    with sqlite3.connect(library) as db:
        db.execute("ALTER TABLE review DROP COLUMN numbers")
        db.execute("ALTER TABLE review DROP COLUMN timepoint_days")
    assert rows(library)["a"].review_status == "rejected"
