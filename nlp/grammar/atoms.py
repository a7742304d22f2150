"""The smallest printed parts of a result: an interval, a p value, a count of a total, a mean with its spread, a time, a dose.

Text comes in one spelling (`characters.in_one_spelling`). Kinds are read in the order of `READERS`; what one has read, none after it
reads again, so that the 95 of "95% CI" is never a percentage and the 6 of "mRS 0–6" never a result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, reduce
from operator import or_

from nlp.claim import Measure
from nlp.grammar.as_results import as_results
from nlp.grammar.atom import Atom, AtomKind
from nlp.grammar.number import NUMBER, WORD_NUMBER, number_value
from nlp.grammar.sieve import READ, Look, Sieved, look_at, taken_out

_BOUND = rf"{NUMBER}(?:\s?%|\s?(?:percent|points?|mm\s?Hg|seconds|minutes|mm|cm|m|kg|ml|mL|months?|days?|years?|weeks?|h|min|s)\b)?"
_SEP = r"(?:\s*(?:\bto\b|\band\b|\bthrough\b|–|;|/|~|\|)\s*|\s*,\s*)"


_OPERATORS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "⩽": "<=", "⩾": ">="}

_EXPONENT = r"(?:\s?[x×*·]\s?10\s?(?:\^\s?|\()?\s?\(?[-+–]?\d{1,2}\)?|\s?[eE][-+–]?\d{1,2}(?![\w]))"
_CELLS = r"(?:\s?(?:[A-Za-z0-9-]{1,12}\s)?cells?\b)?(?:\s?/\s?(?:kg|disc|knee|eye|mL|ml|patient)\b)?"
_DOSE = Sieved(
    rf"{NUMBER}(?=\s?(?:[x×*µμgul]|bi|iu|m[cgilm]|[np][gm]))(?:\s?[x×*]\s?10\s?\^?\(?\d{{1,2}}\)?{_CELLS}(?:\s?\(?±\s?{NUMBER}\s?[x×]\s?10\^?\d+\)?)?"
    rf"|\s(?:million|billion|milliard)\s?(?:[A-Za-z-]{{2,12}})?{_CELLS}"
    rf"|\s?(?:mg|µg|μg|mcg|g|IU|U|mL|ml|l|Gy|mmol|nmol|µmol|units?)(?:\s?/\s?(?:kg|day|d|m2|m²|week|h|hour|dose|min))*\b(?!\s?/\s?(?:dl|dL|L|ml))"
    rf"|\s?(?:mg|µg|μg|ng|pg|mmol|nmol|pmol|U|IU)\s?/\s?(?:dl|dL|l|L|ml|mL)\b)",
    re.IGNORECASE,
)
_LAB_UNIT = re.compile(r"/\s?(?:dl|l|ml)\b|\bml\s?/\s?min", re.IGNORECASE)

_CI_WORD = r"(?:(?:confidence|credible|credibility|uncertainty|prediction)\s+(?:interval|limit)s?(?:\s*[\[(]\s?(?:CI|CrI|CL|UI)s?\s?[\])]|,\s?(?:CI|CrI)\b)?|C\.?I\.?s?\b|CrI\b|CL\b|HDI\b|UI\b)"
_LEVEL = r"(?:(?P<level>\d{2}(?:\.\d)?)\s?(?:%|percent|per cent)?[\s-]*)?"
_CI = Sieved(
    rf"{_LEVEL}{_CI_WORD}(?:\s?(?P<level2>\d{{2}})\s?%)?[\s:,;=\[(]*(?:of\s+|from\s+|between\s+|was\s+|is\s+|ranged?\s+from\s+|range\s+)?[\s\[(]*"
    rf"(?P<low>{_BOUND}){_SEP}(?P<high>{_BOUND})",
    re.IGNORECASE,
)
#: "(RR [95% CI] = 0.64 [0.35, 1.16])", "MD (95% CI) 3.2 (1.1 to 5.3)": the words come before the estimate, the bounds after it.
_HEADER = Sieved(rf"[\[(,;]?\s?{_LEVEL}{_CI_WORD}\s?[\])]?(?=\s*[=:,]?\s*(?:(?:by|of|was|were)\s)?{NUMBER})", re.IGNORECASE)
_P = Sieved(
    rf"(?<![\w])p(?:[\s-]?values?|s)?(?:\s*(?:for|of)\s+(?:the\s+)?(?:linear\s+)?(?:trend|interaction|difference|heterogeneity|subgroup difference|noninferiority|non-inferiority|superiority))?"
    rf"(?:\s*\[?\([^()]{{0,24}}\)\]?)?\s*(?P<op><=|>=|=<|=>|<|>|=|≤|≥|:|\bof\b|\bwas\b|\bwere\b|\bless than\b|\bgreater than\b|\bbelow\b)\s*(?P<op2><|>|≤|≥)?\s*"
    rf"(?P<value>10\s?\^?[-–]\d+|(?:\d+(?:[.,]\d+)?|\.\d+){_EXPONENT}?)",
    re.IGNORECASE,
)
_P_NS = Sieved(r"(?<!\w)p\s*[=:]?\s*n\.?s\.?(?!\w)", re.IGNORECASE)
_I2 = Sieved(
    r"\bI\s?\^?[2²]?\s?(?:statistic|test)?\s*[=:,]?\s*(?:of\s|was\s)?\s*(?P<value>\d+(?:\.\d+)?)\s?%|\bI[2²]\s*[=:]\s*(?P<value2>\d+(?:\.\d+)?)"
)
_TAU2 = Sieved(r"(?:\b[Tt]au|τ)\s?\^?[2²]\s*[=:]\s*(?P<value>\d*\.?\d+)")
_CHI = Sieved(
    r"(?:\b[Cc]hi|χ)\s?\^?[2²]\s*(?:\(\d+\))?\s*[=:]\s*\d*\.?\d+|\b[tFzZQ]\s?(?:\(\d+(?:,\s?\d+)?\)|\d{1,4}(?:[.,]\d{1,4})?)?\s*=\s*[-+]?\d*\.?\d+|\bdf\s*=\s*\d+|\b[Rr][²2]\s*=\s*\d*\.?\d+"
)
_N = Sieved(r"\b[nN]\s?[=:]\s?(?P<value>\d{1,3}(?:,\d{3})+(?!\d)|\d++(?!,\d{3}))(?!\s?[–/.]\s?\d)")
_VALUE_UNIT = r"(?:%|mm\s?Hg|mmol/[lL]|mg/d[lL]|g/d[lL]|mm|cm|m|kg|g|points?|mL|ml|s|sec|seconds|min|minutes|years?|days?|weeks?|months?|h|hours|dB|letters|percent)"
_PLUS_MINUS = Sieved(
    rf"(?P<value>{NUMBER})\s{{0,9}}(?P<unit1>{_VALUE_UNIT})?(?![\w])\s{{0,9}}[(\[]?\s?(?:±|\+/-|\+/–|\+-|\+ or -)\s{{0,9}}(?P<spread>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:\s?[)\]](?P<unit3>\s?{_VALUE_UNIT}(?![\w/]))?)?(?P<unit2>\s?%)?"
)
#: "13.83, SD = 2.54", "36.3 [SD 0.4]", "3.9 points (SE 0.7)".
_NAMED_SPREAD = Sieved(
    rf"(?P<value>{NUMBER})\s?(?P<unit1>{_VALUE_UNIT})?(?![\w])\s?[,(\[]\s?(?P<word>SD|SE|SEM|S\.D\.|S\.E\.|s\.d\.|standard deviation|standard error)\s?[=:,]?\s?±?\s?(?P<spread>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<unit2>\s?%)?\s?[)\]]?"
)
_FRACTION = Sieved(
    rf"(?P<events>(?<![\w.,/])(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{1,9}})|\b(?:{WORD_NUMBER}|none|no)\b)\s?(?P<sep>/|(?:patients?\s|participants?\s|subjects?\s|cases?\s|eyes?\s)?(?:out\s)?of\s(?:the\s|all\s|its\s|these\s)?)\s?(?P<total>\d{{1,3}}(?:,\d{{3}})+(?![\d.]\d|\d|,\d)|\d{{1,9}}(?!\d|[\d.,]{{0,9}}[.,]\d)|\b{WORD_NUMBER}\b)(?!\s?(?:/|%|years|studies|trials))",
    re.IGNORECASE,
)
_TIME_UNIT = r"(?:hours?|hrs?|days?|weeks?|wks?|months?|mos?|years?|yrs?)"
_TIME_NUMBER = rf"(?:\d++(?:\.\d++)?|(?:{WORD_NUMBER}))"
_TIME = Sieved(
    # Most numbers are told from times by the first letter behind them.
    rf"\b(?={_TIME_NUMBER}[-\s]{{0,2}}[,&–(adhmotwy])(?P<list>{_TIME_NUMBER}(?:-|\s)?(?:,\s?{_TIME_NUMBER}(?:-|\s)?)*(?:,?\s?(?:and|or|to|–|&)\s?{_TIME_NUMBER})?)[-\s]?(?:\(s\))?(?P<unit>{_TIME_UNIT})\b"
    rf"|\b(?P<unit2>day|week|month|year|visit month|(?<![/\w])(?-i:[DWM])(?=[\s-]?\d))s?[\s-]?(?P<list2>\d+(?:,\s?\d+)*(?:,?\s?(?:and|or|to|–|&)\s?\d+)?)\b(?!\s?(?:%|mg|\.\d))"
    r"|\b(?P<one>a|one|half a)[-\s](?P<unit3>year|month|week|day)\b",
    re.IGNORECASE,
)
_CALENDAR = Sieved(
    r"\b(?:(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?\s(?:\d{1,2}(?!\d)(?:st|nd|rd|th)?,?(?:\s(?:19|20)\d\d)?|(?:19|20)\d\d)"
    r"|\d{1,2}\s(?:January|February|March|April|May|June|July|August|September|October|November|December)(?:\s(?:19|20)\d\d)?)|\b(?:19|20)\d\d(?!\.\d\d)(?:\.\d)?(?:\s?[–/]\s?(?:19|20)\d\d(?:\.\d)?)?\b(?!\s?%)"
)
_AGE = Sieved(
    rf"\b(?:(?:mean|median|average)\s)?(?:age|aged|ages)\b[\w\s,]{{0,18}}?[\[(]?(?:range\s)?[\[(:]?\s?{NUMBER}(?:\s?(?:±|–|to|and|SD)\s?{NUMBER})?(?:\s?(?:years?|y|yrs?)\b)?(?:\s?[\[(](?:range\s|SD\s)?{NUMBER}\s?(?:–|to)?\s?(?:{NUMBER})?[\])])?"
    rf"|{NUMBER}(?:\s?(?:–|to)\s?{NUMBER})?[-\s](?:years?|year-old|yr)[-\s](?:old|of age)\b|\(\s?{NUMBER}\s?–\s?{NUMBER}\s?(?:years?|y|yr)\.?(?:\sold)?\s?\)",
    re.IGNORECASE,
)
_LIMIT = Sieved(
    rf"(?:≤|≥|<=|>=|<|>)\s?{NUMBER}(?:\s?(?:%|percent|mm|cm|m|kg|years?|months?|points?|mg|ml|mL)\b)?"
    rf"|\b(?:at least|at most|more than|less than|up to|no more than|greater than|fewer than|below|above|exceeding)\s{NUMBER}(?:\s?%)?(?:/\d+)?",
    re.IGNORECASE,
)
_RATIO_ALLOCATION = Sieved(r"(?<![\w.-])\d+\s?:\s?\d+(?:\s?:\s?\d+)*\b(?!\.\d)")
_NOISE_WORDS = (
    r"(?:grades?|phases?|periods?|stages?|levels?|types?|class|classes|degree|scores?\sof|score|criteria|version|stata|revman|spss|sas|figure|table|quarter|arm|group|cohort|step|study|trial)\s?(?:I{1,3}V?|IV|V|\d+(?:\.\d+)?)(?:\s?(?:–|/|,|or|and|to)\s?(?:I{1,3}V?|IV|V|\d+(?:\.\d+)?))*(?![\w.]*%)\b"
    rf"|(?:mRS|EDSS|NIHSS|NYHA|ASA|ECOG|VAS|GCS|ASIA|AIS|mRankin)\s?(?:scores?\s?(?:of\s)?)?{NUMBER}(?:\s?(?:–|to|or|and)\s?{NUMBER})?(?=\s?(?:[),;.]|\b(?:at|and|had|vs|versus|than|or|were)\b))"
    rf"|(?:power\sof|alpha\sof|α\s?=)\s?{NUMBER}\s?%?|[A-Za-z]{{1,6}}-?\d+[A-Za-z]*(?:-\d+)?\b(?!\.\d)"
)
_NOISE_NUMBERS = (
    r"(?:19|20)\d\d;\d+|\b\d+\s?T\b|\b\d+(?:\.\d+)?\s?(?:Tesla|times)\b|\b\d+(?:\.\d+)?[\s-]?fold\b(?!\s(?:higher|lower|greater|increase|decrease|reduction|more|less|risk))"
    r"|\b\d+(?:st|nd|rd|th)\b|\b\d+\s?%\s?(?:power|confidence)|\b\d+[A-Za-z]{2,}\w*\b|(?<![\w.])\d+(?:\.\d+)?-[A-Za-z]+(?:-[A-Za-z]+)*\b"
)
#: What begins with a number is told from others by what stands behind it, and from what begins with a letter, before any of it is tried.
_NOISE = Sieved(
    rf"\b(?=[A-Za-zα])(?:{_NOISE_WORDS})|/\s?1\.73\s?m\b|(?=\d++(?:\.\d++)?+(?:[;A-Za-z]|-[A-Za-z]|\s(?:t|fold)|\s?%\s?[pc]))(?:{_NOISE_NUMBERS})",
    re.IGNORECASE,
)
_IQR = Sieved(
    rf"(?P<word>\b(?:IQR|interquartile\s(?:range|interval)|inter-quartile\srange|Q1\s?[–,]\s?Q3|IQRs?|range|min\s?[–,-]\s?max)(?:\s?\[?\(IQR\)\]?)?)[\s:,;=\[(]*(?:of\s|from\s)?(?P<low>{_BOUND})(?:{_SEP}(?P<high>{_BOUND}))?",
    re.IGNORECASE,
)
_BARE_INTERVAL = Sieved(rf"[\[(]\s?(?:from\s)?(?P<low>{_BOUND})(?:\s*(?:\bto\b|–|;|,)\s*)(?P<high>{_BOUND})\s?(?=[\]),;])")
#: "(28, 28.3%)": a count and its percentage.
_COUNT_AND_PERCENT = re.compile(r"[\[(]\s?\d+\s?[,;]\s?\d+(?:\.\d+)?\s?%\s?")
_PERCENT = Sieved(
    rf"(?:(?P<value>{NUMBER})\s?(?:%|percent\b|per cent\b|pct\b)|\b(?P<word>{WORD_NUMBER})\s(?:percent|per cent)\b)(?!\s?(?:CI\b|confidence))",
    re.IGNORECASE,
)
_NUMBER = Sieved(
    rf"(?P<value>{NUMBER})(?![\d]*[A-Za-z]\d)(?P<unit>\s?(?:[mµμnp]?mol/m?[lL]|[mµμnp]?g/(?:d[lL]|m?[lL])|m?[IU]?U/m?[lL]|m[lL]/min(?:/1\.73\s?m\(?2\)?|/1\.73\s?m²)?|kg/m2|kg/m²|mm3|mm³|mm\s?Hg|mm|cm|m|km|kg|ml|mL|L|points?|months?|s|sec|min|mmHg|logMAR|letters|kcal|cells)\b)?"
)
_WORD_NUMBER = Sieved(rf"\b(?P<value>{WORD_NUMBER}|none|all)\b(?=\s|,|\))", re.IGNORECASE)
_CHANGE_BY = Sieved(
    rf"\b(?P<value>{NUMBER})\s?(?:%|percent)?\s?(?:-|\s)?(?:lower|higher|less|more|fewer|greater|reduction|increase|decrease|decline|relative|risk reduction|improvement)\b",
    re.IGNORECASE,
)

#: "by a factor of 2", "a 2.5-fold increase".
_FOLD = Sieved(
    rf"\bfactor of\s(?P<value>{NUMBER}|{WORD_NUMBER})\b|(?<![\w.])(?P<value2>\d+(?:\.\d+)?|{WORD_NUMBER}(?=[\s-]))[\s-]?fold\b(?=\s(?:higher|lower|greater|increase|decrease|reduction|more|less|risk))",
    re.IGNORECASE,
)

#: What announces an estimate, and the measure that it is. Longest wording first where one holds another.
MEASURE_WORDS: tuple[tuple[Measure, str], ...] = (
    (Measure.SMD, r"(?:standardi[sz]ed|std\.?)\s+mean\s+differences?|\bSMDs?\b|Hedges['’]?s?\s?['’]?g\b|Cohen['’]?s?\s+d\b|\beffect\s+sizes?\b|\bES\b"),
    (Measure.MD, r"weighted\s+mean\s+differences?|\bW?MDs?\b|(?:adjusted\s+|estimated\s+|least[- ]squares?\s+|LS\s+|LSM\s+|absolute\s+|between[- ]group\s+|treatment\s+|group\s+)*(?:mean|median)\s+(?:group\s+|between[- ]group\s+|treatment\s+)?differences?|(?:between[- ]group|treatment|mean change|adjusted)\s+differences?"),
    (Measure.RD, r"(?:adjusted\s+)?(?:absolute\s+)?risk\s+(?:difference|reduction)s?|\bARR\b|\bRDs?\b|\bARD\b|(?:rate|percentage)\s+differences?|absolute\s+differences?"),
    (Measure.IRR, r"(?:incidence\s+|relapse\s+|event\s+|annuali[sz]ed\s+)rate\s+ratios?|\bIRRs?\b|(?<!odds\s)(?<!hazard\s)\brate\s+ratios?"),
    (Measure.RR, r"(?:adjusted\s+|pooled\s+|cumulative\s+)*(?:relative\s+risks?|risk\s+ratios?)(?:\s*\(RRs?\))?|\b(?:a|adj)?RRs?\b|response\s+ratios?"),
    (Measure.OR, r"(?:adjusted\s+|pooled\s+|common\s+)*odds\s+ratios?(?:\s*[\[(](?:a|c)?ORs?[\])])?|\b(?:a|c)?ORs?\b"),
    (Measure.HR, r"(?:adjusted\s+|pooled\s+)*hazards?\s+ratios?(?:\s*[\[(](?:s|a)?HRs?[\])])?|\b(?:a|s)?HRs?\b"),
    (Measure.BETA, r"β(?![-–]?\d)(?:\s?-?\s?coefficient)?|\bbeta\b(?:\s?-?\s?coefficient)?|\bregression\s+coefficients?|\bcoefficient"),
    (Measure.OTHER, r"numbers?[-\s]needed[-\s]to[-\s](?:treat|harm|benefit)(?:\s*[\[(]NN[TH]s?[\])])?|\bNN[TH]s?\b"),
    (Measure.R, r"\b(?:r|rho|rs)\b(?=\s*[=:])|ρ(?=\s*[=:])|\bcorrelation\s+coefficients?"),
)  # fmt: skip
_MEASURES = tuple(
    (m, Sieved(p if m in (Measure.R,) else rf"(?<![\w])(?:{p})", 0 if m in (Measure.R,) else re.IGNORECASE))
    for m, p in MEASURE_WORDS
)
#: Each pattern needs some of these.
_ANY_MEASURE = reduce(or_, (pattern.needs for _, pattern in _MEASURES))
#: Abbreviations that are English words or other things in lower case.
_UPPER_ONLY = re.compile(r"^(?:or|ors|es|rd|rds|md|mds|arr|ard|hr|hrs|rr|rrs|irr|aor|cor)$")


#: Reads what is left of a sentence, given what the whole sentence holds.
Reader = Callable[[str, Look], Iterator[Atom]]


def _printed(match: re.Match[str], **groups: str) -> tuple[tuple[str, str], ...]:
    return tuple((field, match[group].strip()) for field, group in groups.items() if match[group])


def _plain_number(text: str) -> float:
    found = re.search(NUMBER, text if text[:1] not in "-+." else " " + text)
    return number_value(found[0] if found else text)


def _doses(work: str, look: Look) -> Iterator[Atom]:
    for m in _DOSE.within(look, work):
        lab = _LAB_UNIT.search(m[0])
        if lab or work[max(0, m.start() - 5) : m.start()].rstrip().endswith(("±", "+/-", "+-")):
            continue
        yield Atom(AtomKind.DOSE, m.start(), m.end(), m[0])


def _intervals(work: str, look: Look) -> Iterator[Atom]:
    for m in _CI.within(look, work):
        level = m["level"] or m["level2"]
        low, high = _plain_number(m["low"]), _plain_number(m["high"])
        yield Atom(AtomKind.INTERVAL, m.start(), m.end(), m[0], low=low, high=high, level=float(level) if level else 95.0,
                   percent="%" in m["low"] + m["high"], printed=_printed(m, ci_low="low", ci_high="high"))  # fmt: skip


def _headers(work: str, look: Look) -> Iterator[Atom]:
    for m in _HEADER.within(look, work):
        yield Atom(AtomKind.HEADER, m.start(), m.end(), m[0], level=float(m["level"]) if m["level"] else 95.0)


def _p_value(text: str) -> float | None:
    found = re.fullmatch(
        r"(\d+(?:[.,]\d+)?|\.\d+)(?:\s?(?:[x×*·]\s?10\s?\^?\(?\s?|[eE])\(?([-+]?\d{1,2})\)?)?|10\s?\^?(-\d+)",
        text.strip().replace("–", "-"),
    )
    if not found:
        return None
    if found[3]:
        return 10.0 ** int(found[3])
    exponent = found[2]
    if exponent and exponent[0].isdigit():
        exponent = "-" + exponent
    # float() reads the decimal exponent exactly; a product would carry binary noise into a printed number.
    return float(found[1].replace(",", ".") + (f"e{exponent}" if exponent else ""))


def _p_values(work: str, look: Look) -> Iterator[Atom]:
    for m in _P.within(look, work):
        value = _p_value(m["value"])
        if value is None or value > 1:
            continue
        operator = m["op2"] or m["op"].lower()
        operator = {"of": "=", "was": "=", "were": "=", ":": "=", "less than": "<", "below": "<", "greater than": ">"}.get(
            operator, operator
        )
        yield Atom(
            AtomKind.P,
            m.start(),
            m.end(),
            m[0],
            value=value,
            operator=_OPERATORS.get(operator, operator),
            printed=_printed(m, p_value="value"),
        )
    for m in _P_NS.within(look, work):
        yield Atom(AtomKind.P, m.start(), m.end(), m[0])


def _i2(work: str, look: Look) -> Iterator[Atom]:
    for m in _I2.within(look, work):
        yield Atom(AtomKind.I2, m.start(), m.end(), m[0], value=float(m["value"] or m["value2"]))
    for m in _TAU2.within(look, work):
        yield Atom(AtomKind.TAU2, m.start(), m.end(), m[0], value=float(m["value"]))
    for m in _CHI.within(look, work):
        yield Atom(AtomKind.NOISE, m.start(), m.end(), m[0])


def _sizes(work: str, look: Look) -> Iterator[Atom]:
    for m in _N.within(look, work):
        yield Atom(AtomKind.N, m.start(), m.end(), m[0], value=number_value(m["value"]))


def _plus_minus(work: str, look: Look) -> Iterator[Atom]:
    for m in _PLUS_MINUS.within(look, work):
        unit = (m["unit2"] or m["unit1"] or m["unit3"] or "").strip() or None
        yield Atom(AtomKind.PLUS_MINUS, m.start(), m.end(), m[0], value=number_value(m["value"]), spread=number_value(m["spread"]), unit=unit,
                   percent="%" in (unit or ""), printed=_printed(m, estimate="value", sd="spread"))  # fmt: skip
    for m in _NAMED_SPREAD.within(look, work):
        unit = (m["unit2"] or m["unit1"] or "").strip() or None
        field = "se" if m["word"].lower().startswith(("se", "s.e", "standard e")) else "sd"
        yield Atom(AtomKind.PLUS_MINUS, m.start(), m.end(), m[0], value=number_value(m["value"]), spread=number_value(m["spread"]), unit=unit, operator=field,
                   percent="%" in (unit or ""), printed=_printed(m, estimate="value", **{field: "spread"}))  # fmt: skip


#: "grade 3/4 mucositis", "50/250 µg": two grades, two doses.
_GRADE_BEFORE = re.compile(
    r"\b(?:grades?|stages?|class|classes|phases?|types?|levels?|NYHA|ECOG)\s(?:\d\s(?:and|or|to)\s)?$", re.IGNORECASE
)
_DOSE_BEHIND = re.compile(r"\s?-?(?:mg|microg|micrograms?|µg|μg|mcg|ug|g|IU|mL|ml|mm\s?Hg)\b")


def _fractions(work: str, look: Look) -> Iterator[Atom]:
    for m in _FRACTION.within(look, work):
        events = 0.0 if m["events"].lower() in ("none", "no") else number_value(m["events"])
        total = number_value(m["total"])
        if _GRADE_BEFORE.search(work, max(0, m.start() - 16), m.start()) or (m["sep"] == "/" and _DOSE_BEHIND.match(work, m.end())):
            yield Atom(AtomKind.NOISE, m.start(), m.end(), m[0])
            continue
        if events > total or (m["sep"] == "/" and work[m.end() : m.end() + 3].strip().startswith(("kg", "ml", "day"))):
            continue
        yield Atom(
            AtomKind.FRACTION,
            m.start(),
            m.end(),
            m[0],
            value=events,
            events=int(events),
            total=int(total),
            printed=_printed(m, events="events", total="total"),
        )


#: "vitamin D3", "08.00 hours": no time after anything.
_NO_TIME = re.compile(r"vitamin\s$|\d\s?[.:]\s?$|[/^]\s?$", re.IGNORECASE)
_ZERO = re.compile(r"0+\b(?!\.)\s?-?hours?|\d\d\s?[.:]\s?\d\d")


def _times(work: str, look: Look) -> Iterator[Atom]:
    for m in _TIME.within(look, work):
        if _NO_TIME.search(work, max(0, m.start() - 12), m.start()) or _ZERO.match(m[0]):
            continue
        yield Atom(AtomKind.TIME, m.start(), m.end(), m[0])


def _noise(work: str, look: Look) -> Iterator[Atom]:
    for pattern in (_CALENDAR, _RATIO_ALLOCATION, _NOISE):
        for m in pattern.within(look, work):
            yield Atom(AtomKind.NOISE, m.start(), m.end(), m[0])


def _ages(work: str, look: Look) -> Iterator[Atom]:
    for m in _AGE.within(look, work):
        yield Atom(AtomKind.NOISE, m.start(), m.end(), m[0])


def _limits(work: str, look: Look) -> Iterator[Atom]:
    for m in _LIMIT.within(look, work):
        yield Atom(AtomKind.LIMIT, m.start(), m.end(), m[0])


def _iqrs(work: str, look: Look) -> Iterator[Atom]:
    for m in _IQR.within(look, work):
        low = _plain_number(m["low"])
        high = _plain_number(m["high"]) if m["high"] else None
        kind = AtomKind.IQR if "q" in m["word"].lower() and high is not None else AtomKind.NOISE
        yield Atom(kind, m.start(), m.end(), m[0], low=low, high=high, printed=_printed(m, iqr_low="low", iqr_high="high"))


def _bare_intervals(work: str, look: Look) -> Iterator[Atom]:
    for m in _BARE_INTERVAL.within(look, work):
        if _COUNT_AND_PERCENT.fullmatch(m[0]):
            continue
        yield Atom(AtomKind.BARE_INTERVAL, m.start(), m.end(), m[0], low=_plain_number(m["low"]), high=_plain_number(m["high"]),
                   percent="%" in m["low"] + m["high"], printed=_printed(m, ci_low="low", ci_high="high"))  # fmt: skip


def _changes(work: str, look: Look) -> Iterator[Atom]:
    for m in _FOLD.within(look, work):
        yield Atom(
            AtomKind.NUMBER, m.start(), m.end(), m[0], value=number_value(m["value"] or m["value2"]), unit="fold", measure=Measure.OTHER,
            printed=_printed(m, estimate="value" if m["value"] else "value2"),
        )  # fmt: skip
    for m in _CHANGE_BY.within(look, work):
        if "%" in m[0] or "percent" in m[0]:
            yield Atom(
                AtomKind.CHANGE,
                m.start(),
                m.end(),
                m[0],
                value=number_value(m["value"]),
                percent=True,
                unit="%",
                printed=_printed(m, estimate="value"),
            )


def _percents(work: str, look: Look) -> Iterator[Atom]:
    for m in _PERCENT.within(look, work):
        yield Atom(
            AtomKind.PERCENT,
            m.start(),
            m.end(),
            m[0],
            value=number_value(m["value"] or m["word"]),
            unit="%",
            percent=True,
            printed=_printed(m, estimate="value" if m["value"] else "word"),
        )


#: The 2 of "β2", the 1 of "mL-1", the 12 of "severe.12": of a name, an exponent, a reference.
_CI_NEXT = re.compile(r"\s?(?:%|percent\b|per cent\b)?[\s-]?(?:C\.?I\b|CrI\b|confidence|credible)", re.IGNORECASE)
#: "42.5 per 1000 women": what a rate is told for.
_PER = re.compile(r"\bper\s$|/\s?$", re.IGNORECASE)
_ROUND = re.compile(r"1,?000(?:,?000?)?|1?00,?000|1,000,000|100")
_OF_A_NAME = re.compile(r"[A-Za-zα-ωΑ-Ω][-–]?$|(?<!vs)(?<!\bv)[a-z)\]]\.(?:\d{1,2},)?$|\x00[-+]$")


def _numbers(work: str, look: Look) -> Iterator[Atom]:
    for m in _NUMBER.within(look, work):
        if _OF_A_NAME.search(work, max(0, m.start() - 6), m.start() + (m[0][:1] in "-+")) or _CI_NEXT.match(work, m.end()):
            continue
        if _ROUND.fullmatch(m["value"]) and _PER.search(work, max(0, m.start() - 5), m.start()):
            yield Atom(AtomKind.NOISE, m.start(), m.end(), m[0])
            continue
        yield Atom(
            AtomKind.NUMBER,
            m.start(),
            m.end(),
            m[0],
            value=number_value(m["value"]),
            unit=(m["unit"] or "").strip() or None,
            printed=_printed(m, estimate="value"),
        )


def _word_numbers(work: str, look: Look) -> Iterator[Atom]:
    for m in _WORD_NUMBER.within(look, work):
        value = 0.0 if m["value"].lower() == "none" else number_value(m["value"])
        if m["value"].lower() != "all":
            yield Atom(AtomKind.WORD_NUMBER, m.start(), m.end(), m[0], value=value, printed=_printed(m, estimate="value"))


def _measures(work: str, look: Look) -> Iterator[Atom]:
    for measure, pattern in _MEASURES if look.held & _ANY_MEASURE else ():
        for m in pattern.within(look, work):
            if not _UPPER_ONLY.match(m[0]):
                yield Atom(AtomKind.MEASURE, m.start(), m.end(), m[0], measure=measure)


#: In order: what an earlier reader takes, a later one does not see. Each with the patterns of which it wants one to be possible.
READERS: tuple[tuple[Reader, tuple[Sieved, ...]], ...] = (
    (_p_values, (_P, _P_NS)), (_intervals, (_CI,)), (_headers, (_HEADER,)), (_i2, (_I2, _TAU2, _CHI)), (_doses, (_DOSE,)), (_sizes, (_N,)),
    (_iqrs, (_IQR,)), (_plus_minus, (_PLUS_MINUS, _NAMED_SPREAD)), (_ages, (_AGE,)), (_fractions, (_FRACTION,)), (_limits, (_LIMIT,)),
    (_times, (_TIME,)), (_changes, (_FOLD, _CHANGE_BY)), (_noise, (_CALENDAR, _RATIO_ALLOCATION, _NOISE)), (_bare_intervals, (_BARE_INTERVAL,)),
    (_percents, (_PERCENT,)), (_measures, tuple(pattern for _, pattern in _MEASURES)), (_numbers, (_NUMBER,)), (_word_numbers, (_WORD_NUMBER,)),
)  # fmt: skip


#: No paper prints a result of more digits; a longer run is an identifier, or noise.
_LARGEST = 1e15


def _readable(atom: Atom) -> bool:
    return all([v is None or abs(v) < _LARGEST for v in (atom.value, atom.low, atom.high, atom.spread)])


_DIGIT = re.compile(r"\d")
#: Without a digit a sentence prints counts and times in words, and no more.
_IN_WORDS: tuple[Reader, ...] = (_fractions, _times, _changes, _noise, _percents, _word_numbers)
#: Each reader with the needs of its patterns.
_NEEDS = tuple((read, tuple({pattern.needs for pattern in patterns})) for read, patterns in READERS)
_NEEDS_IN_WORDS = tuple((read, needs) for read, needs in _NEEDS if read in _IN_WORDS)


@lru_cache(maxsize=256)
def _atoms(sentence: str) -> tuple[Atom, ...]:
    work, found, look = sentence, [], look_at(sentence)
    for read, needs in _NEEDS if _DIGIT.search(sentence) else _NEEDS_IN_WORDS:
        held = look.held
        if not any([held & need == need for need in needs]):
            continue
        for atom in read(work, look):
            if READ in work[atom.start : atom.end] or not _readable(atom):
                continue
            found.append(atom)
            work, look = taken_out(work, look, atom.start, atom.end)
    return tuple(as_results(sentence, sorted(found, key=lambda a: a.start)))


def atoms(sentence: str) -> list[Atom]:
    """The printed parts of a sentence in one spelling, in order; offsets count in the sentence. A document's sentences are kept a while.

    >>> [(a.kind.value, a.value, a.low, a.high) for a in atoms("RR 0.44 (95% CI 0.28–0.69; P < .001)")]
    [('measure', None, None, None), ('number', 0.44, None, None), ('interval', None, 0.28, 0.69), ('p', 0.001, None, None)]
    """
    return list(_atoms(sentence))


def may_tell_time(sentence: str) -> bool:
    """Whether a sentence can hold a time; where it cannot, and reports nothing, it need not be read."""
    return _TIME.possible(sentence)
