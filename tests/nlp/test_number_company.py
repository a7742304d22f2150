"""What a number's company tells of it: its sentence's words, tests behind it, sizes beside it, what the text counts."""

from __future__ import annotations

from nlp.tagging.attributes import Stretch, Surroundings
from nlp.tagging.number_company import Company
from nlp.tagging.numbers import candidates
from nlp.tagging.tokens import normal


def told(*sentences: str, kinds: dict[str, str] | None = None) -> list[list[set[str]]]:
    """The attributes of each number of each sentence; `kinds`: pieces of the text that the grammar has read, and as what."""
    text = " ".join(sentences)
    bounds, at = [], 0
    for sentence in sentences:
        bounds.append((at, at + len(sentence), "result"))
        at += len(sentence) + 1
    stretches = tuple(Stretch(text.index(p), text.index(p) + len(p), kind) for p, kind in (kinds or {}).items())
    around = Surroundings(text, tuple(bounds), {}, stretches)
    found = candidates(around)
    company = Company(around, [[normal(t.text) for t in s] for s in around.tokens], found)
    return [[set(row) for row in company.sentence(index)] for index in range(len(found))]


def test_words_are_told_however_far_they_stand_and_only_in_their_own_sentence() -> None:
    far = "Baseline values were alike in the groups of women who came to the clinic, of whom 41 had pain."
    (first,), (second,) = told(far, "Nausea was seen in 12.")
    assert {"s=baseline", "s=pain"} <= first
    assert "s=baseline" not in second
    assert "s=nausea" in second
    assert not any(a.startswith("s=41") for a in first)


def test_a_p_value_is_told_to_the_numbers_before_it_with_those_between() -> None:
    rows = told(
        "Pain fell in 12 and 20 women (p = 0.03), and 7 left.", "Then 5 came.", kinds={"p = 0.03": "atom.p", "0.03": "atom.p"}
    )
    one, two, left = rows[0]
    assert "Pd=1|int" in one
    assert "Pd=0|int" in two
    assert not any(a.startswith("Pd=") for a in left)
    assert "P=0|0|int" in rows[1][0]


def test_an_interval_behind_a_number_is_told_apart_from_one_before_it() -> None:
    (before, behind), (alone,) = told(
        "Pain fell by 12 points (95% CI 3 to 21) in 41 women.", "Then 5 came.", kinds={"95% CI 3 to 21": "atom.interval"}
    )
    assert "CI=1|True|int" in before
    assert "CI=1|False|int" in behind
    assert "CI=0|False|int" in alone


def test_a_number_is_measured_by_the_largest_and_by_those_told_as_sizes() -> None:
    ((whole, ours, theirs),), ((some,),) = (
        told("We treated 84 women, n = 41 and n = 43."),
        told("Then 12 of them left."),
    )
    assert {"vf=10", "vr=0", "vn=False|True|False|False"} <= whole
    assert {"vr=2", "vn=True|False|True|False"} <= ours
    assert {"vr=1", "vn=True|True|True|False"} <= theirs
    assert "dn=2" in whole
    assert "dn=0|int" in some
    assert not any(a.startswith("vn=") for a in some)


def test_a_year_is_no_size_and_a_share_is_not_measured_against_sizes() -> None:
    ((year, size, share),) = told("In 2010 we saw 50 women, 30% with pain.")
    assert "vf=10" in size
    assert "vf=20" in year
    assert not any(a.startswith(("vf=", "vr=")) for a in share)
    assert "dp=0" in share


def test_a_text_without_whole_numbers_and_one_without_numbers_are_no_trouble() -> None:
    ((one,),) = told("Pain fell by 1.5 points.")
    assert any(a.startswith("vb=") for a in one)
    assert told("Pain fell.") == [[]]
    ((nought,),) = told("None left.")
    assert not any(a.startswith("vf=") for a in nought)


def test_a_number_in_a_bracket_is_told_what_the_bracket_belongs_to() -> None:
    ((ours, theirs, after),) = told("Nausea with zorvamine (12% versus [plain] 20%) came on day 3.")
    assert {"kb=nausea", "kb=with", "kb=zorvamine", "kb1=zorvamine", "ki=00", "kv=True", "ka=came", "kd=1|int%"} <= ours
    assert "kn=1|int%" in theirs
    assert {"ko=came", "ko=on", "ko=day", "ko=with", "ko=zorvamine", "kd=0|int"} <= after
    assert not any(a.startswith(("ko=plain", "ko=versus", "kb=")) for a in after)


def test_a_bracket_that_never_closes_or_never_opened_is_no_trouble() -> None:
    ((one,),) = told("Nausea (in 12 women")
    assert {"kb1=nausea", "ka=$"} <= one
    ((other,),) = told(") 12")
    assert "kd=0|int" in other
    ((only,),) = told("(12")
    assert {"kb1=^", "ki=00"} <= only
