"""Quotes and numbers are shown where they stand, and nothing of the text is lost or told twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.report.marks import Span, cut, numbers, passages

TEXT = "MSCs lowered the EDSS (MD −0·5, 95% CI −0.9 to −0.1; P = .04) and 5 of 25 relapsed."


def told(printed: list[str], text: str = TEXT) -> list[str]:
    return [text[s.start : s.end] for s in numbers(text, 0, len(text), printed)]


def test_a_number_is_found_however_its_sign_and_point_are_printed() -> None:
    assert told(["-0.5", "-0.9", "-0.1", ".04"]) == ["−0·5", "−0.9", "−0.1", ".04"]


def test_a_number_is_not_found_within_a_longer_one() -> None:
    assert told(["5"]) == ["5"]
    (only,) = numbers(TEXT, 0, len(TEXT), ["5"])
    assert only.start == TEXT.index("5 of")
    assert told(["9"]) == []


def test_a_number_told_twice_is_marked_twice() -> None:
    assert told(["0.5", "0.5"], "0.5 and 0.5") == ["0.5", "0.5"]
    assert told(["0.5", "0.5", "0.5"], "0.5 and 0.5") == ["0.5", "0.5"]


def test_claims_that_overlap_share_a_passage_that_names_both() -> None:
    found = passages(TEXT, [Span(0, 20, "claim", 7), Span(10, 30, "claim", 8), Span(40, 50, "claim", 9)])
    assert [p.claims for p in found] == [(7, 8), (), (9,), ()]


spans = st.lists(
    st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)), st.sampled_from(["claim", "effect", "arm", "number"])),
    max_size=12,
)


@given(spans)
def test_the_pieces_are_the_text(drawn: list[tuple[int, int, str]]) -> None:
    made = [Span(min(a, b), max(a, b), kind, n if kind == "claim" else None) for n, (a, b, kind) in enumerate(drawn)]
    found = passages(TEXT, made)
    assert "".join(piece.words for p in found for piece in p.pieces) == TEXT
    assert "".join(piece.words for piece in cut(TEXT, 5, 60, made)) == TEXT[5:60]
    wanted = {s.of for s in made if s.kind == "claim" and s.start < s.end}
    assert wanted <= {c for p in found for c in p.claims}
