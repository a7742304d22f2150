"""Europe PMC's open-access full texts, asked for by hand: the paper's JATS, which then speaks for the document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from crawler.document import Document
from crawler.errors import SaidNo, Unreadable
from crawler.formats.given import Given
from crawler.formats.jats import Jats
from crawler.formats.pubmed_prolog import Refused, in_utf8
from crawler.http import Door, Service
from crawler.sources.europepmc import EuropePmc
from crawler.sources.source import Answered, Lacking, Listing, Search


class EuropePmcFullText:
    """Full texts by PMCID."""

    name = "europepmc_full_text"
    batch = 1

    def __init__(self, door: Door, service: Service) -> None:
        self._europepmc = EuropePmc(door, service)

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        """Full texts are not searched.

        Raises:
            SaidNo: always.
        """
        raise SaidNo(self.name, "full texts are asked for by PMCID, and cannot be searched here.")

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        """The full texts of these PMCIDs."""
        yield from (self._europepmc.full_text(pmcid) for pmcid in ids)

    def parse(self, answered: Answered) -> Document | Unreadable:
        """The document in a full text."""
        where = f"Europe PMC, full text of {answered.id}"
        try:
            text = b"".join(in_utf8([answered.body])).decode("utf-8")
        except Refused as error:
            return Unreadable(where, str(error))
        except UnicodeDecodeError as error:
            return Unreadable(where, f"it should be written in UTF-8, and is not from byte {error.start + 1} on.")
        found = next(iter(Jats().read(Given(text, where, answered.id))), None)
        return found if found is not None else Unreadable(where, "it holds no article.")
