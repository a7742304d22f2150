"""`counterclaim_audit`: do the printed numbers of an effect fit one another, and its words?"""

from __future__ import annotations

import re
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from crawler.quick_init import replace
from nlp.audit import audit_together
from nlp.components import state
from nlp.domain import entries
from nlp.grammar.sieve import Sieved

_BOOTSTRAPPED = Sieved(r"\bbootstrap|back-?transformed|log-?transformed", re.IGNORECASE)


@lru_cache(maxsize=1)
def _ranges() -> dict[str, tuple[float, float]]:
    """Lowest and highest value of the outcomes' scales."""
    return {e.id: tuple(e.details["range"]) for e in entries() if "range" in e.details}


@Language.component(
    "counterclaim_audit",
    requires=["doc._.counterclaim_effects", "doc._.counterclaim_study", "doc._.counterclaim_reading"],
    assigns=["doc._.counterclaim_effects"],
)
def audit(doc: Doc) -> Doc:
    """Flag, and flag only."""
    told = doc._
    effects, study, arms, reading = (
        told.counterclaim_effects,
        told.counterclaim_study,
        told.counterclaim_arms,
        told.counterclaim_reading,
    )
    sizes = tuple(a.n for a in arms if a.n)
    bootstrapped = any(_BOOTSTRAPPED.search(s.plain) for s in reading.sentences)
    findings = audit_together(effects, n_total=study.sample_size, n_arms=sizes, bootstrapped=bootstrapped, ranges=_ranges())
    told.set(state.EFFECTS, tuple(replace(e, audit=f) if f else e for e, f in zip(effects, findings, strict=True)))
    return doc
