"""The commands as people run them: whole processes, exit codes, sentences."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from cli import main
from tests.conftest import shared

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "examples" / "library"
QUESTION = "intrathecal MSC vs placebo"
GOOD = '{"id": "1", "title": "On X", "abstract": "MSCs improved the EDSS compared with placebo (MD -0.5; 95% CI -0.9 to -0.1; P = 0.02)."}\n'


def counterclaim(
    *arguments: str | Path, given: str | None = None, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k != "COUNTERCLAIM_DB"} | environment
    return subprocess.run(
        [sys.executable, ROOT / "cli.py", *arguments], input=given, capture_output=True, text=True, check=False, cwd=cwd, env=env
    )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample library in a database."""
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    added = counterclaim("add", LIBRARY, "--db", path)
    assert added.returncode == 0, added.stderr
    return path


def test_two_commands_lead_from_papers_to_competing_claims(demo: Path) -> None:
    asked = counterclaim("query", QUESTION, "--text", "--db", demo)
    assert asked.returncode == 0
    for words in (
        "versus placebo",
        "EDSS",
        "favours the intervention",
        "no difference shown",
        "known from a digest only",
        "BESIDE THESE",
    ):
        assert words in asked.stdout


def test_the_contracts_answer(demo: Path) -> None:
    asked = counterclaim("query", QUESTION, "--json", "--db", demo)
    answer = json.loads(asked.stdout)
    assert {"contract", "question", "searched", "library", "outcomes"} <= answer.keys()
    assert answer["contract"] == 1
    assert (answer["question"]["route"], answer["question"]["comparator"]) == ("intrathecal", "placebo")
    assert answer["searched"]["documents"] == 10
    assert answer["outcomes"]
    for outcome in answer["outcomes"]:
        assert {"outcome", "better", "verdict", "counts", "claims", "disputes"} <= outcome.keys()
        for claim in outcome["claims"]:
            assert {"document", "study", "report", "level", "design", "direction", "point_direction", "significant", "null_kind", "effect", "arm",
                    "versus", "timepoint", "n", "status", "confidence", "quote", "url"} <= claim.keys()  # fmt: skip
            assert claim["quote"]


def test_every_form_of_the_answer_has_the_same_claims(demo: Path) -> None:
    plain = counterclaim("query", QUESTION, "--db", demo).stdout.splitlines()
    table = list(csv.DictReader(io.StringIO(counterclaim("query", QUESTION, "--csv", "--db", demo).stdout)))
    lines = [json.loads(line) for line in counterclaim("query", QUESTION, "--nl", "--db", demo).stdout.splitlines()]
    assert all(0 < line["confidence"] <= 1 for line in lines)
    github = counterclaim("query", QUESTION, "--fmt", "github", "--db", demo).stdout.splitlines()
    answer = json.loads(counterclaim("query", QUESTION, "--json", "--db", demo).stdout)
    quotes = [" ".join(c["quote"].split()) for o in answer["outcomes"] for c in o["claims"]]
    assert len(quotes) > 10
    assert [row["quote"] for row in table] == [line["quote"] for line in lines] == quotes
    assert [dict(zip(plain[0].split("\t"), row.split("\t"), strict=True))["quote"] for row in plain[1:]] == quotes
    assert len(github) == len(quotes) + 2


def test_extract_prints_one_line_a_document_in_order_and_stores_nothing(tmp_path: Path) -> None:
    ran = counterclaim("extract", "--json", "-", given=GOOD + GOOD.replace('"1"', '"2"'), cwd=tmp_path)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (ran.returncode, [line["id"] for line in lines]) == (0, ["1", "2"])
    for line in lines:
        assert line.keys() == {"contract", "id", "text", "document", "arms", "mentions", "effects", "claims", "problems"}
        assert all(line["text"][x["start"] : x["end"]] == x["quote"] for x in line["effects"] + line["claims"])
    assert list(tmp_path.iterdir()) == []


def test_extract_for_people(tmp_path: Path) -> None:
    ran = counterclaim("extract", "-", given=GOOD, cwd=tmp_path)
    assert "EDSS" in ran.stdout
    assert "favours intervention" in ran.stdout


def test_adding_again_writes_nothing(demo: Path) -> None:
    again = counterclaim("add", LIBRARY, "--db", demo)
    assert again.stdout.startswith("0 added, 0 replaced, 10 unchanged, 0 left out")


def test_the_database_may_be_named_by_the_environment_and_else_lies_here(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_text(GOOD)
    counterclaim("add", "one.jsonl", cwd=tmp_path, COUNTERCLAIM_DB="mine.db")
    assert (tmp_path / "mine.db").exists()
    assert not (tmp_path / "counterclaim.db").exists()
    counterclaim("add", "one.jsonl", cwd=tmp_path)
    assert (tmp_path / "counterclaim.db").exists()
    assert counterclaim("query", "MSC", cwd=tmp_path).stdout.count("\tMD -0.5\t") == 1


def test_verify_and_doctor_pass_on_what_was_added_and_fail_on_what_was_changed(demo: Path, tmp_path: Path) -> None:
    assert counterclaim("verify", "--db", demo).returncode == 0
    assert counterclaim("doctor", "--db", demo).returncode == 0
    copy = tmp_path / "copy.db"
    with sqlite3.connect(demo) as source, sqlite3.connect(copy) as target:
        source.backup(target)
        target.execute("UPDATE evidence SET quote = 'x' WHERE id = 1")
    source.close()
    target.close()
    changed = counterclaim("verify", "--db", copy)
    assert changed.returncode == 1
    assert "1 wrong" in changed.stdout


@pytest.mark.parametrize("command", [*sorted(main.commands)])
def test_every_command_has_an_example_in_its_help(command: str) -> None:
    helped = counterclaim(command, "--help")
    assert helped.returncode == 0
    assert f"counterclaim {command}" in helped.stdout.partition("Example")[2]
    assert command in ("extract", "init", "bench") or "--db" in helped.stdout


def test_the_version_is_said() -> None:
    assert "0.1.0" in counterclaim("--version").stdout


def refused(ran: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """A sentence on stderr with these words, this exit code, and no traceback."""
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr + ran.stdout
    for word in words:
        assert word in ran.stderr


FILES: dict[str, tuple[bytes, str]] = {
    "an unknown file": (b"Dear diary, today was fine.\n" * 9, "Known are"),
    "an empty file": (b"", "empty"),
    "broken JSON": (b'{"id": "a", "abst', "JSON"),
    "binary noise": (bytes(range(256)) * 40, "binary"),
    "a file that is not there": (b"-", "no such file"),
}


@pytest.mark.parametrize("command", ["extract", "add"])
@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_named_in_words_and_leaves_nothing(tmp_path: Path, command: str, case: str) -> None:
    content, words = FILES[case]
    path = tmp_path / "given.bin"
    if content != b"-":
        path.write_bytes(content)
    before = sorted(tmp_path.iterdir())
    refused(counterclaim(command, path, cwd=tmp_path), 1, words, "given.bin")
    assert sorted(tmp_path.iterdir()) == before


def test_a_very_large_file_is_refused_at_once_and_without_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.write(b"Some words.\n")
        file.truncate(200_000_000)
        file.seek(-12, os.SEEK_END)
        file.write(b"Some words.\n")
    refused(counterclaim("add", path, "--db", tmp_path / "x.db"), 1, "large.txt")
    assert not (tmp_path / "x.db").exists()


def test_one_bad_record_costs_no_other_and_shows_in_the_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text(GOOD + "{broken\n" + GOOD.replace('"1"', '"2"') + '{"id": "3", "title": "no abstract"}\n')
    ran = counterclaim("add", path, "--db", tmp_path / "x.db")
    refused(ran, 3, "line 2", "line 4")
    assert ran.stdout.startswith("2 added, 0 replaced, 0 unchanged, 2 left out")
    with sqlite3.connect(tmp_path / "x.db") as db:
        assert db.execute("SELECT count(*) FROM problem").fetchone() == (2,)
        assert db.execute("SELECT left_out, exit_code FROM run").fetchone() == (2, 3)
    db.close()
    ran = counterclaim("extract", "--json", path)
    assert (ran.returncode, len(ran.stdout.splitlines())) == (3, 2)


@pytest.mark.parametrize("arguments", [["query", "MSC"], ["verify"]], ids=lambda a: a[0])
@pytest.mark.parametrize("kind", ["missing", "text", "folder", "another program's"])
def test_what_is_no_library_is_refused_in_words(tmp_path: Path, arguments: list[str], kind: str) -> None:
    path = tmp_path / "x.db"
    if kind == "text":
        path.write_text("not a database, though it has enough words to look like something" * 20)
    elif kind == "folder":
        path.mkdir()
    elif kind == "another program's":
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE t (x)")
        db.close()
    refused(counterclaim(*arguments, "--db", path), 1, "x.db", "library")
    assert path.exists() is (kind != "missing")


def test_a_question_without_a_known_word_is_refused_as_usage(demo: Path) -> None:
    refused(counterclaim("query", "the zorgblatt of xyzzy", "--db", demo), 2, "No word of")


def test_an_unknown_table_format_is_refused_with_those_known(demo: Path) -> None:
    refused(counterclaim("query", "MSC", "--fmt", "nofmt", "--db", demo), 2, "github")


def test_another_run_that_holds_the_lock_means_try_again_later(tmp_path: Path) -> None:
    path, given = tmp_path / "x.db", tmp_path / "one.jsonl"
    given.write_text(GOOD)
    assert counterclaim("add", given, "--db", path).returncode == 0
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused(counterclaim("add", given, "--db", path), 75, "Try again")
    other.close()


def test_a_reader_that_goes_away_early_is_no_error(demo: Path) -> None:
    command = f'"{sys.executable}" "{ROOT / "cli.py"}" query MSC --db "{demo}" | :'
    ran = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five real papers in a database."""
    folder, path = shared("seeds"), tmp_path_factory.mktemp("seeds") / "seeds.db"
    added = counterclaim("add", folder, "--db", path)
    assert (added.returncode, added.stdout.split(",")[0]) == (0, "5 added"), added.stderr
    return path


@pytest.mark.parametrize(
    ("outcome", "days", "direction"),
    [
        ("combined evoked potentials latency", 182.64, "no_difference"),
        ("combined evoked potentials latency", 365.28, "no_difference"),
        ("EDSS", None, "no_difference"),
        ("9-Hole Peg Test", None, "no_difference"),
        ("timed 25-foot walk", None, "no_difference"),
        ("brain atrophy", 182.64, "favours_intervention"),
        ("brain atrophy", 365.28, "no_difference"),
        ("serum GFAP", 182.64, "no_difference"),
        ("adverse events", None, "favours_comparator"),
    ],
)
def test_the_news_of_smart_ms_is_read_and_said_to_be_news(seeds: Path, outcome: str, days: float | None, direction: str) -> None:
    answer = json.loads(counterclaim("query", QUESTION, "--json", "--db", seeds).stdout)
    claims = [c for o in answer["outcomes"] if o["outcome"] == outcome for c in o["claims"] if c["study"] == "NCT04749667"]
    at = [c for c in claims if (c["timepoint"] and c["timepoint"]["days"]) == (days and pytest.approx(days))]
    assert [c["direction"] for c in at] == [direction]
    assert at[0]["known_from"] == "known from a news report only"
    assert (at[0]["n"], at[0]["arm"]["route"], at[0]["versus"]["class"]) == (18, "intrathecal", "placebo")


def test_the_reviews_intrathecal_statements_stand_beside_and_are_not_counted(seeds: Path) -> None:
    answer = json.loads(counterclaim("query", QUESTION, "--json", "--db", seeds).stdout)
    beside = {c["document"]: c for o in answer["outcomes"] for c in o["claims"] if not c["against_what_was_asked"]}
    assert len(beside) == 2
    assert {c["level"] for c in beside.values()} == {"pooled"}
    assert all("intrathecal" in c["quote"] for c in beside.values())
    assert sum(n for o in answer["outcomes"] for n in o["counts"]["pooled"].values()) == 0


def test_every_quote_and_number_of_the_seeds_stands_in_its_text(seeds: Path) -> None:
    assert counterclaim("verify", "--db", seeds).returncode == 0


HEAVY = ("spacy", "sqlite_utils", "networkx", "numpy", "scipy", "tabulate", "rapidfuzz", "requests", "lxml", "tomllib", "Bio")


@pytest.mark.parametrize("form", [[], ["--text"], ["--json"]], ids=["plain", "text", "json"])
def test_a_query_imports_nothing_heavy(demo: Path, form: list[str]) -> None:
    """What `query` costs is what it imports: with any of these it could not answer at once."""
    code = (
        "import sys, cli\n"
        f"try: cli.main(['query', {QUESTION!r}, '--db', {str(demo)!r}, *{form!r}])\n"
        f"finally: print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ran.returncode == 0
    assert ran.stderr.strip() == "[]"


def test_the_examples_of_every_command_stand_on_lines_of_their_own() -> None:
    for name, command in cli.main.commands.items():
        told = CliRunner().invoke(cli.main, [name, "--help"]).output
        assert "\\b" not in told, name
        assert re.search(rf"\n  Examples?:\n    counterclaim {name}\b", told), name
        assert command.help
