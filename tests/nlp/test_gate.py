"""What the gate lets through: by publication types where they are sure, by the title's words, else by the trained classifier."""

from __future__ import annotations

import json

import pytest

from crawler.document import Document, with_title
from crawler.record import Identifiers, Notice, NoticeKind
from nlp.gate.gate import Gate, Why
from nlp.gate.likely import MODEL, likely

TRIAL = (
    "We assigned 120 adults to zorvastatin or to matching placebo for 12 weeks. The primary outcome was change in pain score. Patients treated with "
    "zorvastatin had lower pain than those in the control group (P = 0.01). No serious adverse events occurred in either group."
)
ROCKS = "The crystal structure of the basalt complex was solved by X-ray diffraction; the lattice has cubic symmetry and the bonds are short."


def document(
    title: str = "A study", abstract: str = "", types: tuple[str, ...] = ("Journal Article",), **other: object
) -> Document:
    text, sections = with_title(title, abstract)
    return Document(id="x", title=title, text=text if abstract else title, sections=sections, publication_types=types, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (document(abstract=ROCKS, types=("Journal Article", "Randomized Controlled Trial")), Why.TYPE),
        (document(types=("Meta-Analysis",)), Why.TYPE),
        (document(abstract=TRIAL, types=("Editorial",)), Why.OTHER_TYPE),
        (document(abstract=TRIAL, types=("Comment", "Clinical Trial")), Why.TYPE),
        (document("Zorvastatin: a systematic literature review", ROCKS), Why.TITLE),
        (document("Zorvastatin, a phase II trial"), Why.TITLE),
        (document("Basalt"), Why.NO_ABSTRACT),
        (document(abstract=TRIAL), Why.LIKELY),
        (document(abstract=TRIAL, types=("Letter",)), Why.LIKELY),
        (document(abstract=ROCKS), Why.UNLIKELY),
    ],
)
def test_a_record_is_kept_or_not_for_one_reason(given: Document, why: Why) -> None:
    assert Gate().decide(given).why is why


def test_everything_is_kept_where_that_is_asked_for() -> None:
    assert Gate(everything=True).decide(document("Basalt")).kept


def test_a_notice_of_retraction_is_never_gated_out() -> None:
    notice = document("Basalt", notifies=(Notice(NoticeKind.RETRACTED, "pubmed", Identifiers(pmid="1")),))
    assert Gate(about=("stroke",)).decide(notice).why is Why.NOTICE


def test_a_correction_is_told_by_the_record_that_it_corrects_and_needs_no_room_of_its_own() -> None:
    notice = document("Basalt", notifies=(Notice(NoticeKind.CORRECTED, "pubmed", Identifiers(pmid="1")),))
    assert not Gate().decide(notice).kept


@pytest.mark.parametrize(
    ("words", "kept"),
    [("pain", True), ("PAI*", True), ("pai", False), ("matching   placebo", True), ("gout", False), ("stem cells", True)],
)
def test_only_records_about_the_words_are_kept(words: str, kept: bool) -> None:
    given = document(abstract=TRIAL, mesh=("Stem Cells/cytology",))
    assert Gate(about=("rickets", words)).decide(given).kept is kept


def test_another_gate_has_another_name() -> None:
    names = [gate.name for gate in (Gate(), Gate(everything=True), Gate(about=("a", "b")), Gate(about=("a",)))]
    assert len(set(names)) == 4


def test_a_text_without_words_is_no_trial() -> None:
    assert not likely().is_trial("12 ± 3")


def test_the_shipped_model_is_small_and_its_card_says_how_it_does() -> None:
    card = json.loads((MODEL / "card.json").read_text("utf8"))
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 300_000
    assert card["scores"]["dev_recall_all"] >= 0.98
    assert min(card["scores"]["dev_recall"].values()) >= 0.98
    assert card["scores"]["cross_validated_others_let_through"] < 0.25


@pytest.mark.parametrize("hyphen", ["-", "\u2010", "\u2011", "\u2013"])
def test_a_hyphen_is_a_hyphen_however_it_is_printed(hyphen: str) -> None:
    assert Gate(about=("stem cell*",)).decide(document(f"Stem{hyphen}cells, a randomised trial")).kept
    assert Gate().decide(document(f"Stem cells, a double{hyphen}blind study of knees")).why == Why.TITLE
