"""What each reader of PubMed XML sees of a record, in one form, so that the three can be compared.

Only spelling is levelled: blanks, the tags that Biopython leaves in its text, and numbers that counterclaim raises (10⁶ for 10<sup>6</sup>).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: What is compared, by name. A list is written with " | " between its items.
FIELDS = ("pmid", "title", "abstract", "doi", "authors", "mesh", "references", "year", "revised", "entered", "types", "language")
Seen = dict[str, str | None]

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ", "0123456789+-()n")
_TAGS = re.compile(r"</?(?:i|b|u|sup|sub|DispFormula|(?:mml:)?m[a-z]+)(?:\s[^<>]*)?/?>")
#: So many signs of a text are not the same by chance.
_ENOUGH = 200
_MINUS = re.compile("[−–]")


def level(text: str | None) -> str:
    """A text without blanks, raised numbers and the several signs for minus."""
    return _MINUS.sub("-", re.sub(r"\s+", "", text or "")).translate(_RAISED)


def _listed(items: list[str]) -> str:
    return " | ".join(items)


def _doi(text: str | None) -> str | None:
    return text.lower().rstrip(".") if text else None


def seen_by_counterclaim(file: Path) -> Iterator[Seen | None]:
    """Every record; None for what is no record."""
    from crawler.document import Document
    from crawler.formats.pubmed_xml import read_pubmed_file

    for item in read_pubmed_file(file):
        if not isinstance(item, Document):
            yield None
            continue
        foreign = [other.text for other in item.other_texts if other.sort is None]
        body = item.text[len(item.title) :]
        yield {
            "pmid": item.identifiers.pmid,
            "title": level(item.title),
            "abstract": level(body).replace(":", ""),
            "foreign": level("".join(foreign)).replace(":", ""),
            "doi": item.identifiers.doi,
            "authors": _listed([level(name) for name in item.authors]),
            "mesh": _listed(list(item.mesh)),
            "references": _listed([r.identifiers.pmid for r in item.cites if r.identifiers.pmid]),
            "year": str(item.year) if item.year else None,
            "revised": item.revised,
            "entered": item.entered,
            "types": _listed(list(item.publication_types)),
            "language": item.language,
        }


def seen_by_biopython(file: Path) -> Iterator[Seen | None]:
    """Every record, as `Bio.Entrez.read` gives it."""
    from Bio import Entrez

    with gzip.open(file) as packed:
        records = Entrez.read(packed)
    for record in records["PubmedArticle"]:
        yield _from_biopython(record)


def _from_biopython(record: dict[str, Any]) -> Seen:
    citation, data = record["MedlineCitation"], record["PubmedData"]
    article = citation["Article"]
    parts = [
        (getattr(part, "attributes", {}).get("Label", ""), _plain(part))
        for part in article.get("Abstract", {}).get("AbstractText", [])
    ]
    names = {str(i.attributes["IdType"]): str(i) for i in reversed(data["ArticleIdList"])}
    places = [str(i) for i in article.get("ELocationID", []) if i.attributes["EIdType"] == "doi"]
    date = article["Journal"]["JournalIssue"]["PubDate"]
    entrez = next((d for d in data["History"] if d.attributes["PubStatus"] == "entrez"), None)
    return {
        "pmid": str(citation["PMID"]),
        "title": level(_plain(article["ArticleTitle"])),
        "abstract": level("".join(label + text for label, text in parts if text.strip())).replace(":", ""),
        "doi": _doi(names.get("doi") or next(iter(places), None)),
        "authors": _listed([level(name) for author in article.get("AuthorList", []) if (name := _name_in(author))]),
        "mesh": _listed(["/".join([str(m["DescriptorName"]), *map(str, m["QualifierName"])]) for m in citation.get("MeshHeadingList", [])]),
        "references": _listed([str(i) for reference in _references(data.get("ReferenceList", [])) for i in reference if i.attributes["IdType"] == "pubmed"]),
        "year": _first_year(date.get("Year") or date.get("MedlineDate")),
        "revised": _day(citation.get("DateRevised")),
        "entered": _day(entrez),
        "types": _listed([str(kind) for kind in article["PublicationTypeList"]]),
        "language": str(article["Language"][0]),
    }  # fmt: skip


def _plain(text: object) -> str:
    return _TAGS.sub("", str(text))


def _name_in(author: dict[str, Any]) -> str:
    given = author.get("ForeName") or author.get("Initials")
    family = [str(p) for p in (author.get("LastName"), given, author.get("Suffix")) if p]
    return " ".join(family) if author.get("LastName") else _plain(author.get("CollectiveName", ""))


def _references(lists: list[Any]) -> Iterator[list[Any]]:
    for one in lists:
        for reference in one.get("Reference", []):
            yield reference.get("ArticleIdList", [])
        yield from _references(one.get("ReferenceList", []))


def _day(date: dict[str, Any] | None) -> str | None:
    return f"{date['Year']}-{int(date['Month']):02}-{int(date['Day']):02}" if date else None


def _first_year(text: str | None) -> str | None:
    found = re.search(r"\d{4}", text or "")
    return found[0] if found else None


def seen_by_pubmed_parser(file: Path) -> Iterator[Seen | None]:
    """Every record, as `parse_medline_xml` gives it with all that it has to give; None for deletions. It knows no dates of the record."""
    from pubmed_parser import parse_medline_xml

    records = parse_medline_xml(
        str(file), year_info_only=False, author_list=True, reference_list=True, parse_downto_mesh_subterms=True
    )
    for record in records:
        yield None if record["delete"] else _from_pubmed_parser(record)


def _from_pubmed_parser(record: dict[str, Any]) -> Seen:
    terms = [
        re.sub(r"[DQ]\d+:", "", term).replace(" / ", "/").replace("*", "") for term in record["mesh_terms"].split("; ") if term
    ]
    return {
        "pmid": record["pmid"],
        "title": level(record["title"]),
        "abstract": level(record["abstract"]).replace(":", ""),
        "doi": _doi(record["doi"] or None),
        "authors": _listed([level(f"{a['lastname']} {a['forename'] or a['initials']}") for a in record["authors"]]),
        "mesh": _listed(terms),
        "references": _listed([r["pmid"] for r in record["references"] if r["pmid"]]),
        "year": record["pubdate"][:4] or None,
        "types": _listed([re.sub(r"^D\d+:", "", kind) for kind in record["publication_types"].split("; ")]),
        "language": record["languages"].split(";")[0],
    }


def difference(field: str, ours: Seen, theirs: Seen) -> str | None:
    """Why two readers see a field differently; None where they agree, or where the other one does not read it."""
    if field not in theirs or ours[field] == theirs[field]:
        return None
    own, other = ours[field] or "", theirs[field] or ""
    return next((why for why, explains in _REASONS if explains(field, own, other, ours)), "unexplained")


def _is_bracketed(field: str, own: str, other: str, _: Seen) -> bool:
    return field == "title" and other.startswith("[") and (own.rstrip(".") in other or not own)


def _is_foreign(field: str, own: str, other: str, ours: Seen) -> bool:
    foreign = ours["foreign"] or ""
    return field == "abstract" and bool(foreign) and foreign[-_ENOUGH:] in other


def _lacks_labels(field: str, own: str, other: str, _: Seen) -> bool:
    return field == "abstract" and own.endswith(other) and len(own) - len(other) < 80


def _is_part_of(part: str, whole: str) -> bool:
    """Whether all of one stands in the other, in order."""
    rest = iter(whole)
    return all(sign in rest for sign in part)


def _has_empty_labels(field: str, own: str, other: str, _: Seen) -> bool:
    return field == "abstract" and len(other) - len(own) < 120 and _is_part_of(own, other)


def _loses_text(field: str, own: str, other: str, _: Seen) -> bool:
    return field in ("title", "abstract") and len(other) < len(own) and _is_part_of(other, own)


def _loses_references(field: str, own: str, other: str, _: Seen) -> bool:
    return field == "references" and len(other) < len(own) and set(other.split(" | ")) - {""} < set(own.split(" | "))


def _lacks_a_name(field: str, own: str, other: str, _: Seen) -> bool:
    """A group, or what follows a name (Jr, 3rd), is not read there; a group leaves an empty name."""
    names = iter(own.split(" | "))
    return field == "authors" and all(any(name.startswith(theirs) for name in names) for theirs in other.split(" | ") if theirs)


def _is_a_formula(field: str, own: str, other: str, _: Seen) -> bool:
    """Strokes, brackets and roots that stand for a formula's layout."""
    strip = str.maketrans("", "", "/()√,| \u2062\u2061")
    return field in ("title", "abstract") and own.translate(strip) == other.translate(strip)


def _stands_beside_the_pages(field: str, own: str, other: str, _: Seen) -> bool:
    return field == "doi" and bool(own) and not other


_REASONS = (
    ("a translated title's brackets are taken off", _is_bracketed),
    ("an abstract in another language stands in other_texts", _is_foreign),
    ("the label of an abstract's only part is lost there", _lacks_labels),
    ("labels without text are kept there", _has_empty_labels),
    ("groups and suffixes are not read there", _lacks_a_name),
    ("a formula's layout is written in signs", _is_a_formula),
    ("text within doubled markup, or a label, is lost there", _loses_text),
    ("lists of references within lists are not read there", _loses_references),
    ("a DOI beside the pages is not read there", _stands_beside_the_pages),
)
