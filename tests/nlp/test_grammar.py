"""What the number grammar reads, in every dress."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.claim import Measure
from nlp.grammar.atom import AtomKind
from nlp.grammar.atoms import atoms
from nlp.grammar.characters import in_one_spelling
from nlp.grammar.number import number_value
from nlp.grammar.results import Printed, results
from nlp.grammar.sentences import sentences


def printed(text: str) -> list[Printed]:
    plain = in_one_spelling(text)
    return results(plain, atoms(plain))


@pytest.mark.parametrize(
    "text",
    [
        "RR 0.44 (95% CI 0.28 to 0.69; P < .001)",
        "risk ratio: 0.44; 95% confidence interval: 0.28-0.69; p<0.001",
        "(RR = 0.44 [0.28, 0.69], p < 0.001)",
        "RR [95% CI] = 0.44 [0.28, 0.69], p < 0.001",
        "relative risk 0·44, 95% CI 0·28–0·69, p<0·001",
        "a risk ratio of 0.44 (95 % CI: 0.28; 0.69, p < 0.001)",
        "RR, 0.44 [95% CI, 0.28-0.69]; P < .001",
    ],
)
def test_one_result_in_many_dresses(text: str) -> None:
    (found,) = printed(text)
    assert (found.measure, found.estimate, found.ci_low, found.ci_high) == (Measure.RR, 0.44, 0.28, 0.69)
    assert found.p is not None
    assert (found.p.operator, found.p.value) == ("<", 0.001)


@pytest.mark.parametrize(
    ("text", "estimate", "low", "high"),
    [
        ("MD −0.26 (95% CI −0.50 to −0.01)", -0.26, -0.5, -0.01),
        ("mean difference = − 0.42 [− 0.64, − 0.20], p < 0.0001", -0.42, -0.64, -0.2),
        ("β=-16.03; 95% CI -33.0 to 0.3; P=0.054", -16.03, -33.0, 0.3),
        ("(MD 9.37, 95% CI 0.29-18.45)", 9.37, 0.29, 18.45),
    ],
)
def test_minus_signs_and_range_dashes_are_told_apart(text: str, estimate: float, low: float, high: float) -> None:
    (found,) = printed(text)
    assert (found.estimate, found.ci_low, found.ci_high) == (estimate, low, high)


def test_counts_and_percentages_are_one_result() -> None:
    both = printed("seen in 16/104 (15.4%) vs 11/102 (10.8%)")
    assert [(r.events, r.total, r.estimate) for r in both] == [(16, 104, 15.4), (11, 102, 10.8)]


def test_a_mean_keeps_its_spread_and_its_interval() -> None:
    (found,) = printed("viability rose [6.9 ± 0.6 % (95 %CI, 5.7 to 8.2)]")
    assert (found.estimate, found.spread, found.ci_low, found.ci_high) == (6.9, 0.6, 5.7, 8.2)


def test_standard_errors_announced_in_words_are_no_standard_deviations() -> None:
    first, second = printed("the score rose by (LS mean [SE]) +8.3 (1.4) with cells vs +2.3 (2.5) with control")
    assert [(r.estimate, r.se, r.sd) for r in (first, second)] == [(8.3, 1.4, None), (2.3, 2.5, None)]


def test_an_iqr_is_no_interval() -> None:
    (found,) = printed("the median was 390 (IQR 320-422)")
    assert (found.iqr_low, found.iqr_high, found.ci_low) == (320, 422, None)


@pytest.mark.parametrize(
    "text", ["aged 18-50 years", "P. aeruginosa", "between July 16, 2012, and July 31, 2019", "NCT04749667", "2 × 10^6 cells/kg"]
)
def test_ages_dates_numbers_of_trials_and_doses_are_no_results(text: str) -> None:
    assert not [r for r in printed(text) if r.measure or r.has_interval or r.percent]


@pytest.mark.parametrize(
    ("text", "value"), [("p=5×10-4", 5e-4), ("P<10-4", 1e-4), ("p = 1.2e-05", 1.2e-05), ("P = .04", 0.04), ("p=0·668", 0.668)]
)
def test_p_values_with_exponents(text: str, value: float) -> None:
    (found,) = [a for a in atoms(in_one_spelling(text)) if a.kind is AtomKind.P]
    assert found.value == value


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_one_spelling_never_moves_a_character(text: str) -> None:
    assert len(in_one_spelling(text)) == len(text)


@given(st.text(alphabet="0123456789.,±%()[]–-−=<>pPCI RMDOR toand95\n", max_size=160))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_grammar_and_results_lie_inside_it(text: str) -> None:
    plain = in_one_spelling(text)
    for r in results(plain, atoms(plain)):
        assert 0 <= r.start < r.end <= len(plain)


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_sentences_lie_in_order_and_lose_nothing_but_space(text: str) -> None:
    found = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert "".join("".join(text[s.start : s.end].split()) for s in found) == "".join(text.split())


@given(st.decimals(min_value=-9999, max_value=9999, places=2))
@settings(max_examples=100, deadline=None)
def test_a_printed_number_is_read_as_it_stands(value: object) -> None:
    (found,) = printed(f"MD {value} (95% CI -99999 to 99999)")
    assert found.estimate == float(str(value))
    assert number_value(str(value)) == float(str(value))
