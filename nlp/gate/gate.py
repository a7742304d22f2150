"""The gate before the costly steps: a record's own publication types, then its title's words, then a trained classifier.

It is set to lose hardly any trial. What it lets through besides costs time, and no harm: where nothing is asserted, nothing is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from crawler.document import Document
from crawler.record import NoticeKind
from nlp.gate.likely import Likely, likely

#: A type that NLM's indexers give to trials, and to reviews that pool them.
EVIDENCE_TYPES = frozenset({
    "Adaptive Clinical Trial", "Clinical Trial", "Clinical Trial Protocol", "Clinical Trial, Phase I", "Clinical Trial, Phase II",
    "Clinical Trial, Phase III", "Clinical Trial, Phase IV", "Controlled Clinical Trial", "Equivalence Trial", "Meta-Analysis",
    "Network Meta-Analysis", "Pragmatic Clinical Trial", "Randomized Controlled Trial", "Scoping Review", "Systematic Review",
})  # fmt: skip
#: A type that no report of a trial has. "Letter", "Review" and "Case Reports" are not among them: short reports of trials are letters.
OTHER_TYPES = frozenset({
    "Address", "Autobiography", "Bibliography", "Biography", "Clinical Trial, Veterinary", "Comment", "Congress", "Dictionary", "Directory",
    "Editorial", "Festschrift", "Guideline", "Historical Article", "Interview", "Lecture", "Legal Case", "Legislation", "News", "Newspaper Article",
    "Observational Study, Veterinary", "Patient Education Handout", "Periodical Index", "Personal Narrative", "Portrait", "Practice Guideline",
    "Published Erratum", "Randomized Controlled Trial, Veterinary", "Video-Audio Media", "Webcast",
})  # fmt: skip
_SAYS_SO = re.compile(
    r"randomi[sz]ed|randomi[sz]ation|placebo|sham[- ]controlled|double[- ]blind|single[- ]blind|phase (?:[1-4]|i{1,3}|iv)(?:[ab/-]\S*)? (?:\w+ )?(?:trial|study)|"
    r"(?:clinical|controlled|crossover|cross-over|pilot|feasibility|open-label|multicent(?:er|re)) trial|meta-?\s?analys[ei]s|systematic (?:\w+ )?review|"
    r"pooled analysis|umbrella review",
    re.IGNORECASE,
)


class Why(StrEnum):
    """Why a record is kept, or is not."""

    EVERYTHING = "everything is kept"
    NOTICE = "a notice of retraction or concern"
    TYPE = "its publication type"
    TITLE = "the words of its title"
    LIKELY = "likely a trial"
    NOT_ABOUT = "not about what was asked for"
    OTHER_TYPE = "a publication type that reports no trial"
    NO_ABSTRACT = "no abstract"
    UNLIKELY = "not likely a trial"


_KEPT = frozenset({Why.EVERYTHING, Why.NOTICE, Why.TYPE, Why.TITLE, Why.LIKELY})


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a record is read and stored, and why."""

    why: Why

    @property
    def kept(self) -> bool:
        """Whether it goes on."""
        return self.why in _KEPT


@dataclass(frozen=True)
class Gate:
    """What is let through.

    Args:
        everything: all records, whatever they are.
        about: only records that hold one of these phrases in title, abstract, keywords or MeSH headings; a `*` stands for any ending.
    """

    everything: bool = False
    about: tuple[str, ...] = ()

    def decide(self, document: Document) -> Decision:
        """Whether a document goes on to be read and stored."""
        # A notice must reach the document that it is about, whatever else was asked for.
        if any(n.kind in (NoticeKind.RETRACTED, NoticeKind.CONCERN) for n in document.notifies):
            return Decision(Why.NOTICE)
        if self._phrases is not None and not self._is_about(document):
            return Decision(Why.NOT_ABOUT)
        return Decision(Why.EVERYTHING if self.everything else _sort(document, self._model))

    @property
    def name(self) -> str:
        """What tells this gate from another, kept with what went through it."""
        what = "everything" if self.everything else f"trials {self._model.name}"
        return f"{what} about {' | '.join(self.about)}" if self.about else what

    def _is_about(self, document: Document) -> bool:
        assert self._phrases is not None
        texts = (document.text, " \n".join((*document.keywords, *document.mesh)))
        return any(self._phrases.search(_hyphened(t)) for t in texts)

    @cached_property
    def _phrases(self) -> re.Pattern[str] | None:
        return _pattern(self.about) if self.about else None

    @cached_property
    def _model(self) -> Likely:
        return likely()


#: Publishers write the hyphen as one of these, too.
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\u00ad", "-"))


def _hyphened(text: str) -> str:
    return text.translate(_HYPHENS)


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    r"""Whole words in any case; a blank is any blank or hyphen.

    >>> bool(_pattern(["stem cell*"]).search("Mesenchymal stem-cells")), bool(_pattern(["ms"]).search("terms"))
    (True, False)
    """
    parted = (re.split(r"[\s-]+", _hyphened(p.strip())) for p in phrases)
    plain = (r"[\s-]+".join(re.escape(w).replace(r"\*", r"\w*") for w in words) for words in parted)
    return re.compile(rf"(?<!\w)(?:{'|'.join(plain)})(?!\w)", re.IGNORECASE)


def _sort(document: Document, model: Likely) -> Why:
    types = set(document.publication_types)
    if types & EVIDENCE_TYPES:
        return Why.TYPE
    if types & OTHER_TYPES:
        return Why.OTHER_TYPE
    if _SAYS_SO.search(_hyphened(document.title)):
        return Why.TITLE
    if document.text.strip() == document.title.strip():
        return Why.NO_ABSTRACT
    return Why.LIKELY if model.is_trial(document.text) else Why.UNLIKELY
