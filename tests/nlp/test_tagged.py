"""What the tagger adds to reading: outcomes, arms and sizes that no pack knows; how much is printed; how sure a value is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.document import Document, with_title
from nlp.bad_model import ModelUnreadable
from nlp.claim import Better, Direction, Extraction, MentionSource
from nlp.confidence import Recorder, Scale, scales, weighed_by
from nlp.mentions import Marks
from nlp.pipeline import build
from nlp.polarity import better_by_words
from nlp.reading import Reading
from nlp.tagger import Beside, Tagged, Tagger, Tagging
from nlp.tagging.marking import EVERY, ONCE, marked_once, words_of
from training.confidence import fitted, reliability
from training.judged import Judged

TEXT = (
    "Zorvamine for gritty elbow. METHODS: 84 patients were allocated. "
    "RESULTS: Flexor glide index was 41.2 with zorvamine and 33.0 with placebo (difference 8.2, 95% CI 3.1 to 13.3; p = 0.002)."
)


class Told:
    """A tagger that says what a test wants of it."""

    def __init__(
        self, text: str, fine: dict[str, str] | None = None, every: dict[str, str] | None = None, once: bool = False
    ) -> None:
        self.name = "told"
        self.fine = tuple(self._tagged(text, x) for x in (fine or {}).items())
        self.every = tuple(self._tagged(text, x) for x in (every or {}).items())
        self.once = once

    @staticmethod
    def _tagged(text: str, told: tuple[str, str]) -> Tagged:
        start = text.index(told[0])
        return Tagged(start, start + len(told[0]), told[1], 0.95)

    def tag(self, reading: Reading) -> Tagging:
        return Tagging(tuple(sorted(self.fine, key=lambda t: t.start)), tuple(sorted(self.every, key=lambda t: t.start)), self.once)


def read(text: str, tagger: Tagger | None = None, marks: Marks = Marks.AUTO) -> Extraction:
    whole, sections = with_title("", text)
    return build(tagger_used=tagger, marks=marks).read(Document(id="x", title="", text=whole, sections=sections))


@pytest.mark.parametrize(
    ("tagged", "named"),
    [
        ("Flexor glide index was 41.2", "Flexor glide index"),
        ("Flexor glide index", "Flexor glide index"),
    ],
)
def test_a_tagged_outcome_is_cut_to_its_name(tagged: str, named: str) -> None:
    found = read(TEXT, Told(TEXT, every={tagged: "outcome"}))
    assert {e.outcome.text for e in found.effects if e.ci_low is not None} == {named}


@pytest.mark.parametrize(
    ("sentence", "tagged", "names"),
    [
        ("Flexor glide index, wrist torque and grip yield did not differ between groups.", "Flexor glide index, wrist torque and grip yield", {"Flexor glide index", "wrist torque", "grip yield"}),
        ("Bend and glide grade did not differ between groups.", "Bend and glide grade", {"Bend and glide grade"}),
        ("The therapy improved the flexor glide index compared with placebo.", "The therapy improved the flexor glide index", {"flexor glide index"}),
        ("A primary endpoint at 6 months did not differ between groups.", "primary endpoint at 6 months", set()),
    ],
)  # fmt: skip
def test_a_list_gives_an_outcome_each_a_verb_cuts_and_what_announces_is_none(sentence: str, tagged: str, names: set[str]) -> None:
    text = f"Zorvamine versus placebo in a randomised trial. RESULTS: {sentence}"
    found = {c.outcome.text for c in read(text, Told(text, every={tagged: "outcome"})).claims}
    assert names <= found
    assert not {x for x in found if "endpoint" in x.lower()} or names


def test_what_a_pack_knows_is_not_read_anew_by_the_tagger() -> None:
    text = "MSC versus placebo in stroke, a randomised trial. RESULTS: The mRS was lower with MSC than with placebo (p = 0.01)."
    alone, tagged = read(text), read(text, Told(text, every={"mRS was lower": "outcome"}))
    assert [(c.outcome, c.direction) for c in tagged.claims] == [(c.outcome, c.direction) for c in alone.claims] != []


def test_a_text_without_known_arms_gets_the_tagged_ones_with_their_sizes() -> None:
    text = "Glorbing in adults. METHODS: 41 were glorbed and 43 stood by. RESULTS: Sneezes fell by 3 (95% CI 1 to 5)."
    told = Told(
        text,
        fine={"Glorbing": "intervention", "stood by": "control", "41": "intervention-participants", "43": "control-participants"},
    )
    assert read(text).arms == ()
    assert [(a.role.value, a.label, a.n) for a in read(text, told).arms] == [
        ("intervention", "Glorbing", 41),
        ("comparator", "stood by", 43),
    ]


def test_a_tagged_placebo_is_no_intervention() -> None:
    text = "Effects of placebo in adults. RESULTS: Sneezes fell by 3 (95% CI 1 to 5)."
    assert all(a.role.value == "comparator" for a in read(text, Told(text, fine={"placebo": "intervention"})).arms)


def test_another_models_entities_are_printed_where_ours_says_nothing_and_change_no_claim() -> None:
    own = Told(TEXT, fine={"placebo": "control"})
    other = Told(TEXT, every={"placebo": "entity", "gritty elbow": "entity"})
    both = Beside(own, other)
    found, alone = read(TEXT, both, Marks.EVERY), read(TEXT, own, Marks.EVERY)
    assert [m.quote.text for m in found.mentions if m.label == "entity"] == ["gritty elbow"]
    assert found.claims == alone.claims


def test_a_size_that_is_told_twice_is_not_taken() -> None:
    text = "Glorbing in adults. METHODS: 41 were glorbed and 43 stood by. RESULTS: Of 39 sneezes fell by 3 (95% CI 1 to 5)."
    told = Told(text, fine={"Glorbing": "intervention", "stood by": "control", "41": "intervention-participants", "39": "intervention-participants", "43": "control-participants"})  # fmt: skip
    assert {a.n for a in read(text, told).arms} == {None}


@pytest.mark.parametrize(
    ("marks", "once", "printed"),
    [
        (Marks.AUTO, True, {"control", "participants"}),
        (Marks.AUTO, False, {"control", "participants", "intervention"}),
        (Marks.EVERY, True, {"control", "participants", "intervention"}),
        (Marks.TRIAL, False, {"control", "participants"}),
    ],
)
def test_how_much_is_printed_is_asked_for_or_follows_texts_like_it(marks: Marks, once: bool, printed: set[str]) -> None:
    told = Told(TEXT, fine={"placebo": "control"}, every={"Zorvamine": "intervention", "patients": "participants"}, once=once)
    found = read(TEXT, told, marks)
    tagged = [m for m in found.mentions if m.source is MentionSource.TAGGER]
    assert {m.label for m in tagged} == printed
    assert all(TEXT[m.quote.start : m.quote.end] == m.quote.text and 0 <= (m.score or 0) <= 1 for m in tagged)
    assert read(TEXT, told, Marks.EVERY).claims == read(TEXT, told, Marks.TRIAL).claims


def test_a_tagged_stretch_bears_the_packs_concept_that_it_holds() -> None:
    text = "MSC for stroke, a trial. RESULTS: The mRS score did not differ."
    told = Told(text, fine={"The mRS score": "outcome"})
    (mention,) = [m for m in read(text, told, Marks.TRIAL).mentions if m.source is MentionSource.TAGGER]
    assert mention.concept is not None
    assert mention.label == "outcome"


# ---------------------------------------------------------------- polarity by words


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("30-day mortality", Better.LOWER),
        ("progression-free survival", Better.HIGHER),
        ("pain relief", Better.HIGHER),
        ("freedom from relapse", Better.HIGHER),
        ("serum calcium", None),
        ("time to recovery", Better.LOWER),
        ("time to death", Better.HIGHER),
        ("improvement in fatigue", Better.HIGHER),
        ("functional disability", Better.LOWER),
        ("stroke volume", None),
        ("weight loss", None),
        ("tumor necrosis factor", None),
        ("tumour response", Better.HIGHER),
        ("inflammatory response", None),
        ("falls efficacy", None),
        ("knowledge of stroke symptoms", None),
    ],
)
def test_words_that_leave_a_doubt_tell_no_better_value(name: str, better: Better | None) -> None:
    assert better_by_words(name) is better


def test_an_unknown_bad_outcome_that_is_lower_favours_the_intervention() -> None:
    text = "Zorvamine versus placebo, a randomised trial. RESULTS: Elbow itching bouts were lower with zorvamine than with placebo (p = 0.01)."
    claims = read(text, Told(text, every={"Elbow itching": "outcome"})).claims
    assert [c.direction for c in claims] == [Direction.FAVOURS_INTERVENTION]


# ---------------------------------------------------------------- confidence


def test_confidence_is_the_logistic_of_the_summed_weights() -> None:
    assert Scale({"bias": 1.0, "x": -3.0}).of(["bias", "x", "unknown"]) == 0.12


def test_where_nothing_was_learnt_nothing_is_said() -> None:
    with weighed_by({}):
        found = read(TEXT)
    assert {e.confidence for e in found.effects} == {None} == {c.confidence for c in found.claims}


def test_who_found_a_name_changes_nothing_where_its_words_tell_the_side() -> None:
    text = "Zorvamine versus placebo, a randomised trial. RESULTS: Elbow itching bouts were lower with zorvamine than with placebo (p = 0.01)."
    weights = {"outcome=tagger": 3.0, "outcome=phrase": -3.0, "better=words": 1.0, "better=pack": 2.0}
    with weighed_by({"claims": Scale(weights)}):
        found = [read(text, tagger).claims for tagger in (Told(text, every={"Elbow itching": "outcome"}), Told(text))]
    assert [[(c.outcome.better, c.confidence) for c in claims] for claims in found] == [[(Better.LOWER, 0.73)]] * 2


def test_a_side_by_words_is_never_surer_than_one_by_a_pack() -> None:
    judged = [Judged(("bias", "better=words"), True, str(i)) for i in range(40)]
    judged += [Judged(("bias", "better=pack"), i % 2 == 0, str(i)) for i in range(40)]
    weights = fitted(judged).weights
    assert weights["better=words"] <= weights["better=pack"]


def test_a_damaged_file_of_weights_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "confidence.json").write_text("{", "utf8")
    monkeypatch.setattr("nlp.confidence.WEIGHTS", tmp_path / "confidence.json")
    with pytest.raises(ModelUnreadable, match=r"confidence\.json"):
        scales()


def test_every_effect_and_claim_is_weighed_once() -> None:
    effects, claims = Recorder(), Recorder()
    with weighed_by({"effects": effects, "claims": claims}):
        found = read(TEXT)
    assert sorted(int(e.confidence or 0) for e in found.effects) == list(range(len(effects.seen)))
    assert len(claims.seen) >= len(found.claims)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=40, max_size=200))
def test_what_is_learnt_says_on_average_what_was_right(pairs: list[tuple[bool, bool]]) -> None:
    judged = [Judged(("bias", "x" if x else "y"), right, str(i)) for i, (x, right) in enumerate(pairs)]
    scale = fitted(judged)
    said = sum(scale.of(j.traits) for j in judged) / len(judged)
    assert said == pytest.approx(sum(j.right for j in judged) / len(judged), abs=0.02)


def test_reliability_counts_each_reading_once() -> None:
    rows = reliability([(0.2, False), (0.95, True), (1.0, True), (0.9, False)])
    assert [(r["from"], r["n"], r["right"]) for r in rows] == [(0, 1, 0.0), (0.9, 3, 0.667)]


# ---------------------------------------------------------------- how texts are marked


def test_a_text_is_marked_as_those_it_is_like() -> None:
    from training.fitting import Recipe, fit

    rows = [([words_of(f"breast tumour word{i}")], [ONCE]) for i in range(20)] + [
        ([words_of(f"knee walking word{i}")], [EVERY]) for i in range(20)
    ]
    chain = fit(rows, Recipe(0.0, 1.0, 50))
    assert marked_once(chain, "A breast tumour.")
    assert not marked_once(chain, "A walking knee.")
    assert not marked_once(None, "A breast tumour.")


# ---------------------------------------------------------------- words that turn an outcome


@pytest.mark.parametrize(
    "sentence",
    [
        "Seizure freedom was higher with brivaracetam than with placebo (RR 1.51, 95% CI 1.16 to 1.97).",
        "Poor sleep quality was less frequent with zorvamine than with placebo (p = 0.01).",
        "Cessation of bleeding was more frequent with zorvamine than with placebo (p = 0.01).",
        "Abnormal liver function was less frequent with zorvamine than with placebo (p = 0.01).",
    ],
)
def test_an_outcome_that_a_word_turns_is_on_no_known_side(sentence: str) -> None:
    claims = read(f"A randomised placebo-controlled trial. RESULTS: {sentence}").claims
    assert Direction.FAVOURS_COMPARATOR not in {c.direction for c in claims}


def test_the_size_of_both_arms_together_is_neither_ones() -> None:
    found = read(
        "METHODS: 320 patients were randomised to ravicaprevir or ribavirin. RESULTS: Death was rarer with ravicaprevir (p = 0.01)."
    )
    assert {a.n for a in found.arms} == {None}


@pytest.mark.parametrize(
    "sentence",
    [
        "12 of 41 patients improved with zorvamine and 5 of 39 with placebo (29 % vs 12 %; p < 0.05).",
        "Twelve of 41 participants (29%) improved with zorvamine versus five of 39 (12%) with placebo.",
    ],
)
def test_who_was_counted_is_no_outcome_and_what_they_did_ends_before_their_arm(sentence: str) -> None:
    text = f"Zorvamine for gritty elbow. METHODS: 80 adults were randomised to zorvamine (n = 41) or placebo (n = 39). RESULTS: {sentence}"
    found = read(text, Told(text, fine={sentence[: sentence.index(" improved")]: "outcome"}))
    assert {e.outcome.text for e in found.effects} == {"improved"}
    assert [(c.outcome.text, c.direction) for c in found.claims] == [("improved", Direction.FAVOURS_INTERVENTION)]
