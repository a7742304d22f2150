"""A local imitation of the literature services: real HTTP on 127.0.0.1, a corpus of invented papers, and faults on demand.

with Imitation(Corpus.generate(500, seed=1), Schedule().then("eutils.efetch", "429 x2")) as service:
    service.base("pubmed")      # the E-utilities' base address
    service.stats.count("eutils.efetch")
"""

from __future__ import annotations

from tests.imitation.answer import Settings
from tests.imitation.corpus import Corpus
from tests.imitation.faults import MIXED, Fault, Rule, Schedule
from tests.imitation.rates import Rates
from tests.imitation.seen import Seen, Statistics
from tests.imitation.server import Imitation

__all__ = ["MIXED", "Corpus", "Fault", "Imitation", "Rates", "Rule", "Schedule", "Seen", "Settings", "Statistics"]
