"""A printed contrast as an effect size: by its interval, else its standard error, else its test statistic, else its exact p value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kb.conversions import LOG_SCALED, Derived, from_interval, from_p, from_se, from_upper_limit, from_z
from kb.printed import Effect
from kb.refusals import NotConvertible, Reason
from kb.wording import in_per_cent

#: Measures of a contrast that are pooled by inverse variance.
POOLED_MEASURES = ("MD", "SMD", "RR", "OR", "RD", "HR", "IRR")
#: A test statistic beside a contrast, as papers print it. One of t is read with its degrees of freedom by the p value instead.
_Z = re.compile(r"(?<![\w-])z(?:[- ]?(?:score|value|statistic))?\s*(?:=|:|of)\s*([-−–]?\d+(?:[.·]\d+)?)", re.IGNORECASE)


def contrast_derived(e: Effect, parallel: bool) -> Derived:
    """The effect size of a printed contrast; `parallel` where two arms' sizes are known to be those of the contrast.

    Raises:
        NotConvertible: it cannot be made honestly.
    """
    measure, estimate = str(e["measure"]), float(e["estimate"])
    if measure not in POOLED_MEASURES:
        raise NotConvertible(Reason.MEASURE, f"{measure}; pooled are {', '.join(POOLED_MEASURES)}")
    sentence = str(e["sentence"])
    shares = in_per_cent(e["unit"], str(e["effect_quote"]), sentence)
    if measure == "MD" and e["unit"] is None and re.search(r"percentage[- ]point", sentence, re.IGNORECASE):
        raise NotConvertible(
            Reason.MIXED_SCALES, f"{estimate:g} percentage points may be a difference of shares, and is read as one of means"
        )
    made = _with_error(e, measure, estimate, parallel)
    return as_share(made, shares) if measure == "RD" else made


def turned_round(e: Mapping[str, Any], made: Derived) -> Derived:
    """The effect size of the first arm against the second, made of one that is printed of the second against the first."""
    said = f"printed of {e['arm_label'] or 'the comparator'} against {e['versus_label'] or 'the intervention'}, sign turned round"
    return replace(made, yi=-made.yi, derivation=f"{made.derivation}; {said}")


def as_share(made: Derived, per_cent: bool) -> Derived:
    """A risk difference as a difference of shares.

    Raises:
        NotConvertible: it is larger than shares can differ.
    """
    if per_cent:
        made = replace(made, yi=made.yi / 100, vi=made.vi / 1e4, derivation=f"{made.derivation}; per cent divided by 100")
    if abs(made.yi) > 1:
        raise NotConvertible(
            Reason.MIXED_SCALES, f"a risk difference of {made.yi:g} is no difference of shares, and no unit is printed with it"
        )
    return made


def _with_error(e: Effect, measure: str, estimate: float, parallel: bool) -> Derived:
    # Only of a trial's own contrast are two arms known; a pooled result is read with the normal quantile.
    n1, n2 = (e["arm_n"], e["versus_n"]) if parallel else (None, None)
    if e["ci_low"] is not None and e["ci_high"] is not None:
        return _of_interval(e, measure, estimate, n1, n2)
    if e["ci_high"] is not None and measure in LOG_SCALED:
        return from_upper_limit(measure, estimate, e["ci_high"], level=_level(e))
    if e["se"] is not None:
        return from_se(measure, estimate, e["se"])
    statistics = _Z.findall(str(e["sentence"]))
    if len(statistics) == 1 and str(e["sentence"]).count(e["printed"].get("estimate", "")) >= 1:
        return from_z(measure, estimate, float(re.sub("[−–]", "-", statistics[0]).replace("·", ".")))
    if e["p_value"] is not None:
        return from_p(measure, estimate, e["p_value"], e["p_operator"] or "=", n1=n1, n2=n2)
    raise NotConvertible(Reason.INTERVAL_MISSING, f"{measure} {estimate:g} stands alone")


def _of_interval(e: Effect, measure: str, estimate: float, n1: float | None, n2: float | None) -> Derived:
    first, low, high = (places(e, name) for name in ("estimate", "ci_low", "ci_high"))
    known = None if first is None or low is None or high is None else (first, low, high)
    made = from_interval(measure, estimate, e["ci_low"], e["ci_high"], level=_level(e), n1=n1, n2=n2, decimals=known)
    return (
        made
        if e["ci_level"] is not None
        else replace(made, assumptions=(*made.assumptions, "the interval is of 95%, which is not printed"))
    )


def _level(e: Effect) -> float:
    return 95.0 if e["ci_level"] is None else float(e["ci_level"])


def places(e: Effect, field: str) -> int | None:
    """Decimals of a number as printed; None where its print is not kept."""
    printed = e["printed"].get(field)
    if printed is None or "e" in printed.lower():
        return None
    return len(printed.replace("·", ".").replace(",", ".").partition(".")[2].strip())
