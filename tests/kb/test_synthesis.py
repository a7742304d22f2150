"""What goes into one estimate, what is refused, and what is always told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from commands import pooling
from kb.intake import Reading
from kb.pool_text import as_json, flat, text
from kb.pooling import Model
from kb.refusals import CannotPool
from kb.synthesis import GROUPINGS, Choice, Several, Synthesis, synthesise
from nlp.claim import Direction, Group, Level, Measure
from tests.kb.made import put
from tests.kb.trials import QUESTION, contrast, own, rows_from, trial

THREE = (
    trial("a", contrast()),
    trial("b", contrast(estimate=-0.2, low=-0.6, high=0.2), route="intravenous"),
    trial("c", contrast(estimate=0.1, low=-0.5, high=0.7), route="intravenous"),
)
SILENT = trial("d", direction=Direction.NO_DIFFERENCE)
REVIEW = trial("review", contrast(estimate=-9.0, low=-9.5, high=-8.5), level=Level.POOLED)


def of(folder: Path, *readings: Reading, **choice: Any) -> Synthesis:
    return synthesise(rows_from(folder, *readings), Choice(**choice))


def test_trials_are_pooled_and_reviews_stand_beside(tmp_path: Path) -> None:
    s = of(tmp_path, *THREE, SILENT, REVIEW, model=Model.FE)
    assert [r.document for r in s.rows] == ["a", "b", "c"]
    assert [r.document for r in s.beside] == ["review"]
    w = [1 / 0.4**2, 1 / 0.4**2, 1 / 0.6**2]
    assert s.pooled.estimate == pytest.approx(sum(x * y for x, y in zip(w, (-0.5, -0.2, 0.1), strict=True)) / sum(w))
    assert (s.measured, [(x.document, x.direction) for x in s.silent]) == (4, [("d", "no_difference")])
    shown = text(s)
    assert "3 of 4 studies that measured it; 1 gave no poolable number (1 no difference shown)" in shown
    assert shown.index("Beside these") > shown.index("Pooled:")
    assert "Leaving one out" in shown


def test_the_careful_model_is_the_default_and_its_prediction_interval_is_named(tmp_path: Path) -> None:
    s = of(tmp_path, *THREE)
    assert s.pooled.model is Model.HKSJ_ADHOC
    assert "Prediction interval (t(2))" in text(s)
    assert "from tau²" in text(s)


def test_one_study_is_shown_and_not_pooled(tmp_path: Path) -> None:
    s = of(tmp_path, THREE[0])
    assert (s.pooled.k, s.pooled.model, s.pooled.pi_lb) == (1, Model.FE, None)
    assert "nothing is pooled" in text(s)


def test_subgroups_are_pooled_and_tested(tmp_path: Path) -> None:
    s = of(tmp_path, *THREE, by="route", model=Model.REML)
    assert [(g.name, g.pooled.k) for g in s.groups] == [("intrathecal", 1), ("intravenous", 2)]
    assert s.difference is not None
    assert s.difference.df == 1
    assert "Subgroups differ?" in text(s)
    with pytest.raises(CannotPool, match="not grouped by colour"):
        of(tmp_path / "", *THREE, by="colour")


def test_measures_and_units_are_not_mixed(tmp_path: Path) -> None:
    other = trial("e", contrast(Measure.SMD))
    with pytest.raises(CannotPool, match="several measures \\(3 MD, 1 SMD\\)"):
        of(tmp_path, *THREE, other)
    rows = rows_from(tmp_path, *THREE, other)
    assert synthesise(rows, Choice("SMD")).pooled.k == 1
    with pytest.raises(CannotPool, match="No row that can be pooled is of measure OR"):
        synthesise(rows, Choice("OR"))
    units = [replace(r, unit=u) for r, u in zip(rows[:3], ("mm", "ml", None), strict=True)]
    with pytest.raises(CannotPool, match="mixed scales: mean differences in ml, mm"):
        synthesise(units, Choice())
    with pytest.raises(CannotPool, match="changes and of final values"):
        synthesise([replace(r, measure="SMD", kind=k) for r, k in zip(rows[:2], ("change", "final"), strict=True)], Choice())


def test_an_empty_answer_and_one_without_numbers_are_told(tmp_path: Path) -> None:
    with pytest.raises(CannotPool, match="No claim answers that"):
        synthesise([], Choice())
    with pytest.raises(CannotPool, match="None of 2 rows on EDSS can be pooled: 1 no number printed, 1 already pooled"):
        of(tmp_path, SILENT, REVIEW)


def test_rows_of_one_study_are_refused_until_it_is_said_what_to_do(tmp_path: Path) -> None:
    twice = trial("a", contrast(), contrast(estimate=-0.3, low=-0.7, high=0.1), months=(3, 12))
    with pytest.raises(CannotPool, match="not independent: Paper a: 2 rows \\(times\\)"):
        of(tmp_path, twice, THREE[1])
    rows = rows_from(tmp_path, twice, THREE[1])
    latest, earliest = (synthesise(rows, Choice(several=s)) for s in (Several.LATEST, Several.EARLIEST))
    assert [r.est for r in latest.rows] == [-0.3, -0.2]
    assert [r.est for r in earliest.rows] == [-0.5, -0.2]
    assert any("the row at the latest time is pooled" in h for h in latest.handled)
    with pytest.raises(CannotPool, match="combine and split do not apply"):
        synthesise(rows, Choice(several=Several.COMBINE))


def test_the_same_number_in_two_reports_is_pooled_once(tmp_path: Path) -> None:
    rows = rows_from(tmp_path, THREE[0], THREE[1])
    again = replace(rows[0], row_id="again", document="other report")
    s = synthesise([*rows, again], Choice())
    assert s.pooled.k == 2
    assert "said the same number again" in s.handled[0]


def test_arms_with_a_shared_control_are_combined_or_the_control_is_split(tmp_path: Path) -> None:
    def counted(events: int, control: int) -> tuple[Any, Any]:
        return (
            own(Group.INTERVENTION, Measure.PROPORTION, None, events=events, total=50),
            own(Group.COMPARATOR, Measure.PROPORTION, None, events=control, total=50),
        )

    (row,) = rows_from(tmp_path, trial("a", *counted(10, 20)))
    assert row.arms is not None
    rows = [replace(row, shared_control_id="x"), replace(row, row_id="second", arm1_id=99, shared_control_id="x")]
    combined = synthesise(rows, Choice(several=Several.COMBINE))
    assert combined.rows[0].derived is not None
    assert combined.pooled.k == 1
    assert combined.rows[0].derived.vi == pytest.approx(1 / 20 - 1 / 100 + 1 / 20 - 1 / 50)
    split = synthesise(rows, Choice(several=Several.SPLIT))
    assert split.rows[0].derived is not None
    assert split.pooled.k == 2
    assert split.rows[0].derived.vi == pytest.approx(1 / 10 - 1 / 50 + 1 / 10 - 1 / 25)
    assert any("little correlation" in h for h in split.handled)


def test_json_and_rows_hold_printed_and_derived_apart(tmp_path: Path) -> None:
    s = of(tmp_path, *THREE, SILENT, REVIEW)
    held = as_json(s)
    json.dumps(held, allow_nan=False)
    study = held["studies"][0]
    assert (study["printed"]["est"], study["derived"]["yi"], study["refused"]) == (-0.5, -0.5, [])
    assert (held["in_estimate"], held["measured"]) == (3, 4)
    assert [r["kind"] for r in flat(s)] == ["study"] * 3 + ["pooled"] + ["without"] * 3 + ["not pooled", "beside"]


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.main, ["pool", *words, "--db", str(folder / "library.db")])


def test_the_command(tmp_path: Path) -> None:
    put(tmp_path / "library.db", *THREE, SILENT, REVIEW)
    shown = run(tmp_path, QUESTION, "--text", "--by", "route", "--model", "REML")
    assert shown.exit_code == 0, shown.output
    assert "studies that measured it" in shown.output
    piped = run(tmp_path, QUESTION)
    assert piped.output.splitlines()[0].split("\t")[:3] == ["kind", "name", "k"]
    assert json.loads(run(tmp_path, QUESTION, "--json").output)["pooled"]["k"] == 3


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((QUESTION, "--measure", "MEAN"), 2, "Invalid value for '--measure'"),
        ((QUESTION, "--measure", "OR"), 1, "No row that can be pooled is of measure OR; there are 3 MD."),
        ((QUESTION, "--outcome", "walking"), 1, "No outcome of this answer is called walking; there are EDSS."),
        ((QUESTION, "--timepoint", "soon"), 2, "'soon' is no time"),
        (("MSC for mortality",), 1, "No claim in this library answers that"),
        (("zebra",), 2, "No word of"),
    ],
)
def test_what_cannot_be_pooled_is_a_sentence_with_its_exit_code(
    tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    put(tmp_path / "library.db", *THREE)
    result = run(tmp_path, *words)
    assert (result.exit_code, told in result.output, result.stdout) == (code, True, "")


def test_the_command_offers_what_there_is() -> None:
    options = {o.name: o.type for o in pooling.pool.params}
    assert list(options["model"].choices) == list(Model)  # type: ignore[attr-defined]
    assert list(options["several"].choices) == list(Several)  # type: ignore[attr-defined]
    assert list(options["by"].choices) == list(GROUPINGS)  # type: ignore[attr-defined]


def test_where_nothing_can_be_pooled_it_is_told_who_measured_it_and_which_way_they_point(tmp_path: Path) -> None:
    put(tmp_path / "library.db", SILENT, trial("e", contrast(low=None, high=None)))
    result = run(tmp_path, QUESTION)
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        "0 of 2 studies that measured it gave a poolable number (1 no difference shown, 1 favours the intervention)"
        in result.stderr.replace("\n", " ")
    )
    held = json.loads(run(tmp_path, QUESTION, "--json").stdout)
    assert (held["pooled"], held["measured"], held["in_estimate"]) == (None, 2, 0)
    assert sorted(x["direction"] for x in held["not_pooled"]) == ["favours_intervention", "no_difference"]


def test_two_arms_with_one_number_are_two_rows_and_two_reports_of_it_are_one(tmp_path: Path) -> None:
    (row,) = rows_from(tmp_path, THREE[0])
    other_arm = replace(row, row_id="other", arm1_id=99)
    with pytest.raises(CannotPool, match="not independent: Paper a: 2 rows \\(arms\\)"):
        synthesise([row, other_arm], Choice())
    report = replace(row, row_id="again", document="again", document_id=99, arm1_id=100)
    assert synthesise([row, report], Choice()).pooled.k == 1


def test_rows_that_do_not_tell_their_group_are_named(tmp_path: Path) -> None:
    s = of(tmp_path, *THREE, trial("d", contrast(), route=None), by="route", model=Model.REML)
    assert "1 row without a route told; the test of subgroups is without them" in s.handled


def test_it_says_what_is_compared_with_what(tmp_path: Path) -> None:
    assert "EDSS: MD, mesenchymal stem cells against placebo" in text(of(tmp_path, *THREE))


def test_small_studies_are_tested_from_ten_on(tmp_path: Path) -> None:
    many = [
        trial(f"t{i}", contrast(estimate=round(-0.2 - 0.03 * i, 2), low=round(-0.4 - 0.06 * i, 2), high=round(-0.0, 2)))
        for i in range(10)
    ]
    s = of(tmp_path, *many)
    assert s.small_studies is not None
    assert s.small_studies.df == 8
    assert "Egger's test" in text(s)
    assert as_json(s)["small_studies"]["df"] == 8
    assert of(tmp_path, *THREE).small_studies is None or len(of(tmp_path, *THREE).rows) >= 10
