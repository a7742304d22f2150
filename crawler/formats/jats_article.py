"""One JATS article as a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from crawler.document import Document, OtherText, Read, Report, Section, SectionName
from crawler.errors import Unreadable
from crawler.formats import jats_links, jats_prose
from crawler.formats.abstracts import titled_text
from crawler.formats.languages import language_code
from crawler.formats.passages import Passage
from crawler.formats.records import stable_id
from crawler.formats.retraction_marks import with_marks
from crawler.formats.xml_tree import local
from crawler.record import Identifiers, registry_ids

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ENGLISH = "eng"
#: Abstracts that are none: what is told beside the abstract, for other readers or at other length.
_BESIDE = frozenset(
    [
        "teaser",
        "toc",
        "precis",
        "highlights",
        "author-highlights",
        "key-points",
        "keypoints",
        "plain-language-summary",
        "plain-language",
        "lay-summary",
        "web-summary",
        "editor",
        "editors-summary",
        "editor-summary",
        "one-line-summary",
        "short",
        "synopsis",
        "significance",
    ]
)
#: Pictures in place of words.
_PICTURES = frozenset({"graphical", "graphical-abstract", "video-abstract"})
#: The order in which dates of publication tell the year: the issue's, else the first appearance.
_YEARS = ("collection", "ppub", "print", "pub", "epub-ppub", "epub", "electronic", "epreprint", "")
_REPORTS = {"protocol": Report.PROTOCOL, "study-protocol": Report.PROTOCOL, "registered-report": Report.PROTOCOL, "meeting-report": Report.CONFERENCE,
            "abstract": Report.CONFERENCE, "conference-paper": Report.CONFERENCE, "news": Report.NEWS}  # fmt: skip
_REGISTERED = re.compile(r"\bregist(?:ered|ration|ry|er|ries)\b|clinicaltrials\.gov|\bprospero\b|\btrial number\b", re.IGNORECASE)


#: Where a paper says under which number it was registered; elsewhere numbers are other trials'.
_TELLS_REGISTRATION = frozenset({SectionName.METHODS, SectionName.REGISTRATION, SectionName.OTHER})


def article_document(article: etree._Element, where: str, form: str) -> Document | Unreadable:
    """The document in an `article` element.

    Only English is read: of an article in another language its English abstract (or its translation as a sub-article, where it has one);
    the original stands in `other_texts`, and the original's body is left out. An article that names no language is taken for English.
    """
    meta = article.find("{*}front/{*}article-meta")
    if meta is None:
        return Unreadable(where, "this article has no front matter.", "Download it again.")
    language = language_code(article.get(_LANGUAGE) or "")
    reading = _Reading(article, meta, language, _translation(article) if language not in (None, _ENGLISH) else None)
    return reading.document(where, form)


def _translation(article: etree._Element) -> etree._Element | None:
    subs = (s for s in article.findall("{*}sub-article") if s.get("article-type") == "translation")
    return next((s for s in subs if language_code(s.get(_LANGUAGE) or "") == _ENGLISH), None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """An article, its front matter, its language, and its English translation where it is in another one."""

    article: etree._Element
    meta: etree._Element
    language: str | None
    translation: etree._Element | None

    def document(self, where: str, form: str) -> Document | Unreadable:
        """The document, or why there is none."""
        title, original = self._titles()
        abstract, others = self._abstracts()
        body = self._body()
        text, sections = titled_text(title, abstract + body)
        if not text:
            return Unreadable(where, "this article has neither title nor prose.", "Download it again.")
        names = jats_links.own_identifiers(self.meta)
        article_type = (self.article.get("article-type") or "").lower()
        notices, notifies = jats_links.notices(self.meta, article_type)
        return Document(
            id=stable_id(names, text),
            title=title,
            text=text,
            sections=sections,
            year=self._year(),
            journal=self._journal(),
            identifiers=names,
            read=Read.FULL_TEXT if body else Read.ABSTRACT,
            report=_REPORTS.get(article_type, Report.ARTICLE),
            registry_ids=self._registrations(title, abstract, text, sections),
            publication_types=self._types(article_type),
            keywords=self._keywords(),
            authors=tuple(
                name for c in self.meta.findall("{*}contrib-group/{*}contrib") if _is_author(c) for name in jats_links.people(c)
            ),
            notices=with_marks(notices, title, (), jats_links.SAID_BY),
            notifies=notifies,
            cites=jats_links.references(self.article.find("{*}back")),
            other_texts=others,
            language=self.language,
            original_title=original,
            url=_address(names),
            origin=where,
            format=form,
        )

    def _titles(self) -> tuple[str, str | None]:
        """The title, and the one in the paper's language where it is a translation."""
        group = self.meta.find("{*}title-group")
        own = _titled(group, "article-title", "subtitle")
        if self.language in (None, _ENGLISH):
            return own, None
        groups = self.meta.findall("{*}title-group/{*}trans-title-group") + self.meta.findall("{*}title-group/{*}trans-title")
        english = (_titled(g, "trans-title", "trans-subtitle") if len(g) else jats_prose.line(g) for g in groups if _is_english(g))
        stub = self.translation.find("{*}front-stub/{*}title-group") if self.translation is not None else None
        translated = _titled(stub, "article-title", "subtitle") or next(english, "")
        return (translated, own or None) if translated else (own, None)

    def _abstracts(self) -> tuple[list[Passage], tuple[OtherText, ...]]:
        """The English abstract, and all others."""
        found = list(self._given_abstracts())
        own = next((element for element, sort, language in found if language == _ENGLISH and sort not in _BESIDE | _PICTURES), None)
        others = [
            OtherText(text, language, sort or None)
            for element, sort, language in found
            if element is not own and sort not in _PICTURES and (text := jats_prose.prose(element))
        ]
        return ([p for p in jats_prose.abstract(own)] if own is not None else []), tuple(others)

    def _given_abstracts(self) -> Iterator[tuple[etree._Element, str, str | None]]:
        """Abstracts with their sorts and languages; a translation in front, where there is one to be read."""
        places = [(self.translation.find("{*}front-stub"), _ENGLISH)] if self.translation is not None else []
        for place, language in [*places, (self.meta, self.language or _ENGLISH)]:
            for element in place if place is not None else ():
                if local(element) in ("abstract", "trans-abstract"):
                    given = language_code(element.get(_LANGUAGE) or "")
                    assumed = language if local(element) == "abstract" else None
                    yield element, (element.get("abstract-type") or "").lower(), given or assumed

    def _body(self) -> list[Passage]:
        if self.language in (None, _ENGLISH):
            found = self.article.find("{*}body")
        else:
            found = self.translation.find("{*}body") if self.translation is not None else None
        return jats_prose.body(found) if found is not None else []

    def _year(self) -> int | None:
        years: dict[str, int] = {}
        for published in self.meta.findall("{*}pub-date"):
            kind = published.get("pub-type") or published.get("date-type") or ""
            year = (published.findtext("{*}year") or "").strip()
            if re.fullmatch(r"(?:1[5-9]|20|21)\d\d", year):
                years.setdefault((published.get("publication-format") or kind) if kind == "pub" else kind, int(year))
        return next((years[kind] for kind in _YEARS if kind in years), None)

    def _journal(self) -> str | None:
        meta = self.article.find("{*}front/{*}journal-meta")
        places = (
            "{*}journal-title-group/{*}journal-title",
            "{*}journal-title",
            "{*}journal-title-group/{*}abbrev-journal-title",
            "{*}abbrev-journal-title",
        )
        return next((name for p in places if meta is not None and (name := jats_prose.line(meta.find(p)))), None)

    def _types(self, article_type: str) -> tuple[str, ...]:
        """The article's type, and the heading that the journal prints it under."""
        groups = self.meta.findall("{*}article-categories/{*}subj-group")
        headings = (jats_prose.line(s) for g in groups if g.get("subj-group-type") == "heading" for s in g.findall("{*}subject"))
        return tuple(dict.fromkeys(kind for kind in (article_type, *headings) if kind))

    def _keywords(self) -> tuple[str, ...]:
        groups = (
            g
            for g in self.meta.findall("{*}kwd-group")
            if _is_english(g) and not (g.get("kwd-group-type") or "").startswith("abbr")
        )
        return tuple(dict.fromkeys(word for g in groups for k in g.iter("{*}kwd") if (word := jats_prose.line(k))))

    def _registrations(self, title: str, abstract: list[Passage], text: str, sections: tuple[Section, ...]) -> tuple[str, ...]:
        """The numbers that the front matter gives. Where it gives none, those of sentences on registration; other trials' stand elsewhere in a full text."""
        linked = [str(value) for e in self.meta.iter("{*}related-object", "{*}ext-link") for value in e.attrib.values()]
        front = [title, *(p.text for p in abstract), *self._keywords(), *linked, *_notes(self.meta)]
        found = registry_ids("\n".join(front))
        if found:
            return found
        told = [line for s in sections if s.name in _TELLS_REGISTRATION for line in text[s.start : s.end].split("\n")]
        back = self.article.find("{*}back")
        told += _notes(back) if back is not None else []
        return registry_ids("\n".join(line for line in told if _REGISTERED.search(line)))


def _notes(element: etree._Element) -> list[str]:
    return ["".join(note.itertext()) for note in element.iter("{*}fn", "{*}notes", "{*}custom-meta")]


def _is_english(element: etree._Element) -> bool:
    """Whether an element is in English, or says nothing of its language."""
    return language_code(element.get(_LANGUAGE) or "en") == _ENGLISH


def _titled(group: etree._Element | None, main: str, sub: str) -> str:
    """A title with its subtitle."""
    if group is None:
        return ""
    title, subtitle = jats_prose.line(group.find(f"{{*}}{main}")), jats_prose.line(group.find(f"{{*}}{sub}"))
    if not title or not subtitle or subtitle.lower() in title.lower():
        return title or subtitle
    return f"{title}{'' if title.endswith(('?', '!', ':')) else ':'} {subtitle}"


def _is_author(contrib: etree._Element) -> bool:
    return (contrib.get("contrib-type") or "author") in ("author", "collab", "group")


def _address(names: Identifiers) -> str | None:
    if names.pmcid:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{names.pmcid}/"
    return f"https://doi.org/{names.doi}" if names.doi else None
