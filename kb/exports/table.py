"""The rows as CSV that metafor, meta, Stata, JASP, PyMARE, pandas and statsmodels load with no editing: docs/pooling.md has the calls."""

from __future__ import annotations

from kb.cells import csv_text
from kb.conversions import Counts, Mean
from kb.exports.package import Member, Package, Table
from kb.poolable import Row

#: Names of at most 32 letters (Stata); those of numbers are `escalc`'s.
COLUMNS = (
    "row_id", "study_id", "study", "year", "pmid", "doi", "nct_id", "population", "intervention", "comparator", "route", "cell_source", "dose",
    "outcome", "timepoint_days", "design", "subgroup", "arm1_id", "arm2_id", "shared_control_id", "measure", "scale", "direction", "ai", "bi", "ci",
    "di", "n1i", "n2i", "m1i", "sd1i", "m2i", "sd2i", "x1i", "t1i", "x2i", "t2i", "yi", "vi", "sei", "est", "est_lb", "est_ub", "ci_level", "pval",
    "pval_op", "ni", "derived", "derivation", "assumptions", "extractor", "confidence", "review_status", "retracted", "rob_overall",
    "source_section", "quote", "document", "level", "report", "kind", "unit", "url", "pool_set", "refused",
)  # fmt: skip
#: Fields of a row that stand under their own name.
_AS_THEY_ARE = (
    "row_id", "study_id", "study", "year", "pmid", "doi", "nct_id", "population", "intervention", "comparator", "route", "cell_source", "dose",
    "outcome", "timepoint_days", "design", "subgroup", "arm1_id", "arm2_id", "shared_control_id", "measure", "est", "est_lb", "est_ub", "ci_level",
    "pval", "pval_op", "ni", "confidence", "review_status", "source_section", "quote", "document", "level", "report", "kind", "unit", "url", "refused",
)  # fmt: skip


def export(p: Package) -> dict[str, bytes]:
    """A file for each outcome."""
    extractor = extractor_of(p.answer.library)
    return {f"{t.name}.csv": as_csv(t, extractor).encode() for t in p.tables}


def extractor_of(library: dict[str, object]) -> str:
    """The versions that read the documents, in one line."""
    versions = library.get("versions")
    return " ".join(f"{k} {v}" for k, v in versions.items()) if isinstance(versions, dict) else ""


def as_csv(table: Table, extractor: str = "") -> str:
    """UTF-8 without BOM, comma, header, LF; a missing value is an empty cell; numbers in full."""
    return csv_text(COLUMNS, (values(m, extractor) for m in table.members))


def values(m: Member, extractor: str) -> list[object]:
    """A row in the order of `COLUMNS`."""
    r, d = m.row, m.row.derived
    found: dict[str, object] = {name: getattr(r, name) for name in _AS_THEY_ARE}
    found |= _arms(r)
    if d is not None:
        found |= {"scale": d.scale, "yi": d.yi, "vi": d.vi, "sei": d.sei, "derived": 1, "derivation": d.derivation}
        found["assumptions"] = "; ".join(d.assumptions) or None
    found["direction"] = f"{r.better}_better" if r.better else None
    found |= {"extractor": extractor or None, "retracted": int(r.status == "retracted"), "pool_set": m.pool_set}
    return [found.get(name) for name in COLUMNS]


def _arms(r: Row) -> dict[str, object]:
    """Counts and means under the names of `escalc`; group 1 is the experimental one."""
    if r.arms is None:
        return {}
    one, two = r.arms.one, r.arms.two
    if isinstance(one, Counts) and isinstance(two, Counts):
        return {
            "ai": one.events, "bi": one.total - one.events, "ci": two.events, "di": two.total - two.events, "n1i": one.total, "n2i": two.total,
        }  # fmt: skip
    if isinstance(one, Mean) and isinstance(two, Mean):
        return {"m1i": one.mean, "sd1i": one.sd, "n1i": one.n, "m2i": two.mean, "sd2i": two.sd, "n2i": two.n}
    return {}
