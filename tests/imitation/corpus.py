"""The papers and trials behind all imitated services, and what may happen to them while a service runs.

One lock guards a corpus; a service holds it while it answers. Each change makes new values and is kept in `log`, out of which the
update files are made.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.imitation.paper import About, Notice, Paper, Trial

TODAY = date(2026, 11, 20)
_NOTICE_TITLES = {"retraction": "Retraction: {}", "concern": "Expression of Concern: {}", "correction": "Correction to: {}"}
_NOTICE_TYPES = {"retraction": "Retraction Notice", "concern": "Expression of Concern", "correction": "Published Erratum"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the day on which it was made public, and the record as it was then (None: deleted)."""

    day: date
    pmid: int
    paper: Paper | None


class Corpus:
    """Papers by PMID and trials by NCT number, with a clock of their own (`today`)."""

    def __init__(self, papers: Iterable[Paper] = (), trials: Iterable[Trial] = (), today: date = TODAY) -> None:
        self.lock = threading.RLock()
        self.today = today
        self.papers = {paper.pmid: paper for paper in sorted(papers, key=lambda paper: paper.pmid)}
        self.trials = {trial.nct: trial for trial in trials}
        self.first = tuple(self.papers.values())
        self.log: list[Change] = []
        self.aliases: dict[str, str] = {}
        #: DOI -> `trap`, `loop` or the address that doi.org forwards to.
        self.special_dois: dict[str, str] = {}
        self._dois: dict[str, list[int]] = defaultdict(list)
        for paper in self.first:
            self._know_doi(paper)

    @classmethod
    def generate(cls, records: int = 100, seed: int = 1, **plan: Any) -> Corpus:
        """A corpus of invented papers, the same for the same arguments; see `generate.Plan` for what can be asked for."""
        from tests.imitation.generate import Plan, generate

        return generate(Plan(records=records, seed=seed, **plan))

    def _know_doi(self, paper: Paper) -> None:
        for doi in {paper.doi.lower(), paper.registered_doi.lower()} - {""}:
            if paper.pmid not in self._dois[doi]:
                self._dois[doi].append(paper.pmid)

    def with_doi(self, doi: str) -> list[Paper]:
        """The papers of a DOI, in any case of letters; several where a DOI is shared."""
        return [self.papers[pmid] for pmid in self._dois.get(doi.lower(), ()) if pmid in self.papers]

    def named(self, name: str) -> Paper:
        """The odd record of this name."""
        return next(paper for paper in self.papers.values() if paper.name == name)

    def _put(self, paper: Paper) -> Paper:
        self.papers[paper.pmid] = paper
        self._know_doi(paper)
        self.log.append(Change(self.today, paper.pmid, paper))
        return paper

    def add(self, back_dated: int = 0, **fields: Any) -> Paper:
        """A new paper, whose entry and modification days lie `back_dated` days before today. What is not given is invented."""
        from tests.imitation.generate import one_more

        with self.lock:
            day = self.today - timedelta(days=back_dated)
            paper = one_more(self, day)
            return self._put(replace(paper, **fields))

    def revise(self, pmid: int, back_dated: int = 0, **fields: Any) -> Paper:
        """Another state of a paper, its modification day `back_dated` days before today; without fields its results are told anew."""
        from tests.imitation.generate import told_anew

        with self.lock:
            paper, day = self.papers[pmid], self.today - timedelta(days=back_dated)
            fields = fields or {"abstract": told_anew(paper, len(self.log))}
            return self._put(replace(paper, mdat=day, indexed=self.today, **fields))

    def delete(self, pmid: int) -> None:
        """Take a record away: it is no longer found or given, and the update files say so."""
        with self.lock:
            del self.papers[pmid]
            self.log.append(Change(self.today, pmid, None))

    def retract(self, pmid: int, where: str = "pubmed", back_dated: int = 0) -> Notice:
        """Retract a paper: at `pubmed`, at `crossref` alone (PubMed's record stays as it is), or at `both`."""
        return self._notify("retraction", pmid, where, back_dated)

    def concern(self, pmid: int, where: str = "both", back_dated: int = 0) -> Notice:
        """An expression of concern about a paper."""
        return self._notify("concern", pmid, where, back_dated)

    def correct(self, pmid: int, where: str = "both", back_dated: int = 0) -> Notice:
        """A correction of a paper."""
        return self._notify("correction", pmid, where, back_dated)

    def _notify(self, kind: str, pmid: int, where: str, back_dated: int) -> Notice:
        places = ("pubmed", "crossref") if where == "both" else (where,)
        with self.lock:
            day = self.today - timedelta(days=back_dated)
            paper = self.papers[pmid]
            notice, own = notice_of(paper, kind, places, day, max(self.papers, default=0) + 1)
            if own is not None:
                self._put(own)
            noticed = with_notice(paper, notice)
            if "pubmed" in places:
                self._put(replace(noticed, mdat=day, indexed=self.today))
            else:
                self.papers[pmid] = replace(noticed, indexed=self.today)
            return notice

    def alias(self, pmid: int, doi: str) -> None:
        """Another DOI that leads to a paper: doi.org forwards it, Crossref answers 404."""
        self.aliases[doi.lower()] = self.papers[pmid].doi

    def retracted(self, where: str) -> set[int]:
        """The PMIDs of papers retracted at `pubmed`, or at `crossref`."""
        return {
            paper.pmid
            for paper in self.papers.values()
            for notice in paper.notices
            if notice.kind == "retraction" and where in notice.where
        }

    def add_trial(self, back_dated: int = 0, **fields: Any) -> Trial:
        """A new registration, posted `back_dated` days before today."""
        from tests.imitation.generate import one_more_trial

        with self.lock:
            trial = replace(one_more_trial(self, self.today - timedelta(days=back_dated)), **fields)
            self.trials[trial.nct] = trial
            return trial

    def revise_trial(self, nct: str, back_dated: int = 0, **fields: Any) -> Trial:
        """Another state of a registration, its last update `back_dated` days before today."""
        with self.lock:
            fields.setdefault("updated", self.today - timedelta(days=back_dated))
            self.trials[nct] = replace(self.trials[nct], **fields)
            return self.trials[nct]

    def delete_trial(self, nct: str) -> None:
        """Take a registration away."""
        with self.lock:
            del self.trials[nct]


def notice_of(paper: Paper, kind: str, where: tuple[str, ...], day: date, next_pmid: int) -> tuple[Notice, Paper | None]:
    """A notice about a paper, and the notice's own PubMed record where PubMed knows of it."""
    doi = f"10.5555/notice.{kind[:3]}.{paper.pmid}"
    sources = ("publisher", "retraction-watch") if paper.pmid % 2 else ("retraction-watch",)
    pmid = next_pmid if "pubmed" in where else 0
    notice = Notice(kind, day, doi, pmid, where, sources if kind == "retraction" else ("publisher",))
    if not pmid:
        return notice, None
    about = About(kind, paper.pmid, paper.registered_doi, day, where)
    own = Paper(
        pmid, _NOTICE_TITLES[kind].format(paper.title), day, day, day, journal=paper.journal, doi=doi, authors=paper.authors,
        mesh=paper.mesh, types=(_NOTICE_TYPES[kind],), about=(about,), indexed=day,
    )  # fmt: skip
    return notice, own


def with_notice(paper: Paper, notice: Notice) -> Paper:
    """The paper as it stands after the notice."""
    types = paper.types
    if notice.kind == "retraction" and "pubmed" in notice.where:
        types = (*types, "Retracted Publication")
    return replace(paper, types=types, notices=(*paper.notices, notice))
