"""Which PMIDs a PubMed query selects, in the order of PubMed: newest first."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta

from tests.imitation.boolean import evaluate
from tests.imitation.corpus import Corpus
from tests.imitation.paper import Paper, plain

_WORD = re.compile(r"[a-z0-9]+")
_SIDE = r'"?([^"\[\]:]*)"?\s*(?:\[([^\]]*)\])?'
_RANGE = re.compile(rf"{_SIDE}\s*:\s*{_SIDE}")
_TAGGED = re.compile(r'"?([^"\[\]]*)"?\s*(?:\[([^\]]*)\])?')
_DATES = {"pdat": "pdat", "dp": "pdat", "edat": "edat", "crdt": "edat", "mhda": "edat", "mdat": "mdat", "lr": "mdat"}
_LONG_TAGS = {
    "date - publication": "pdat", "date - entry": "edat", "date - entrez": "edat", "date - create": "crdt", "date - modification": "mdat",
    "mesh terms": "mh", "publication type": "pt", "author": "au", "language": "la", "secondary source id": "si",
}  # fmt: skip
_FAR = date(3000, 12, 31)


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return _WORD.findall(text.lower())


def first_day(text: str) -> date | None:
    """The first day of `2020`, `2020/03` or `2020/03/07`; None for anything else.

    >>> first_day("2020/03")
    datetime.date(2020, 3, 1)
    """
    parts = re.split(r"[/-]", text.strip())
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return None
    year, month, day = [int(part) for part in parts] + [1] * (3 - len(parts))
    year, month = min(max(year, 1), 3000), min(max(month, 1), 12)
    return date(year, month, min(max(day, 1), calendar.monthrange(year, month)[1]))


def last_day(text: str) -> date | None:
    """The last day of `2020`, `2020/02` or `2020/02/07`; None for anything else.

    >>> last_day("2020/02")
    datetime.date(2020, 2, 29)
    """
    start, parts = first_day(text), re.split(r"[/-]", text.strip())
    if start is None or len(parts) == 3:
        return start
    if len(parts) == 1:
        return date(start.year, 12, 31)
    return start.replace(day=calendar.monthrange(start.year, start.month)[1])


def _tag(written: str | None) -> str:
    """A field tag in its short form."""
    tag = (written or "").lower()
    return _LONG_TAGS.get(tag, tag)


class PubMedQuery:
    """Answers queries over a corpus. The word index is made at the first word asked for, and follows the corpus's log."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._index: dict[str, set[int]] | None = None
        self._seen = 0
        self._of: dict[int, set[str]] = {}
        self._answers: dict[tuple[str, str, str, str, str], list[int]] = {}
        self._answers_at = -1
        self._unknown: list[str] = []
        self._not_found: dict[str, list[str]] = {}

    def pmids(self, term: str, datetype: str = "", mindate: str = "", maxdate: str = "", reldate: str = "") -> list[int]:
        """All PMIDs that match, newest first.

        A lone `mindate` or `maxdate` bounds nothing, since both are required.

        Raises:
            Malformed: brackets that do not match.
        """
        if self._answers_at != len(self._corpus.log):
            self._answers, self._answers_at = {}, len(self._corpus.log)
        key = (term, datetype, mindate, maxdate, f"{reldate}@{self._corpus.today}")
        if key not in self._answers:
            if len(self._answers) > 200:
                self._answers.clear()
            self._unknown = []
            found = evaluate(term, lambda: set(self._corpus.papers), self._term)
            self._not_found[term] = self._unknown
            self._answers[key] = sorted(self._dated(found, datetype or "edat", mindate, maxdate, reldate), reverse=True)
        return self._answers[key]

    def not_found(self, term: str) -> list[str]:
        """The parts of a query that matched nothing when it was last answered."""
        return self._not_found.get(term, [])

    def _dated(self, found: set[int], datetype: str, mindate: str, maxdate: str, reldate: str) -> set[int]:
        first, last = first_day(mindate), last_day(maxdate)
        if reldate.isdigit():
            first, last = self._corpus.today - timedelta(days=int(reldate)), _FAR
        if first is None or last is None:
            return found
        return found & self._between(_DATES.get(datetype, "edat"), first, last)

    def _between(self, attribute: str, first: date, last: date) -> set[int]:
        return {pmid for pmid, paper in self._corpus.papers.items() if first <= getattr(paper, attribute) <= last}

    def _term(self, term: str) -> set[int]:
        ranged = _RANGE.fullmatch(term.strip())
        if ranged:
            return self._ranged(ranged[1], ranged[3], _tag(ranged[4] or ranged[2]))
        tagged = _TAGGED.fullmatch(term.strip())
        value, tag = (tagged[1].strip(), _tag(tagged[2])) if tagged else (term, "")
        found = self._tagged(value, tag, '"' in term)
        if not found:
            self._unknown.append(value)
        return found

    def _ranged(self, low: str, high: str, tag: str) -> set[int]:
        if tag in ("uid", "pmid"):
            numbers = low.strip().isdigit() and high.strip().isdigit()
            return {pmid for pmid in self._corpus.papers if int(low) <= pmid <= int(high)} if numbers else set()
        first, last = first_day(low), last_day(high)
        return self._between(_DATES.get(tag, "pdat"), first, last) if first and last else set()

    def _tagged(self, value: str, tag: str, quoted: bool) -> set[int]:
        if tag in _DATES:
            first, last = first_day(value), last_day(value)
            return self._between(_DATES[tag], first, last) if first and last else set()
        readers: dict[str, Callable[[str], set[int]]] = {
            "sb": self._subset, "filter": self._subset, "uid": self._number, "pmid": self._number, "doi": self._doi, "aid": self._doi,
            "lid": self._doi, "si": self._trial, "pt": self._type, "ptyp": self._type, "mh": self._mesh, "mesh": self._mesh,
            "majr": self._mesh, "au": self._author, "la": lambda language: self._where(lambda paper: paper.language == language.lower()[:3]),
        }  # fmt: skip
        reader = readers.get(tag)
        if reader:
            return reader(value)
        return self._phrase(value) if quoted or len(words(value)) > 1 else self._word(value)

    def _where(self, holds: Callable[[Paper], bool]) -> set[int]:
        return {pmid for pmid, paper in self._corpus.papers.items() if holds(paper)}

    def _subset(self, value: str) -> set[int]:
        return set(self._corpus.papers) if value.lower() in ("all", "pubmed pmc", "medline") else self._type(value)

    def _number(self, value: str) -> set[int]:
        return {int(value)} & self._corpus.papers.keys() if value.isdigit() else set()

    def _doi(self, value: str) -> set[int]:
        return {paper.pmid for paper in self._corpus.with_doi(value)}

    def _trial(self, value: str) -> set[int]:
        number = value.rsplit("/", 1)[-1].upper()
        return self._where(lambda paper: number in paper.trials)

    def _type(self, value: str) -> set[int]:
        return self._where(lambda paper: any(value.lower() == name.lower() for name in paper.types))

    def _mesh(self, value: str) -> set[int]:
        return self._where(lambda paper: any(value.lower() == name.lower() for name in paper.mesh))

    def _author(self, value: str) -> set[int]:
        name = value.lower().split(" ")[0]
        return self._where(lambda paper: any(surname.lower() == name for surname, _ in paper.authors))

    def _word(self, value: str) -> set[int]:
        index = self._words()
        if value.endswith("*"):
            stem = value[:-1].lower()
            return set().union(*(pmids for word, pmids in index.items() if word.startswith(stem)))
        found = [index.get(word, set()) for word in words(value)]
        return set.intersection(*found) if found else set()

    def _phrase(self, value: str) -> set[int]:
        sought = " ".join(words(value))
        found = self._word(value)
        return {pmid for pmid in found if f" {sought} " in f" {' '.join(words(self._corpus.papers[pmid].text()))} "}

    def _words(self) -> dict[str, set[int]]:
        if self._index is None:
            self._index, self._seen = defaultdict(set), len(self._corpus.log)
            for paper in self._corpus.papers.values():
                self._enter(paper)
        for change in self._corpus.log[self._seen :]:
            for word in self._of.pop(change.pmid, ()):
                self._index[word].discard(change.pmid)
            if change.pmid in self._corpus.papers:
                self._enter(self._corpus.papers[change.pmid])
        self._seen = len(self._corpus.log)
        return self._index

    def _enter(self, paper: Paper) -> None:
        assert self._index is not None
        own = set(words(paper.text()))
        self._of[paper.pmid] = own
        for word in own:
            self._index[word].add(paper.pmid)


def title_words(paper: Paper) -> set[str]:
    """The words of a title, for bibliographic searches."""
    return set(words(plain(paper.title)))
