"""Services that records come from: one file each behind one protocol, and one line in SOURCES."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crawler.http import Door, Service
from crawler.sources.clinicaltrials import ClinicalTrials
from crawler.sources.crossref import Crossref
from crawler.sources.doi import DoiOrg
from crawler.sources.europepmc import EuropePmc
from crawler.sources.full_text import EuropePmcFullText
from crawler.sources.pubmed import PubMed
from crawler.sources.source import Source

#: In the order in which what they gave is read: the better record of a paper first. The second name is that of the service asked.
SOURCES: Mapping[str, tuple[str, Callable[[Door, Service], Source]]] = {
    "pubmed": ("pubmed", PubMed),
    "clinicaltrials": ("clinicaltrials", ClinicalTrials),
    "europepmc": ("europepmc", EuropePmc),
    "europepmc_full_text": ("europepmc", EuropePmcFullText),
    "crossref": ("crossref", Crossref),
    "doi": ("doi", DoiOrg),
}


def open_sources(door: Door, services: Mapping[str, Service]) -> dict[str, Source]:
    """Every source, over these services."""
    return {name: make(door, services[service]) for name, (service, make) in SOURCES.items()}
