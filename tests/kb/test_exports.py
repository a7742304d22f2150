"""Exported folders, each run by its own program with no editing."""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import rispy
from click.testing import CliRunner, Result

import cli
from kb.answer import answer
from kb.cells import cell
from kb.connection import for_reading
from kb.exports import EXPORTERS
from kb.exports.package import package, write_folder
from kb.exports.table import COLUMNS
from kb.pooling import Model, pool
from kb.question import understand
from kb.synthesis import Choice
from nlp.claim import Group, Level, Measure
from tests.kb.made import put
from tests.kb.trials import QUESTION, RELAPSE, contrast, own, trial

READINGS = (
    trial("a", contrast(unit="points")),
    trial("b", contrast(estimate=-0.2, low=-0.6, high=0.2), route="intravenous"),
    trial("c", contrast(estimate=0.7, low=0.1, high=1.3)),
    trial("d", contrast(Measure.OR, 0.64, 0.33, 1.22), outcome=RELAPSE),
    trial("e", contrast(Measure.OR, 1.9, 1.1, 3.28), outcome=RELAPSE),
    trial(
        "f",
        own(Group.INTERVENTION, Measure.PROPORTION, None, events=0, total=40),
        own(Group.COMPARATOR, Measure.PROPORTION, None, events=4, total=41),
        outcome=RELAPSE,
    ),
    trial("review", contrast(estimate=-9.0, low=-9.5, high=-8.5), level=Level.POOLED),
    trial("silent", title="=cmd()"),
)
has_pymare = importlib.util.find_spec("pymare") is not None


def has_metafor() -> bool:
    asked = ["Rscript", "-e", "quit(status = !requireNamespace('metafor', quietly = TRUE))"]
    return shutil.which("Rscript") is not None and subprocess.run(asked, check=False, capture_output=True).returncode == 0


Export = Callable[..., tuple[Path, Result]]


@pytest.fixture
def exported(tmp_path: Path) -> Export:
    put(tmp_path / "library.db", *READINGS)

    def run(*options: str) -> tuple[Path, Result]:
        out = tmp_path / "out"
        words = ["export", QUESTION, "--db", str(tmp_path / "library.db"), "--out", str(out), *options]
        return out, CliRunner().invoke(cli.main, words)

    return run


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_is_written_and_says_where_it_is_pooled_or_why_not(exported: Export) -> None:
    out, result = exported("--to", "csv")
    assert result.exit_code == 0, result.output
    edss = read(out / "pool_edss.csv")
    assert [(r["document"], r["pool_set"], bool(r["refused"])) for r in edss] == [
        ("a", "MD", False), ("b", "MD", False), ("c", "MD", False), ("silent", "", True), ("review", "", True)
    ]  # fmt: skip
    assert (edss[0]["yi"], edss[0]["scale"], edss[0]["est"], edss[0]["derived"], edss[0]["direction"]) == (
        "-0.5",
        "raw",
        "-0.5",
        "1",
        "lower_better",
    )
    assert edss[3]["study"] == "'=cmd()"
    relapse = read(out / "pool_relapse.csv")
    assert [(r["measure"], r["scale"], r["pool_set"]) for r in relapse] == [
        ("OR", "log", "OR"),
        ("OR", "log", "OR"),
        ("RR", "log", "RR"),
    ]
    assert [relapse[2][k] for k in ("ai", "bi", "ci", "di", "n1i", "n2i")] == ["0", "40", "4", "37", "40", "41"]
    assert "1/2 added" in relapse[2]["assumptions"]


def test_the_files_load_everywhere(exported: Export) -> None:
    out, _ = exported("--to", "csv")
    body = (out / "pool_edss.csv").read_bytes()
    assert not body.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in body
    assert b",NA," not in body
    assert all(len(c) <= 32 and c.isidentifier() and c == c.lower() for c in COLUMNS)
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_the_folder_says_what_it_is(exported: Export) -> None:
    out, _ = exported("--to", "metafor", "--to", "pymare")
    about = json.loads((out / "datapackage.json").read_text("utf8"))
    assert about["query"] == QUESTION
    assert about["counts"] == {"rows": 8, "pooled": 6, "studies": 8}
    assert {r["path"] for r in about["resources"]} == {p.name for p in out.iterdir()} - {"datapackage.json"}
    assert {"run_metafor.R", "run_pymare.py", "pool_edss.csv"} <= {p.name for p in out.iterdir()}


def test_nothing_half_written(exported: Export, tmp_path: Path) -> None:
    out, _ = exported("--to", "csv")
    before = sorted(tmp_path.iterdir())
    _, again = exported("--to", "csv")
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    _, unknown = exported("--to", "spss")
    assert (unknown.exit_code, "there are csv" in unknown.output) == (2, True)
    shutil.rmtree(out)
    _, other = exported("--to", "csv", "--outcome", "walking")
    assert (other.exit_code, "there are EDSS, relapse" in other.output) == (1, True)
    assert sorted(tmp_path.iterdir()) == [p for p in before if p != out]
    with pytest.raises(Exception, match="cannot be used"):
        write_folder(tmp_path / "no" / "where", {}, {})
    with pytest.raises(Exception, match="cannot be used"):
        write_folder(tmp_path / "out", {"a/b": b""}, {})
    assert sorted(tmp_path.iterdir()) == [p for p in before if p != out]


def test_an_outcome_that_cannot_be_pooled_is_named(exported: Export) -> None:
    out, result = exported("--to", "csv", "--measure", "RR")
    assert result.exit_code == 3
    assert "Not pooled: EDSS: no row can be pooled" in result.output
    assert {r["pool_set"] for r in read(out / "pool_edss.csv")} == {""}
    assert "another measure was asked for" in read(out / "pool_edss.csv")[0]["refused"]


def ours(out: Path, model: Model) -> dict[tuple[str, str], tuple[float, float, float]]:
    found: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
    for path in sorted(out.glob("pool_*.csv")):
        for r in read(path):
            if r["pool_set"]:
                yi, vi = found.setdefault((path.name, r["pool_set"]), ([], []))
                yi.append(float(r["yi"]))
                vi.append(float(r["vi"]))
    pooled = {k: pool(*v, Model.FE if len(v[0]) == 1 else model) for k, v in found.items()}
    return {k: (p.estimate, p.ci_lb, p.ci_ub) for k, p in pooled.items()}


def theirs(path: Path) -> dict[tuple[str, str], tuple[float, float, float]]:
    return {(r["file"], r["pool_set"]): (float(r["estimate"]), float(r["ci_lb"]), float(r["ci_ub"])) for r in read(path)}


def same(out: Path, results: str, model: Model) -> None:
    mine, other = ours(out, model), theirs(out / results)
    assert len(mine) == 3
    assert mine.keys() == other.keys()
    for key, values in mine.items():
        assert values == pytest.approx(other[key], rel=1e-6, abs=1e-9), key


@pytest.mark.skipif(not has_metafor(), reason="R with metafor is not installed here")
@pytest.mark.parametrize("model", [Model.FE, Model.DL, Model.REML, Model.HKSJ, Model.HKSJ_ADHOC])
def test_metafor_runs_its_export_and_pools_the_same(exported: Export, model: Model) -> None:
    out, _ = exported("--to", "metafor", "--model", model.value)
    ran = subprocess.run(["Rscript", "run_metafor.R"], cwd=out, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    same(out, "results_metafor.csv", model)


@pytest.mark.skipif(not has_pymare, reason="PyMARE is not installed here: pip install counterclaim[pool]")
@pytest.mark.parametrize("model", [Model.FE, Model.DL, Model.REML, Model.HKSJ, Model.HKSJ_ADHOC])
def test_pymare_runs_its_export_and_pools_the_same(exported: Export, model: Model) -> None:
    out, _ = exported("--to", "pymare", "--model", model.value)
    ran = subprocess.run([sys.executable, "run_pymare.py"], cwd=out, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    same(out, "results_pymare.csv", model)


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="pandas is not installed here")
def test_pandas_reads_numbers_as_numbers(exported: Export) -> None:
    import pandas  # type: ignore[import-untyped,unused-ignore]

    out, _ = exported("--to", "csv")
    frame = pandas.read_csv(out / "pool_edss.csv")
    assert str(frame["yi"].dtype) == str(frame["est"].dtype) == "float64"
    assert frame["yi"].isna().sum() == 1


def test_cells_of_texts_are_harmless_and_negative_numbers_stay_numbers() -> None:
    assert [cell(v) for v in (-5.12, "-5.12 mm", "@x", "+1", 2.0, True)] == ["-5.12", "'-5.12 mm", "'@x", "'+1", "2", "True"]


def test_findings_prisma_and_references(exported: Export) -> None:
    out, result = exported("--to", "findings", "--to", "prisma", "--to", "ris", "--model", "REML")
    assert result.exit_code == 0, result.output
    found = read(out / "findings.csv")
    assert [(r["outcome"], r["measure"], r["studies"], r["people"], r["measured_by"], r["without_number"]) for r in found] == [
        ("EDSS", "MD", "3", "600", "4", "1"),
        ("relapse", "OR", "2", "400", "3", "0"),
        ("relapse", "RR", "1", "81", "3", "0"),
    ]
    assert {r["certainty"] for r in found} == {""}
    assert "3 of 4 studies that measured it" in (out / "findings.md").read_text("utf8")
    boxes = {r["data"]: r["n"] for r in read(out / "prisma.csv")}
    assert (boxes["database_results"], boxes["dbr_assessed"], boxes["new_studies"], boxes["excluded_automatic"]) == (
        "8",
        "8",
        "6",
        "0",
    )
    assert boxes["dbr_excluded"] == "no number printed, 1; already pooled, 1"
    assert int(boxes["database_results"]) == int(boxes["duplicates"]) + int(boxes["excluded_automatic"]) + int(
        boxes["records_screened"]
    )
    refs = rispy.loads((out / "refs.ris").read_text("utf8"))
    assert [r["title"] for r in refs] == [
        "Paper a",
        "Paper b",
        "Paper c",
        "=cmd()",
        "Paper review",
        "Paper d",
        "Paper e",
        "Paper f",
    ]


@pytest.mark.parametrize("name", EXPORTERS)
def test_every_exporter_keeps_its_promises(name: str, tmp_path: Path) -> None:
    """The same answer gives the same bytes; names are plain; nothing of the answer is left out without a trace; an answer without numbers is exported too."""
    if name == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed here: pip install counterclaim[parquet]")
    put(tmp_path / "library.db", *READINGS)
    db = for_reading(tmp_path / "library.db")
    found = answer(db, understand(db, QUESTION))
    first, again = (EXPORTERS[name](package(db, found, Choice())) for _ in range(2))
    assert first == again
    assert first
    assert all(Path(f).name == f and f.isascii() for f in first)
    bare = replace(
        found,
        outcomes=tuple(replace(o, claims=tuple(c for c in o.claims if c.row["document"] == "silent")) for o in found.outcomes[:1]),
    )
    assert EXPORTERS[name](package(db, bare, Choice()))


def test_json_lines_hold_printed_and_derived_apart(exported: Export) -> None:
    out, _ = exported("--to", "json")
    held = [json.loads(line) for line in (out / "rows.jsonl").read_text("utf8").splitlines()]
    assert len(held) == 8
    assert (held[0]["printed"]["est"], held[0]["derived"]["yi"], held[0]["pool_set"]) == (-0.5, -0.5, "MD")


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is not None, reason="pyarrow is installed here")
def test_without_pyarrow_the_reader_is_told_and_no_folder_is_left(exported: Export) -> None:
    out, result = exported("--to", "csv", "--to", "parquet")
    assert (result.exit_code, "pip install" in result.output, out.exists()) == (1, True, False)


@pytest.mark.skipif(
    importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed here: pip install counterclaim[parquet]"
)
def test_parquet_has_the_columns_of_the_csv(exported: Export) -> None:
    from pyarrow import parquet

    out, _ = exported("--to", "parquet")
    held = parquet.read_table(out / "rows.parquet")
    assert tuple(held.column_names) == COLUMNS
    assert (held.num_rows, held.column("yi").to_pylist()[0]) == (8, -0.5)
