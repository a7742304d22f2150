"""Patterns are tried where they can match, and find there what they would find anywhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import nlp.pipeline  # noqa: F401 -- all patterns are there once it is
from nlp.candidates import _NO_SHARE_BEFORE
from nlp.claim import Measure
from nlp.concept_spans import Spans, occurrences
from nlp.cues import _NEGATION, _cues
from nlp.domain import ConceptKind, Entry
from nlp.effects import _SINCE_BASELINE
from nlp.grammar.atoms import _atoms
from nlp.grammar.characters import in_one_spelling
from nlp.grammar.leads import lead_of
from nlp.grammar.needs import folded, needs_of
from nlp.grammar.sieve import Look, Sieved, look_at, taken_out
from nlp.reading import ConceptMention
from nlp.worded import _REACHED

SENTENCES = [
    "RR 0.44 (95% CI 0.28 to 0.69; P < .001), I2 = 43%, Tau² = 0.02; Chi2 (3) = 4.2, df=3.",
    "Pain fell by 2.4 ± 0.7 points (SE 0.3) in the stem-cell group and by 1.1 +/- 0.6 in controls (p=0.03; n = 27 vs n = 31).",
    "Twenty-four of 51 patients (47 %) in the MSC arm versus seven of forty-eight on placebo died at weeks 12, 24 and 52.",
    "Mean age was 54 (SD 9.1) years; patients received 3 x 10^6 cells/kg, 40 million cells or 5 mg/kg/day i.v.",
    "A 2.5-fold increase, 36% less frequent, 12.5mg/dl, IL-6, CD34+, grade III-IV GVHD, mRS 0–2 (phase II/III, 1:1, 2015–2018).",
    "Between groups there was no significant difference, but function did not improve and infections were not more common.",
    "Patients were randomly assigned to receive carvedilol (n = 20) or usual care (n = 22); each group comprised thirty people.",
    "In group A (X, 35%; Y, 18%) compared with group B, the hazard ratio for death was 0.61 [0.35, 1.16], P-value for interaction = .2",
    "Median survival was 9.5 months (IQR 6.1–12.4) with X and 7.8 months with Y, respectively; the AUC was 0.81.",
    "Conclusion: further trials are warranted; this systematic review of nine studies suggests that cells may be promising.",
    "THE STUDY WAS CONDUCTED IN JANUARY 2019. NS (P = N.S.) AND ß-BLOCKERS, K AND ſ AND ı AND İ, µg.",
]

FRAGMENTS = [
    *" ".join(SENTENCES).split(),
    *("p", "=", "0.05", "<", "(", ")", ",", ";", ".", "-", "–", "±", "%", "95", "CI", "of", "the", "no", "all", "one", "vs.", "1,279.5", "4–5", "x", "10"),
]  # fmt: skip


def sieves() -> Iterator[Sieved]:
    """Every sieved pattern of the package."""
    seen: set[int] = set()
    for name, module in list(sys.modules.items()):
        for found in _sieves_in(list(vars(module).values()) if name.startswith("nlp.") else []):
            if id(found) not in seen:
                seen.add(id(found))
                yield found


def _sieves_in(values: Iterable[object]) -> Iterator[Sieved]:
    for value in values:
        if isinstance(value, Sieved):
            yield value
        elif isinstance(value, tuple | list):
            yield from _sieves_in(value)
        elif isinstance(value, dict):
            yield from _sieves_in(list(value.values()))


ALL = list(sieves())


def found_alike(pattern: Sieved, text: str) -> bool:
    alone = [m.span() for m in pattern.pattern.finditer(text)]
    first = pattern.search(text)
    return [m.span() for m in pattern.finditer(text)] == alone and ([first.span()] if first else []) == alone[:1]


def test_there_are_many_patterns_to_be_tested() -> None:
    assert len(ALL) > 100


@pytest.mark.parametrize("text", SENTENCES)
def test_no_sieve_hides_a_match(text: str) -> None:
    for written in (text, text.upper(), text.lower(), text.replace(" ", "")):
        plain = in_one_spelling(written)
        assert [p.pattern.pattern for p in ALL if not found_alike(p, plain)] == []


@settings(max_examples=150, deadline=None)
@example(["Tau²", "0.44"], "")
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=25), st.sampled_from([" ", "", "-", "  "]))
def test_no_sieve_hides_a_match_in_any_order_of_words(words: list[str], between: str) -> None:
    text = " ".join(words) if between == " " else between.join(words[:8])
    assert [p.pattern.pattern for p in ALL if not found_alike(p, text)] == []


def test_a_long_text_is_read_alike() -> None:
    text = " ".join(SENTENCES * 3)
    assert [p.pattern.pattern for p in ALL if not found_alike(p, text)] == []


class Unsieved:
    """Readers without any sieve."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Sieved, "within", lambda self, look, text: self.pattern.finditer(text))


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.sampled_from(SENTENCES), st.lists(st.sampled_from(FRAGMENTS), max_size=20).map(" ".join)))
def test_readers_read_the_same_with_and_without_sieves(text: str) -> None:
    plain = in_one_spelling(text)
    sieved = (_atoms.__wrapped__(plain), _cues.__wrapped__(plain))
    with pytest.MonkeyPatch.context() as patch:
        Unsieved(patch)
        assert sieved == (_atoms.__wrapped__(plain), _cues.__wrapped__(plain))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_a_stretch_between_words_is_searched_as_the_pattern_alone_would(words: list[str], first: int, last: int) -> None:
    plain = in_one_spelling(" ".join(words))
    edges = [0, *(m.end() for m in re.finditer(r"\s", plain)), len(plain)]
    start, end = sorted(edges[place % len(edges)] for place in (first, last))
    for pattern in (_REACHED, _SINCE_BASELINE, _NO_SHARE_BEFORE, _NEGATION):
        alone, sieved = pattern.pattern.search(plain, start, end), pattern.search_between(plain, start, end)
        assert (alone and alone.span()) == (sieved and sieved.span())


def test_letters_that_patterns_take_for_one_are_folded_to_one() -> None:
    everything = "".join(chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000)
    for letter in "abcdefghijklmnopqrstuvwxyzµβχτρé":
        taken_for = re.findall(letter, everything, re.IGNORECASE)
        assert {folded(other) for other in taken_for} == {folded(letter)}


def test_where_a_word_is_cut_in_two_its_rest_is_a_word() -> None:
    word = Sieved(r"\bpatients\b")
    text = "12patients"
    assert list(word.finditer(text)) == []
    left, look = taken_out(text, look_at(text), 0, 2)
    assert [m[0] for m in word.within(look, left)] == ["patients"]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\d+\s?%", "no figure"),
        (r"\b(?:versus|vs)\b", "a version"),
        (r"(?<!\w)p\s?[<=]", "a group"),
        (r"\brate ratio", "separate ratio"),
    ],
)
def test_a_text_without_what_a_match_needs_is_not_searched(pattern: str, text: str) -> None:
    assert not Sieved(pattern).possible(text)


@pytest.mark.parametrize("pattern", [r"\w+", r"[^.]*x?", r"(?:\d|[a-z])+", r"(?!a)b?", r"\s+\w"])
def test_a_pattern_of_which_nothing_is_known_needs_nothing(pattern: str) -> None:
    assert needs_of(pattern) == []
    assert lead_of(pattern) is None


def test_a_group_that_minds_the_case_needs_its_letters_and_one_that_does_not_needs_nothing() -> None:
    minding, heedless = r"\b(?-i:[DW]ay)\d", r"\b(?i:[DW]ay)\d"
    assert lead_of(minding, re.IGNORECASE) == lead_of(r"\b[DW]ay\d", re.IGNORECASE) is not None
    assert lead_of(heedless) is None
    for text in ("Day3 day3 WAY3 Way3", "İDay3 way3", ""):
        assert found_alike(Sieved(minding, re.IGNORECASE), text)
        assert found_alike(Sieved(heedless), text)


@given(
    st.lists(st.sampled_from(["MSC", "MSCs", "IL-6", "IL", "6MWT", "A", "-A", "MS", "MSCss", ",", "(MSC)", "IL-6s"]), max_size=12)
)
def test_short_forms_stand_where_a_search_for_each_finds_them(words: list[str]) -> None:
    text = " ".join(words)
    for short, places in occurrences(["MSC", "IL-6", "IL", "MS", "A", "MSCs"], text).items():
        assert places == [m.span() for m in re.finditer(rf"(?<![\w-]){re.escape(short)}s?(?!\w)", text)]


ENTRIES = [Entry(kind, f"x:{kind}", kind, (kind,), "made") for kind in (ConceptKind.OUTCOME, ConceptKind.ROUTE)]
A_MENTION = st.builds(
    lambda e, s, n: ConceptMention(e, s, s + n, "x" * n), st.sampled_from(ENTRIES), st.integers(0, 30), st.integers(1, 4)
)


@given(st.lists(A_MENTION, max_size=15), st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), max_size=5))
def test_spans_know_what_overlaps(mentions: list[ConceptMention], gone: list[tuple[int, int]]) -> None:
    spans, kept = Spans([]), list[ConceptMention]()
    for m in mentions:
        assert spans.meet(m.start, m.end, m.kind) == any(k.kind is m.kind and k.start < m.end and m.start < k.end for k in kept)
        if not spans.meet(m.start, m.end, m.kind):
            spans.add(m)
            kept.append(m)
    for start, size in gone:
        spans.remove(start, start + size, {ConceptKind.ROUTE})
        kept = [m for m in kept if (m.start, m.end) != (start, start + size) or m.kind is ConceptKind.ROUTE]
    assert spans.mentions() == kept


def test_what_is_held_does_not_depend_on_what_was_read_before() -> None:
    assert Look("RR 0.44").held == look_at("RR 0.44").held
    assert next(iter(_atoms.__wrapped__("RR 0.44"))).measure is Measure.RR
