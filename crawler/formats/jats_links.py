"""What a JATS article names beside itself: its own identifiers, what it cites, and the notices that it is or has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from crawler.formats import jats_prose
from crawler.formats.exact_doi import exact_doi
from crawler.formats.xml_tree import local
from crawler.record import Identifiers, Notice, NoticeKind, Reference, normal_doi, normal_pmcid, normal_pmid

SAID_BY = "jats"
_RETRACTED, _CONCERN, _CORRECTED = NoticeKind.RETRACTED, NoticeKind.CONCERN, NoticeKind.CORRECTED
#: Kinds of `related-article` that name what the article is a notice about, after the tagging guidelines of PMC and JATS4R.
_IT_IS_ABOUT = {
    "retracted-article": _RETRACTED, "withdrawn-article": _RETRACTED, "removed-article": _RETRACTED, "partially-retracted-article": _CORRECTED,
    "object-of-concern": _CONCERN, "corrected-article": _CORRECTED, "addended-article": _CORRECTED,
}  # fmt: skip
#: Those that name a notice about the article.
_ABOUT_IT = {
    "retraction-forward": _RETRACTED, "retraction": _RETRACTED, "retracted-by": _RETRACTED, "withdrawal": _RETRACTED, "removal": _RETRACTED,
    "partial-retraction": _CORRECTED, "partial-retraction-forward": _CORRECTED,
    "expression-of-concern": _CONCERN, "concern-forward": _CONCERN, "object-of-concern-forward": _CONCERN,
    "correction-forward": _CORRECTED, "correction": _CORRECTED, "corrected-by": _CORRECTED, "erratum": _CORRECTED, "addendum": _CORRECTED,
}  # fmt: skip
#: Articles that are notices, by their own type: what they say they are related to in any other word is what they are about.
_NOTICES = {
    "retraction": _RETRACTED, "withdrawal": _RETRACTED, "removal": _RETRACTED, "partial-retraction": _CORRECTED,
    "expression-of-concern": _CONCERN, "correction": _CORRECTED, "erratum": _CORRECTED, "corrigendum": _CORRECTED, "addendum": _CORRECTED,
}  # fmt: skip
#: Articles that merely keep company.
_BESIDE = frozenset(
    {
        "companion",
        "commentary",
        "commentary-article",
        "letter",
        "letter-reply",
        "peer-review",
        "peer-reviewed-article",
        "preprint",
        "alt-language",
    }
)
_CITATIONS = frozenset({"element-citation", "mixed-citation", "nlm-citation", "citation", "citation-alternatives"})
_KIND_OF_NAME = {"doi": "doi", "pmid": "pmid", "pubmed": "pmid", "pmc": "pmcid", "pmcid": "pmcid", "pmc-id": "pmcid"}


def named(names: Iterable[tuple[str, str]]) -> Identifiers:
    """The identifiers among pairs of kind and value; the first of each kind.

    >>> named([("pmid", "98000001"), ("pmc", "7999999"), ("publisher-id", "x1")])
    Identifiers(doi=None, pmid='98000001', pmcid='PMC7999999')
    """
    found: dict[str, str] = {}
    for given, value in names:
        kind = _KIND_OF_NAME.get(given.lower())
        if kind and kind not in found and (name := _normal(kind, value.strip())):
            found[kind] = name
    return Identifiers(found.get("doi"), found.get("pmid"), found.get("pmcid"))


def _normal(kind: str, value: str) -> str | None:
    if kind == "doi":
        return exact_doi(value) or normal_doi(value)
    if kind == "pmid":
        return normal_pmid(value.rstrip("/").rpartition("/")[2])
    return normal_pmcid(f"PMC{value}" if value.isdecimal() else value)


def own_identifiers(meta: etree._Element) -> Identifiers:
    """The article's own."""
    return named((e.get("pub-id-type") or "", e.text or "") for e in meta if local(e) == "article-id")


def references(back: etree._Element | None) -> tuple[Reference, ...]:
    """The lists of references, in order; a reference may cite several papers."""
    if back is None:
        return ()
    cited = (c for ref in back.iter("{*}ref") for c in ref if local(c) in _CITATIONS)
    return tuple(ref for citation in cited if (ref := _reference(_first_form(citation))))


def _first_form(citation: etree._Element) -> etree._Element:
    """The same citation may be given in several forms."""
    return (
        next((c for c in citation if local(c) in _CITATIONS), citation) if local(citation) == "citation-alternatives" else citation
    )


def _reference(citation: etree._Element) -> Reference | None:
    words = _words(citation)
    names = named(_names_in(citation))
    inside = Identifiers.found_in(words)
    reference = Reference(
        Identifiers(names.doi or inside.doi, names.pmid or inside.pmid, names.pmcid or inside.pmcid), None, words or None
    )
    return reference if reference.identifiers or reference.citation else None


def _names_in(element: etree._Element) -> Iterator[tuple[str, str]]:
    for inner in element.iter("{*}pub-id"):
        yield inner.get("pub-id-type") or "", inner.text or ""
    for inner in element.iter("{*}ext-link", "{*}uri"):
        address = _link(inner) or inner.text or ""
        yield inner.get("ext-link-type") or "", address
        yield "doi" if "doi.org/" in address else "", address


def _link(element: etree._Element) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == "href"), "")


def _words(citation: etree._Element) -> str:
    """The citation as printed; one that is tagged and not punctuated is put together from its parts."""
    between = "".join(child.tail or "" for child in citation)
    if re.search(r"[.,;:]", between) or not len(citation):
        kept = ["" if local(child) in ("pub-id", "label") else "".join(child.itertext()) for child in citation]
        return _spaced(
            (citation.text or "") + "".join(word + (child.tail or "") for word, child in zip(kept, citation, strict=True))
        )
    return _put_together(citation)


def _put_together(citation: etree._Element) -> str:
    parts = [", ".join(people(citation)), *(_inner(citation, *tags) for tags in (("article-title", "chapter-title"), ("source",)))]
    year, volume, first, last = (_inner(citation, tag) for tag in ("year", "volume", "fpage", "lpage"))
    pages = f":{first}" + (f"-{last}" if last else "") if first else ""
    place = f"{year};{volume}{pages}" if volume else f"{year}{pages}"
    return _spaced(" ".join(f"{part.rstrip('.')}." for part in (*parts, place) if part.strip(" .;:")))


def people(element: etree._Element) -> list[str]:
    """The names of people and groups in an element, family name first; none of those who are a group's members."""
    found = []
    for inner in element.iter("{*}name", "{*}string-name", "{*}collab"):
        tag = local(inner)
        if tag == "collab":
            found.append(
                _spaced(
                    (inner.text or "")
                    + "".join("".join(c.itertext()) + (c.tail or "") for c in inner if local(c) != "contrib-group")
                )
            )
        elif not _is_counted(inner):
            found.append(
                _spaced(
                    " ".join(
                        part for part in (_inner(inner, "surname"), _inner(inner, "given-names"), _inner(inner, "suffix")) if part
                    )
                    or "".join(inner.itertext())
                )
            )
    return [name for name in found if name]


def _is_counted(name: etree._Element) -> bool:
    """Whether a name stands for one that is there already: a group's member, or the same person in another script."""
    if any(local(around) == "collab" for around in name.iterancestors()):
        return True
    return local(name.getparent()) == "name-alternatives" and name.getprevious() is not None


def _inner(element: etree._Element, *tags: str) -> str:
    """The prose of the first element of these names within."""
    return jats_prose.line(next(element.iter(*(f"{{*}}{tag}" for tag in tags)), None))


def _spaced(text: str) -> str:
    return " ".join(text.split())


def notices(meta: etree._Element, article_type: str) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """The notices about an article, and those that it is.

    A notice itself calls what it is about by many words; of a notice only the words that lead forward from an article are taken as they stand.
    """
    own = _NOTICES.get(article_type)
    about: list[Notice] = []
    being: list[Notice] = []
    for related in meta.iter("{*}related-article"):
        kind = (related.get("related-article-type") or "").lower()
        if own and not kind.endswith("-forward") and kind not in _BESIDE:
            being.append(_notice(_IT_IS_ABOUT.get(kind, own), related))
        elif kind in _IT_IS_ABOUT:
            being.append(_notice(_IT_IS_ABOUT[kind], related))
        elif kind in _ABOUT_IT:
            about.append(_notice(_ABOUT_IT[kind], related))
    return tuple(dict.fromkeys(about)), tuple(dict.fromkeys(being))


def _notice(kind: NoticeKind, related: etree._Element) -> Notice:
    words = _spaced("".join(related.itertext()))
    link = _link(related)
    pairs = [
        (related.get("ext-link-type") or "", link),
        ("doi" if "doi.org/" in link or link.startswith("10.") else "", link),
        *_names_in(related),
    ]
    names, inside = named(pairs), Identifiers.found_in(words)
    return Notice(
        kind,
        SAID_BY,
        Identifiers(names.doi or inside.doi, names.pmid or inside.pmid, names.pmcid or inside.pmcid),
        citation=words or None,
    )
