"""What the tags of a RIS record mean, which differs with the program that wrote it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crawler.document import Document, OtherText, Report
from crawler.errors import Unreadable
from crawler.formats.abstracts import titled_text
from crawler.formats.dates import year_of
from crawler.formats.exact_doi import exact_doi
from crawler.formats.given import lines_of, paragraphs
from crawler.formats.languages import language_code, reads_foreign
from crawler.formats.markup import has_markup, passages, plain
from crawler.formats.notice_types import with_types
from crawler.formats.passages import Passage, labelled
from crawler.formats.records import stable_id
from crawler.formats.retraction_marks import with_marks
from crawler.record import Identifiers, normal_doi, normal_pmcid, registry_ids

#: Where each program puts what; the first tag that says something counts.
_TITLE = ("TI", "T1", "CT", "BT")
_JOURNAL = ("JF", "JO", "T2", "JA", "J1", "J2")
_YEAR = ("PY", "Y1", "DA")
_AUTHORS = ("AU", "A1")
#: Fields that may hold a DOI alone, then those that may hold one beside other things.
_DOI_ALONE, _DOI_SOMEWHERE = ("DO", "DI", "M3", "L3", "ID", "C7"), ("UR", "L2", "L1", "N1", "M1")
#: Fields in which databases write a trial's number; PubMed's come as notes (N1) from EndNote.
_NUMBERS = ("AN", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "KW", "M3", "N1", "UR", "L2", "JO", "T2")

_DOI_MARKED = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|^doi:?\s*)(10\.\d{4,9}/\S+)", re.IGNORECASE | re.MULTILINE)
#: A PMID is a number behind its name, or in the place that a database keeps for it. Within a note it is another paper's.
_PMID_NAMED = re.compile(r"(?:^|;\s*)(?:PMID|PubMed(?:[ -]?ID)?)\b\s*:?\s*(\d{1,8})\b", re.IGNORECASE | re.MULTILINE)
_PMID_LINK = re.compile(
    r"(?:ncbi\.nlm\.nih\.gov/(?:m/)?pubmed|pubmed\.ncbi\.nlm\.nih\.gov|europepmc\.org/(?:article|abstract)/med)/(\d{1,8})\b",
    re.IGNORECASE,
)
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_SCOPUS = re.compile(r"scopus", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,8}$")
_PMCID_ONLY = re.compile(r"(?:PMCID\s*:?\s*)?(PMC\d{4,9})\b", re.IGNORECASE)
_PMCID_LINK = re.compile(r"/(PMC\d{4,9})\b", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_REPORTS = {
    "CONF": Report.CONFERENCE,
    "CPAPER": Report.CONFERENCE,
    "NEWS": Report.NEWS,
    "MGZN": Report.NEWS,
    "ELEC": Report.WEB_PAGE,
    "BLOG": Report.WEB_PAGE,
}
_REPORT_WORDS = (("trial registry", Report.REGISTRY), ("conference", Report.CONFERENCE), ("meeting abstract", Report.CONFERENCE))


@dataclass(frozen=True, slots=True)
class RisFields:
    """One record: the values of each tag, in order."""

    values: Mapping[str, Sequence[str]]

    def document(self, origin: str, form: str) -> Document | Unreadable:
        """The document, or why there is none."""
        title = _line(self._first(*_TITLE))
        abstract, others = self._abstract()
        if not title and not abstract:
            return Unreadable(
                origin, "this record has neither title nor abstract.", "Look it up in the program that it comes from."
            )
        text, sections = titled_text(title, abstract)
        names = Identifiers(self._doi(), self._pmid(), self._pmcid())
        types = tuple(
            part.strip() for value in self._all("M3") for part in re.split(r"[;\n]", value) if part.strip() and not exact_doi(value)
        )
        return Document(
            id=stable_id(names, text),
            title=title,
            text=text,
            sections=sections,
            year=next((year for value in self._all(*_YEAR) if (year := year_of(value))), None),
            journal=_line(self._first(*_JOURNAL)) or None,
            identifiers=names,
            report=self._report(types),
            registry_ids=registry_ids("\n".join([text, *self._all(*_NUMBERS)])),
            publication_types=types,
            keywords=tuple(
                dict.fromkeys(
                    _line(word).lstrip("*") for value in self._all("KW") for word in re.split(r"[;\n]", value) if word.strip()
                )
            ),
            authors=self._authors(),
            notices=with_marks((), title, types, form),
            notifies=with_types((), (), types, form)[1],
            other_texts=others,
            language=language_code(self._first("LA")),
            url=next((u for value in self._all("UR", "L2") for u in re.findall(r"https?://\S+", value)), None),
            origin=origin,
            format=form,
        )

    def _all(self, *tags: str) -> tuple[str, ...]:
        return tuple(value for tag in tags for value in self.values.get(tag, ()))

    def _first(self, *tags: str) -> str:
        return next(iter(self._all(*tags)), "")

    def _abstract(self) -> tuple[list[Passage], tuple[OtherText, ...]]:
        """The abstract, and texts beside it.

        Several `AB` are one abstract's paragraphs, unless some are another language's. `N2` is the abstract where there is no `AB`, and else
        a text beside it. An abstract in another language is kept and not read, where the record or an English one beside it says that it is.
        """
        given = list(dict.fromkeys(self._all("AB") or self._all("N2")))
        beside = "\n".join(dict.fromkeys(self._all("N2"))) if self._all("AB") else ""
        language = language_code(self._first("LA"))
        foreign = [text for text in given if reads_foreign(text)]
        if len(foreign) == len(given) and language in (None, "eng"):
            foreign = []
        others = [OtherText(_prose(text), None if language == "eng" else language, "AB") for text in foreign]
        others += [OtherText(_prose(beside), sort="N2")] if beside and beside not in "\n".join(given) else []
        return _passages(given if not foreign else [text for text in given if not reads_foreign(text)]), tuple(others)

    def _doi(self) -> str | None:
        alone = [exact_doi(value.partition("\n")[0]) for value in self._all(*_DOI_ALONE)]
        own = [normal_doi(value) for value in self._all(*_DOI_ALONE[:2])]
        marked = (normal_doi(found[1]) for value in self._all(*_DOI_SOMEWHERE) if (found := _DOI_MARKED.search(value)))
        return next((doi for doi in (*alone, *own, *marked) if doi), None)

    def _pmid(self) -> str | None:
        return next((pmid for pmid in self._pmids() if pmid), None)

    def _pmids(self) -> Iterator[str]:
        database = " ".join(self._all("DB", "DP"))
        own = ("PM", *(["AN"] if _PUBMED.search(database) else []), *(["C2"] if _SCOPUS.search(database) else []))
        yield from (value for value in self._all(*own) if _NUMBER.match(value))
        yield from (
            found[1] for value in self._all("AN", "C1", "C2", "C3", "N1", "M1", "ID") if (found := _PMID_NAMED.search(value))
        )
        yield from (found[1] for value in self._all("UR", "L2") if (found := _PMID_LINK.search(value)))

    def _pmcid(self) -> str | None:
        alone = [found[1] for value in self._all("C2", "AN", "N1", "M1", "ID") if (found := _PMCID_ONLY.match(value))]
        links = [found[1] for value in self._all("UR", "L1", "L2") if (found := _PMCID_LINK.search(value))]
        return next((pmcid for text in (*alone, *links) if (pmcid := normal_pmcid(text))), None)

    def _authors(self) -> tuple[str, ...]:
        """Family name first, as everywhere; one author a line, or several with semicolons."""
        tag = next((tag for tag in _AUTHORS if self._all(tag)), _AUTHORS[0])
        names = (name for value in self._all(tag) for name in re.split(r"[;\n]", value))
        return tuple(" ".join(_line(name).replace(",", " ").split()) for name in names if name.strip())

    def _report(self, types: Sequence[str]) -> Report:
        said = " ".join(types).lower()
        by_words = (report for words, report in _REPORT_WORDS if words in said)
        return next(by_words, _REPORTS.get(self._first("TY").upper(), Report.ARTICLE))


def _passages(values: Sequence[str]) -> list[Passage]:
    if any(has_markup(value) for value in values):
        return passages("\n".join(values))
    lines = [line for value in values for line in (*lines_of(value), "")]
    return labelled(_decoded(p) for p in paragraphs(lines) if p.lower().rstrip(":") != "abstract")


def _prose(value: str) -> str:
    return "\n".join(p.heading + p.text for p in _passages([value]))


def _line(value: str) -> str:
    """One line of text, of which programs keep markup and character references."""
    return plain(value) if has_markup(value) else " ".join(_decoded(value).split())


def _decoded(text: str) -> str:
    """Character references decoded once; an ampersand without semicolon is one."""
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
