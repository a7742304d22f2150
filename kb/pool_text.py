"""A pooled estimate for people and for programs. Ratios are shown as ratios; what is stored stays on the log scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from kb.answer import Answer, OutcomeAnswer
from kb.poolable import Row
from kb.pooling import Model, Pooled
from kb.refusals import CannotPool
from kb.synthesis import SIDES, Choice, Synthesis, nothing_pooled, sides_of

_MODELS = {
    Model.FE: "fixed-effect",
    Model.DL: "random effects, DerSimonian-Laird, normal interval",
    Model.REML: "random effects, REML, normal interval",
    Model.HKSJ: "random effects, REML, interval by Hartung, Knapp, Sidik and Jonkman",
    Model.HKSJ_ADHOC: "random effects, REML, interval by Hartung, Knapp, Sidik and Jonkman, never narrower than the normal one",
}
COLUMNS = ("kind", "name", "k", "measure", "scale", "yi", "sei", "estimate", "ci_lb", "ci_ub", "weight", "told")


def outcome_of(found: Answer, asked: str | None) -> OutcomeAnswer:
    """The outcome to pool: the one that is named, or the only one.

    Raises:
        CannotPool: there is none, or more than one.
    """
    if not found.outcomes:
        raise CannotPool("No claim in this library answers that, so there is nothing to pool. Ask more widely, or add more papers.")
    there = list(dict.fromkeys(o.outcome for o in found.outcomes))
    fit = list(found.outcomes)
    if asked is not None:
        fit = [o for o in fit if o.outcome.casefold() == asked.casefold()] or [
            o for o in fit if asked.casefold() in o.outcome.casefold()
        ]
    listed = f"{', '.join(there[:12])}{' …' if len(there) > 12 else ''}"
    if not fit:
        raise CannotPool(f"No outcome of this answer is called {asked}; there are {listed}.")
    if len(fit) > 1 and len({o.outcome for o in fit}) == 1:
        if len({o.better for o in fit}) > 1:
            raise CannotPool(f"{fit[0].outcome} is better higher in some papers and lower in others: they are not one outcome.")
        raise CannotPool(
            f"{fit[0].outcome} stands {len(fit)} times in this answer, against unlike comparators or of unlike treatments: name both in the question."
        )
    if len(fit) > 1:
        raise CannotPool(f"The answer has {len(there)} outcomes: {listed}. Choose one with --outcome.")
    return fit[0]


def shown(value: float, scale: str) -> float:
    """A value back on the printed scale."""
    return math.exp(value) if scale == "log" else value


def number(value: float) -> str:
    """Three significant digits, at least two decimals.

    >>> number(-5.12), number(0.00123), number(123.456)
    ('-5.12', '0.00123', '123.46')
    """
    if value == 0 or not math.isfinite(value) or abs(value) >= 0.1:
        return f"{value:.2f}"
    return f"{value:.3g}"


def with_interval(p: Pooled, scale: str) -> str:
    """The estimate with its interval."""
    return f"{number(shown(p.estimate, scale))} [{number(shown(p.ci_lb, scale))}, {number(shown(p.ci_ub, scale))}]"


def _own(r: Row) -> str:
    if r.derived is None:
        return ""
    low, high = r.derived.interval()
    return f"{number(shown(r.derived.yi, r.derived.scale))} [{number(low)}, {number(high)}]"


def p_value(p: float) -> str:
    """`p = 0.012`, or `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def text(s: Synthesis, *, width: int = 100) -> str:
    """Everything that is to be known of a pooled estimate, in lines."""
    unit = f" in {s.unit}" if s.unit and s.measure == "MD" else ""
    better = f", {s.better} is better" if s.better else ""
    name = max((len(r.study) for r in s.rows), default=5)
    name = min(name, max(20, width - 50))
    lines = [f"{s.outcome}: {s.measure}{unit}, {sides_compared(s.rows)}{better}; trials only", ""]
    lines += [
        f"  {r.study[:name]:<{name}}  {r.year or '':>4}  {_own(r):<28} {w:5.1f}%"
        for r, w in zip(s.rows, s.pooled.weights, strict=True)
    ]
    lines += ["", *(f"  {line}" for line in estimate_lines(s))]
    for g in s.groups:
        lines.append(f"  {g.name}: {with_interval(g.pooled, s.scale)}, k = {g.pooled.k}")
    if s.difference:
        d = s.difference
        lines.append(f"  Subgroups differ? Q = {d.q:.2f}, df = {d.df}, {p_value(d.p)}")
    lines += ["", *(f"  {line}" for line in silence_lines(s))]
    lines += [f"  Handled: {h}." for h in s.handled]
    assumed = sorted({f"{r.row_id}: {a}" for r in s.rows if r.derived for a in r.derived.assumptions})
    lines += [f"  Assumed, {a}." for a in assumed]
    if s.beside:
        lines += ["", "  Beside these, pooled by others and not among them:"]
        lines += [f"    {r.study[:60]}: {f'{r.measure} {_own(r)}' if r.derived else 'no number'}" for r in s.beside]
    return "\n".join(line.rstrip() for line in lines)


def sides_compared(rows: Sequence[Row]) -> str:
    """Which side is group 1, and which group 2: "A against B"."""
    of, versus = (sorted({name for r in rows if (name := getattr(r, side))}) for side in ("intervention", "comparator"))
    return " against ".join(f"{' / '.join(x[:2])}{' …' if len(x) > 2 else ''}" if x else "what is not named" for x in (of, versus))


def estimate_lines(s: Synthesis) -> list[str]:
    """The estimate, the prediction interval, the heterogeneity and how far one study moves it."""
    p = s.pooled
    test = f"t({p.df}) = {p.statistic:.2f}" if p.df else f"z = {p.statistic:.2f}"
    lines = [
        f"Pooled: {s.measure} {with_interval(p, s.scale)} ({p.level:g}% interval), {test}, {p_value(p.p)}; k = {p.k}, {_MODELS[p.model]}"
    ]
    if p.pi_lb is not None and p.pi_ub is not None and p.k > 2:
        by = f"t({p.df})" if p.df else "normal"
        lines.append(f"Prediction interval ({by}): {number(shown(p.pi_lb, s.scale))} to {number(shown(p.pi_ub, s.scale))}")
    elif p.model is not Model.FE:
        lines.append("Prediction interval: none is shown for fewer than three studies")
    basis = "from Q" if p.model is Model.FE else "from tau²"
    lines.append(f"Heterogeneity: tau² = {p.tau2:.4g}, I² = {p.i2:.1f}% ({basis}), Q = {p.q:.2f}, df = {p.q_df}, {p_value(p.q_p)}")
    if s.small_studies:
        e = s.small_studies
        lines.append(f"Small studies (Egger's test): intercept {e.intercept:.2f}, t({e.df}), {p_value(e.p)}")
    if s.without_each:
        low, high = (pick(s.without_each, key=lambda x: x.estimate) for pick in (min, max))
        names = [s.rows[s.without_each.index(x)].study[:50] for x in (low, high)]
        lines.append(
            f"Leaving one out: {number(shown(low.estimate, s.scale))} (without {names[0]}) to {number(shown(high.estimate, s.scale))} (without {names[1]})"
        )
    return lines


def silence_lines(s: Synthesis) -> list[str]:
    """How many of the studies that measured it are in the estimate, and which way the others point: abstracts print what was significant."""
    mute, others = [x for x in s.silent if x.measure is None], [x for x in s.silent if x.measure is not None]
    told = f"{_studies(s)} of {s.measured} studies that measured it; {len(mute)} gave no poolable number{sides_of(mute)}"
    if others:
        told += f"; {len(others)} gave another measure{sides_of(others)}"
    return [told, *(f"  {x.study[:60]}: {SIDES.get(x.direction, x.direction)}; {x.why}" for x in s.silent)]


def _studies(s: Synthesis) -> int:
    return len({r.study_id for r in s.rows})


def flat(s: Synthesis) -> list[dict[str, object]]:
    """Rows for a pipe: the studies, the estimate, subgroups, the estimate without each, and the studies that are not in it."""
    blank: dict[str, object] = dict.fromkeys(COLUMNS)
    blank |= {"measure": s.measure, "scale": s.scale}

    def estimate(kind: str, name: str, p: Pooled) -> dict[str, object]:
        ends = (shown(x, s.scale) for x in (p.estimate, p.ci_lb, p.ci_ub))
        return (
            blank
            | {"kind": kind, "name": name, "k": p.k, "yi": p.estimate, "sei": p.sei}
            | dict(zip(("estimate", "ci_lb", "ci_ub"), ends, strict=True))
        )

    found = []
    for r, w in zip(s.rows, s.pooled.weights, strict=True):
        if r.derived is not None:
            low, high = r.derived.interval()
            own = {"estimate": shown(r.derived.yi, s.scale), "ci_lb": low, "ci_ub": high, "yi": r.derived.yi, "sei": r.derived.sei}
            found.append(blank | own | {"kind": "study", "name": r.study, "weight": w, "told": r.derived.derivation})
    found.append(estimate("pooled", str(s.pooled.model), s.pooled) | {"told": "; ".join(estimate_lines(s)[1:])})
    found += [estimate("subgroup", g.name, g.pooled) for g in s.groups]
    found += [estimate("without", r.study, p) for r, p in zip(s.rows, s.without_each, strict=False)]
    found += [blank | {"kind": "not pooled", "name": x.study, "told": f"{x.direction}; {x.why}"} for x in s.silent]
    found += [blank | {"kind": "beside", "name": r.study, "told": r.refused} for r in s.beside]
    return found


def as_json(s: Synthesis) -> dict[str, Any]:
    """The whole synthesis; estimates on the analysis scale that `scale` names."""
    return {
        "contract": 1,
        "outcome": s.outcome,
        "better": s.better,
        "measure": s.measure,
        "scale": s.scale,
        "unit": s.unit,
        "pooled": _finite(s.pooled),
        "studies": [row_json(r) | {"weight": w} for r, w in zip(s.rows, s.pooled.weights, strict=True)],
        "without_each": [{"without": r.row_id, **_finite(p)} for r, p in zip(s.rows, s.without_each, strict=False)],
        "subgroups": [{"name": g.name, "rows": [r.row_id for r in g.rows], "pooled": _finite(g.pooled)} for g in s.groups],
        "difference": asdict(s.difference) if s.difference else None,
        "measured": s.measured,
        "in_estimate": _studies(s),
        "not_pooled": [asdict(x) for x in s.silent],
        "beside": [row_json(r) for r in s.beside],
        "handled": list(s.handled),
        "small_studies": asdict(s.small_studies) if s.small_studies else None,
    }


def nothing_as_json(rows: Sequence[Row], choice: Choice, why: str) -> dict[str, Any]:
    """What is told where nothing could be pooled: who measured it, and which way they point."""
    measured, silent = nothing_pooled(rows, choice)
    return {
        "contract": 1,
        "outcome": rows[0].outcome if rows else None,
        "pooled": None,
        "why": why,
        "measured": measured,
        "in_estimate": 0,
        "not_pooled": [asdict(x) for x in silent],
        "beside": [row_json(r) for r in rows if r.level == "pooled"],
    }


def _finite(p: Pooled) -> dict[str, Any]:
    """As JSON can hold it: a test statistic over a standard error of 0 is no number."""
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in asdict(p).items()}


def row_json(r: Row) -> dict[str, Any]:
    """One row: printed and derived numbers apart."""
    d = r.derived
    made = None if d is None else {
        "measure": d.measure, "scale": d.scale, "yi": d.yi, "vi": d.vi, "sei": d.sei, "derivation": d.derivation, "assumptions": list(d.assumptions),
    }  # fmt: skip
    printed = {k: getattr(r, k) for k in ("measure", "est", "est_lb", "est_ub", "ci_level", "pval", "pval_op", "unit")}
    kept = (
        "row_id",
        "study",
        "document",
        "year",
        "level",
        "report",
        "outcome",
        "timepoint_days",
        "comparator",
        "route",
        "subgroup",
        "direction",
        "quote",
        "url",
        "shared_control_id",
        "numbers",
    )
    return {k: getattr(r, k) for k in kept} | {"printed": printed, "derived": made, "refused": [str(x) for x in r.refusals]}
