"""Exported folders, each run by its own program with no editing."""

from __future__ import annotations

import csv
import importlib.util
import json
import math
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rispy
from click.testing import CliRunner, Result

import cli
from kb.answer import answer
from kb.cells import cell, csv_text, unguarded
from kb.connection import for_reading
from kb.exports import EXPORTERS
from kb.exports.package import package, write_folder
from kb.exports.table import COLUMNS
from kb.intake import Reading
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


def fitted(folder: Path, name: str) -> dict[str, tuple[float, ...]]:
    """What a program's script found of each file."""
    columns = ("estimate", "ci_lb", "ci_ub")
    return {r["file"]: tuple(float(r[c]) for c in columns) for r in read(folder / name)}


def written(folder: Path, sets: int, seed: int) -> dict[str, tuple[list[float], list[float]]]:
    """Made-up data sets as files of an export: ratios and differences, alike and unlike, few studies and many, numbers large and small."""
    rng, made = np.random.default_rng(seed), {}
    for number in range(sets):
        k = int(rng.integers(2, 25))
        scale = 10.0 ** rng.uniform(-2, 2)
        v = (rng.uniform(0.1, 0.7, k) * scale) ** 2
        y = rng.normal(rng.normal(0, scale), np.sqrt(v + rng.choice([0, 0.01, 0.2, 2]) * scale**2))
        yi, vi = y.tolist(), v.tolist()
        made[f"pool_{number:03}.csv"] = yi, vi
        lines = [[f"Study {i}", "raw", a, b, "MD"] for i, (a, b) in enumerate(zip(yi, vi, strict=True))]
        (folder / f"pool_{number:03}.csv").write_text(csv_text(("study", "scale", "yi", "vi", "pool_set"), lines), "utf8")
    return made


def agrees_on_random_sets(exported: Export, program: str, script: str, command: list[str], sets: int) -> None:
    out, _ = exported("--to", program, "--model", "HKSJ")
    for path in out.glob("pool_*.csv"):
        path.unlink()
    made = written(out, sets, seed=20)
    ran = subprocess.run([*command, script], cwd=out, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = fitted(out, f"results_{program}.csv")
    assert len(found) == sets
    for name, (yi, vi) in made.items():
        mine = pool(yi, vi, Model.HKSJ)
        assert found[name] == pytest.approx((mine.estimate, mine.ci_lb, mine.ci_ub), rel=1e-6, abs=1e-9), name


@pytest.mark.skipif(not has_metafor(), reason="R with metafor is not installed here")
def test_metafor_agrees_on_two_hundred_random_sets(exported: Export) -> None:
    agrees_on_random_sets(exported, "metafor", "run_metafor.R", ["Rscript"], 200)


@pytest.mark.skipif(not has_pymare, reason="PyMARE is not installed here: pip install counterclaim[pool]")
def test_pymare_agrees_on_two_hundred_random_sets(exported: Export) -> None:
    agrees_on_random_sets(exported, "pymare", "run_pymare.py", [sys.executable], 200)


#: Risk ratios on which metafor's own steps towards REML's estimate run to and fro.
TO_AND_FRO = [
    (1.97, 0.55, 7.04), (1.57, 0.41, 6.02), (2.85, 0.82, 9.93), (1.2, 0.39, 3.75), (2.16, 0.74, 6.28), (0.58, 0.19, 1.8), (1.91, 0.55, 6.64),
    (0.57, 0.2, 1.64), (0.86, 0.25, 3.0), (1.39, 0.7, 2.77), (1.05, 0.27, 4.15), (1.37, 0.73, 2.57), (2.09, 1.51, 2.89), (1.76, 0.47, 6.52),
    (0.87, 0.24, 3.11), (2.06, 0.67, 6.33), (0.63, 0.17, 2.33), (1.18, 0.4, 3.5), (1.75, 0.79, 3.87), (0.94, 0.26, 3.36), (0.96, 0.32, 2.85),
]  # fmt: skip


@pytest.mark.skipif(not has_metafor(), reason="R with metafor is not installed here")
def test_metafor_finds_its_estimate_where_its_steps_run_to_and_fro(exported: Export) -> None:
    out, _ = exported("--to", "metafor")
    for path in out.glob("pool_*.csv"):
        path.unlink()
    yi = [math.log(e) for e, _, _ in TO_AND_FRO]
    vi = [((math.log(u) - math.log(low)) / (2 * 1.959963984540054)) ** 2 for _, low, u in TO_AND_FRO]
    lines = [[i, "log", a, b, "RR"] for i, (a, b) in enumerate(zip(yi, vi, strict=True))]
    (out / "pool_x.csv").write_text(csv_text(("study", "scale", "yi", "vi", "pool_set"), lines), "utf8")
    ran = subprocess.run(["Rscript", "run_metafor.R"], cwd=out, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    mine = pool(yi, vi, Model.HKSJ_ADHOC)
    assert fitted(out, "results_metafor.csv")["pool_x.csv"] == pytest.approx((mine.estimate, mine.ci_lb, mine.ci_ub), rel=1e-6)


DOCUMENTED = (Path(__file__).resolve().parents[2] / "docs" / "pooling.md").read_text("utf8")


def documented(program: str) -> str:
    """The call that the documentation gives for a program."""
    (cells,) = [line.split(" | ") for line in DOCUMENTED.splitlines() if line.startswith(f"| {program} |")]
    return cells[1].strip("`")


def without_refused(out: Path) -> tuple[float, ...]:
    pooled = [(float(r["yi"]), float(r["vi"])) for r in read(out / "pool_edss.csv") if r["pool_set"] == "MD"]
    assert any(r["yi"] and not r["pool_set"] for r in read(out / "pool_edss.csv")), "a refused row with an effect size is there"
    return tuple(pool([y for y, _ in pooled], [v for _, v in pooled], m).estimate for m in (Model.REML, Model.FE))


@pytest.mark.skipif(not has_metafor(), reason="R with metafor is not installed here")
def test_the_documented_call_of_metafor_pools_no_refused_row(exported: Export) -> None:
    out, _ = exported("--to", "csv")
    code = f"suppressMessages(library(metafor)); {documented('metafor')}; cat(sprintf('%.10f', coef(fit)))"
    ran = subprocess.run(["Rscript", "-e", code], cwd=out, capture_output=True, text=True, check=False)
    assert float(ran.stdout.split()[-1]) == pytest.approx(without_refused(out)[0], abs=1e-5), ran.stderr


@pytest.mark.skipif(importlib.util.find_spec("pandas") is None, reason="pandas is not installed here")
@pytest.mark.parametrize(("program", "library"), [("pandas", "pandas"), ("PyMARE", "pymare"), ("statsmodels", "statsmodels")])
def test_the_documented_calls_of_python_take_no_refused_row(
    exported: Export, monkeypatch: pytest.MonkeyPatch, program: str, library: str
) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed here")
    out, _ = exported("--to", "csv")
    monkeypatch.chdir(out)
    names: dict[str, object] = {}
    exec(documented("pandas"), {"pandas": __import__("pandas")}, names)
    taken = names["d"]
    assert len(taken) == 3  # type: ignore[arg-type]
    if program == "statsmodels":
        from statsmodels.stats.meta_analysis import combine_effects

        found = eval(documented(program), {"combine_effects": combine_effects, "d": taken})
        assert found.summary_frame().loc["fixed effect", "eff"] == pytest.approx(without_refused(out)[1])
    if program == "PyMARE":
        from pymare import Dataset

        assert len(eval(documented(program), {"Dataset": Dataset, "d": taken}).y) == 3


def test_rows_of_a_set_that_is_not_pooled_say_so(tmp_path: Path) -> None:
    put(
        tmp_path / "library.db", trial("a", contrast(unit="mm")), trial("b", contrast(unit="ml", estimate=-0.4, low=-0.8, high=0.0))
    )
    db = for_reading(tmp_path / "library.db")
    (table,) = package(db, answer(db, understand(db, QUESTION)), Choice()).tables
    assert all(str(m.row.refused).startswith("mixed scales: ") and m.pool_set is None for m in table.members)


def test_per_cent_and_no_unit_are_mixed_scales(tmp_path: Path) -> None:
    put(tmp_path / "library.db", trial("a", contrast(unit="%")), trial("b", contrast(estimate=-0.4, low=-0.8, high=0.0)))
    db = for_reading(tmp_path / "library.db")
    (table,) = package(db, answer(db, understand(db, QUESTION)), Choice()).tables
    assert {m.pool_set for m in table.members} == {None}


def three_arms() -> Reading:
    """60 people in three arms."""
    ones = (own(Group.INTERVENTION, Measure.PROPORTION, None, events=n, total=20, arm=a) for n, a in ((3, 0), (6, 2)))
    control = own(Group.COMPARATOR, Measure.PROPORTION, None, events=10, total=20)
    return trial("three", *ones, control, sizes=(20, 20, 20), outcome=RELAPSE)


@pytest.mark.parametrize("several", ["combine", "split"])
def test_people_and_studies_are_counted_once(tmp_path: Path, several: str) -> None:
    put(tmp_path / "library.db", three_arms(), trial("x", contrast(Measure.RR, 0.5, 0.25, 1.0), outcome=RELAPSE))
    out = tmp_path / "out"
    words = ["export", QUESTION, "--to", "findings", "--several", several, "--db", str(tmp_path / "library.db"), "--out", str(out)]
    assert CliRunner().invoke(cli.main, words).exit_code == 0
    (line,) = read(out / "findings.csv")
    assert (line["studies"], line["people"]) == ("2", "260")


def test_what_people_screened_out_is_excluded_in_screening(tmp_path: Path) -> None:
    put(tmp_path / "library.db", *READINGS[:3])
    with sqlite3.connect(tmp_path / "library.db") as db:
        meaning = understand(for_reading(tmp_path / "library.db"), QUESTION).meaning()
        db.execute(
            "INSERT INTO screening (question, document_id, decision, why, run_id) SELECT ?, id, 'exclude', 'not randomised', 1 FROM document WHERE came_as = 'b'",
            (meaning,),
        )
    db = for_reading(tmp_path / "library.db")
    made = package(db, answer(db, understand(db, QUESTION)), Choice())
    boxes = {r["data"]: r["n"] for r in csv.DictReader(EXPORTERS["prisma"](made)["prisma.csv"].decode().splitlines())}
    assert (boxes["records_screened"], boxes["records_excluded"], boxes["excluded_automatic"], boxes["dbr_assessed"]) == (
        "3",
        "1",
        "0",
        "2",
    )


def test_a_formula_after_a_semicolon_is_harmless_and_comes_back() -> None:
    assert cell('Paper;=HYPERLINK("x")') == 'Paper;\'=HYPERLINK("x")'
    assert unguarded(cell("a; -0.5; =b")) == "a; -0.5; =b"
