"""From identifiers to records: which source knows a DOI, a PMID, a PMCID, a trial's number; and who says that there is no such thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from crawler.errors import ServiceError, Unanswered, Unreadable
from crawler.record import Identifiers, named
from crawler.sources.crossref import Crossref
from crawler.sources.doi import DoiOrg
from crawler.sources.europepmc import EuropePmc
from crawler.sources.idconv import IdConverter, Idtype
from crawler.sources.pubmed import PubMed
from crawler.sources.source import Answered, Lacking, Search, Source
from kb import ledger
from kb.harvesting import Harvest
from kb.ledger import Counts


@dataclass(slots=True)
class Resolver:
    """Asks one source after the other, the better record first. Nothing is guessed: what nobody knows is named."""

    harvest: Harvest
    pubmed: PubMed
    crossref: Crossref
    doi: DoiOrg
    europepmc: EuropePmc
    converter: IdConverter

    def resolve(self, texts: Sequence[str]) -> None:
        """Fetch what these identifiers name; each that cannot be had is named in the harvest's outcome."""
        names = [name for name in map(named, dict.fromkeys(texts)) if name is not None]
        self._take("pubmed", [v for s, v in names if s == "pmid"])
        self._trials([v for s, v in names if s == "registry"])
        for scheme, value in names:
            try:
                if scheme == "doi":
                    self._by_doi(value)
                elif scheme == "pmcid":
                    self._by_pmcid(value)
            except ServiceError as error:
                self._failed(value, error)

    def _take(self, source: str, ids: Sequence[str]) -> None:
        if ids:
            self.harvest.records(source, list(ids))

    def _trials(self, numbers: Sequence[str]) -> None:
        self._take("clinicaltrials", [n for n in numbers if n.startswith("NCT")])
        for number in numbers:
            if not number.startswith("NCT"):
                self._leave_out(number, "only registrations of ClinicalTrials.gov (NCT…) can be fetched.")

    def _by_doi(self, doi: str) -> None:
        """PubMed's record where it has one, Crossref's else; the abstract from Europe PMC where Crossref has none; doi.org has the last word."""
        found = self.pubmed.with_doi(doi)
        if found:
            self._take("pubmed", found)
            return
        given = next(iter(self.crossref.records([doi])), None)
        if isinstance(given, Answered):
            self._keep(self.crossref, given)
            if not self._has_abstract(self.crossref, given):
                self._from_europepmc(f'DOI:"{doi}"')
            return
        if given is not None and not given.gone:
            raise Unanswered(self.crossref.name, given.why)
        if not self.doi.exists(doi):
            self._leave_out(doi, "doi.org knows no such DOI. Check how it is spelt.")
            return
        other = next(iter(self.doi.records([doi])), None)
        if isinstance(other, Answered):
            self._keep(self.doi, other)
            self._from_europepmc(f'DOI:"{doi}"')
        else:
            self._leave_out(doi, other.why if other else "its agency gives no record.")

    def _by_pmcid(self, pmcid: str) -> None:
        names = self.converter.convert([pmcid], Idtype.PMCID).get(pmcid, Identifiers())
        if names.pmid:
            self._take("pubmed", [names.pmid])
        elif names.doi:
            self._by_doi(names.doi)
        elif not self._from_europepmc(f"PMCID:{pmcid}"):
            self._leave_out(pmcid, "neither the NCBI converter nor Europe PMC knows it.")

    def _from_europepmc(self, query: str) -> bool:
        ids = [item.id for item in self.europepmc.listing(Search(query, limit=1), None).items]
        self._take("europepmc", ids)
        return bool(ids)

    def full_texts(self, texts: Sequence[str]) -> None:
        """The open-access text of each of these papers that bears a PMCID, now that their records are stored."""
        found: set[str] = set()
        for scheme, value in filter(None, map(named, texts)):
            rows = self.harvest.library.db.execute(
                "SELECT pmcid FROM document WHERE pmcid IS NOT NULL AND id IN (SELECT document_id FROM document_identifier WHERE scheme = ? AND value = ?)",
                (scheme, value),
            )
            numbers = {str(row[0]) for row in rows}
            if not numbers and scheme != "registry":
                self._leave_out(value, "no full text: the paper has no PMCID, so it is not in PubMed Central.")
            found |= numbers
        self._take("europepmc_full_text", sorted(found))

    def _has_abstract(self, source: Source, given: Answered) -> bool:
        document = source.parse(given)
        return not isinstance(document, Unreadable) and document.text.strip() != document.title.strip()

    def _keep(self, source: Source, given: Answered | Lacking) -> None:
        self.harvest.outcome.parts += 1
        with self.harvest.counted("", source.name) as part:
            part.counts.asked = 1
            self._store(source, given, part.counts)

    def _store(self, source: Source, given: Answered | Lacking, counts: Counts) -> None:
        with self.harvest.library.transaction() as db:
            ledger.keep(db, source.name, None, [given], self.harvest.library.run, datetime.now(UTC), counts)

    def _failed(self, name: str, error: ServiceError) -> None:
        """One identifier that could not be looked for: a part of the run by itself, whatever became of the others."""
        self.harvest.outcome.parts += 1
        self.harvest.outcome.refused.append(error)
        self._leave_out(name, f"not fetched: {error}")

    def _leave_out(self, name: str, why: str) -> None:
        error = Unreadable(name, why)
        self.harvest.outcome.left_out.append(str(error))
        self.harvest.library.leave_out(error)
