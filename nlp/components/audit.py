"""`counterclaim_audit`: do the printed numbers of an effect fit one another, and its words?"""

from __future__ import annotations

import re
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from nlp.audit import audit_together
from nlp.components import state
from nlp.domain import entries


@Language.component(
    "counterclaim_audit",
    requires=["doc._.counterclaim_effects", "doc._.counterclaim_study"],
    assigns=["doc._.counterclaim_effects"],
)
def audit(doc: Doc) -> Doc:
    """Flag, and flag only."""
    effects, study, arms = doc._.counterclaim_effects, doc._.counterclaim_study, doc._.counterclaim_arms
    sizes = tuple(a.n for a in arms if a.n)
    bootstrapped = re.search(r"\bbootstrap|back-?transformed|log-?transformed", doc.text, re.IGNORECASE) is not None
    ranges = {e.id: tuple(e.details["range"]) for e in entries() if "range" in e.details}
    findings = audit_together(effects, n_total=study.sample_size, n_arms=sizes, bootstrapped=bootstrapped, ranges=ranges)
    doc._.set(state.EFFECTS, tuple(replace(e, audit=f) for e, f in zip(effects, findings, strict=True)))
    return doc
