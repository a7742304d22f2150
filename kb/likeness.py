"""Documents that may be one study and share no name of their own, for a person to decide.

Title, year and first author are laid side by side. Reports of trials stand in the queue too where they print a registration number of another
document's study and do not say that it is their own.

Nothing is ever joined by likeness alone. Candidates are found by keys (first author's surname and year, beginning of the title), so that a
new document is compared with a handful and not with the library.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlp.words import normal_name

#: Titles at least so alike (0 to 100, word order aside) that a person should look; found on made titles
#: alone: other papers of one group on one subject stay below it.
LIKE = 88.0
#: A title of fewer words ("Editorial", "Reply") says nothing.
_FEWEST_WORDS = 4
#: Years that may lie between a plan or a talk and its paper, and between two records of one paper.
_YEARS_TO_PAPER, _YEARS_OF_ONE = 6, 1
_EARLY = frozenset({"protocol", "conference", "registry", "news", "web_page"})
_ROMAN = frozenset(["ii", "iii", "iv", "v"])
_INITIALS = re.compile(r"[A-Z](?:[.\-]?[A-Z]){0,2}\.?")


@dataclass(frozen=True, slots=True)
class _Titled:
    id: int
    title: str
    words: tuple[str, ...]
    year: int | None
    author: str | None
    report: str
    level: str
    study: int


def surname(author: str) -> str:
    """The surname of an author as sources write it, in lower case.

    >>> surname("Petrou P"), surname("Petrou, Panayiota"), surname("Panayiota Petrou"), surname("van der Berg JA")
    ('petrou', 'petrou', 'petrou', 'van der berg')
    """
    if "," in author:
        return author.partition(",")[0].strip().lower()
    parts = author.split()
    if len(parts) > 1 and _INITIALS.fullmatch(parts[-1]):
        return " ".join(parts[:-1]).lower()
    return parts[-1].lower() if parts else ""


def look_again(db: sqlite3.Connection, documents: Iterable[int]) -> None:
    """Find anew what these documents look like, inside the caller's transaction; the studies must be made already."""
    listed = {"documents": json.dumps(sorted(documents))}
    among = "(SELECT value FROM json_each(:documents))"
    db.execute(f"DELETE FROM title_key WHERE document_id IN {among}", listed)
    db.execute(f"DELETE FROM identity_doubt WHERE document_id IN {among}", listed)
    db.execute(f"DELETE FROM identity_doubt WHERE other_id IN {among}", listed)
    titled = list(_titled(db, f"d.id IN {among}", listed))
    db.executemany(
        "INSERT OR IGNORE INTO title_key (document_id, key) VALUES (?, ?)", [(t.id, key) for t in titled for key in _keys(t)]
    )
    for one in titled:
        for other in _candidates(db, one):
            _doubt(db, *sorted((one, other), key=lambda t: t.id))
    _ask_about_numbers(db, listed)


#: A document that prints more numbers than these is about many trials, and no report of one of them.
_FEW_NUMBERS = 4
_NAMED = (
    "SELECT n.document_id, o.document_id, n.value, a.title, b.title FROM document_registration n "
    "JOIN document_registration o ON o.value = n.value AND o.own = 1 AND o.document_id <> n.document_id "
    "JOIN document a ON a.id = n.document_id JOIN document b ON b.id = o.document_id "
    "JOIN study_document sa ON sa.document_id = a.id JOIN study_document sb ON sb.document_id = b.id "
    "WHERE n.own = 0 AND a.level = 'trial' AND b.level <> 'pooled' AND a.deleted_in IS NULL AND b.deleted_in IS NULL AND sa.study_id <> sb.study_id "
    "AND (SELECT count(*) FROM document_registration x WHERE x.document_id = a.id) <= :few AND {which} IN (SELECT value FROM json_each(:documents)) "
    "ORDER BY 1, 2, 3"
)


def _ask_about_numbers(db: sqlite3.Connection, listed: dict[str, str]) -> None:
    """Put a report of a trial that names another's number into the queue, beside the reports that bear it."""
    found = {
        tuple(r)
        for w in ("n.document_id", "o.document_id")
        for r in db.execute(_NAMED.format(which=w), listed | {"few": _FEW_NUMBERS})
    }
    for naming, bearing, number, title, other_title in sorted(found):
        if _decided(db, naming, bearing):
            continue
        from rapidfuzz import fuzz

        likeness = fuzz.token_sort_ratio(normal_name(title), normal_name(other_title))
        db.execute(
            "INSERT INTO identity_doubt VALUES (?, ?, ?, ?) ON CONFLICT (document_id, other_id) DO UPDATE SET why = why || ', ' || excluded.why",
            (
                *sorted((naming, bearing)),
                round(likeness, 1),
                f"one prints {number}, the other's registration, and does not say that it is its own",
            ),
        )


def _titled(db: sqlite3.Connection, where: str, values: dict[str, str]) -> Iterator[_Titled]:
    rows = db.execute(
        "SELECT d.id, d.title, d.year, d.authors, d.report, d.level, sd.study_id FROM document d JOIN study_document sd ON sd.document_id = d.id "
        f"WHERE d.deleted_in IS NULL AND d.report <> 'digest' AND {where} ORDER BY d.id",
        values,
    )
    for row in rows:
        words = tuple(normal_name(row["title"]).split())
        authors = json.loads(row["authors"])
        if len(words) >= _FEWEST_WORDS:
            author = surname(str(authors[0])) if authors else None
            yield _Titled(row["id"], row["title"], words, row["year"], author or None, row["report"], row["level"], row["study_id"])


def _keys(t: _Titled) -> list[str]:
    begins = f"title {' '.join(t.words[:3])}"
    return [begins, f"author {t.author} {t.year}"] if t.author and t.year else [begins]


def _candidates(db: sqlite3.Connection, one: _Titled) -> Iterator[_Titled]:
    keys = [f"title {' '.join(one.words[:3])}"]
    if one.author and one.year:
        keys += [f"author {one.author} {one.year + n}" for n in range(-_YEARS_TO_PAPER, _YEARS_TO_PAPER + 1)]
    where = "d.id IN (SELECT document_id FROM title_key WHERE key IN (SELECT value FROM json_each(:keys))) AND d.id <> :id"
    yield from _titled(db, where, {"keys": json.dumps(keys), "id": str(one.id)})


def _doubt(db: sqlite3.Connection, one: _Titled, other: _Titled) -> None:
    if one.study == other.study or not _may_be_one(one, other) or _decided(db, one.id, other.id):
        return
    from rapidfuzz import fuzz

    likeness = fuzz.token_sort_ratio(" ".join(one.words), " ".join(other.words))
    if likeness >= LIKE:
        first, second = sorted((one.id, other.id))
        years = " and ".join(dict.fromkeys(str(t.year) for t in (one, other) if t.year))
        shared = [
            f"titles {likeness:.0f}% alike",
            f"first author {one.author}" if one.author and one.author == other.author else "",
            years,
        ]
        db.execute(
            "INSERT OR REPLACE INTO identity_doubt VALUES (?, ?, ?, ?)",
            (first, second, round(likeness, 1), ", ".join(s for s in shared if s)),
        )


def _may_be_one(one: _Titled, other: _Titled) -> bool:
    """Whether nothing that is told speaks against it: another first author, years too far apart, a trial and a review."""
    if one.author and other.author and one.author != other.author:
        return False
    if {one.level, other.level} == {"trial", "pooled"}:
        return False
    if _numbers(one) != _numbers(other):
        return False
    years = _YEARS_TO_PAPER if (one.report in _EARLY) != (other.report in _EARLY) else _YEARS_OF_ONE
    return one.year is None or other.year is None or abs(one.year - other.year) <= years


def _numbers(t: _Titled) -> set[str]:
    """What counts papers of one name apart: "part 2", "phase III", "10-year follow-up"."""
    return {word for word in t.words if any(c.isdigit() for c in word) or word in _ROMAN}


def _decided(db: sqlite3.Connection, one: int, other: int) -> bool:
    row = db.execute(
        "SELECT 1 FROM identity_decision WHERE (document_id = :a AND other_id = :b) OR (document_id = :b AND other_id = :a)",
        {"a": one, "b": other},
    ).fetchone()
    return row is not None
