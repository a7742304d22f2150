"""A claim as something that can compete: what is compared with what, in whom, on what, when, which way, and how much.

Two claims are about the same thing where these keys agree or one refines the other; `competing.py` says when that is.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kb.estimates import Printed, crossed, scaled
from kb.people import part_told
from kb.told_by import told_as
from kb.two_sides import FIELDS, OTHER_FIELDS, Pair, given_so, pair_of, same_product, told_pair
from nlp.words import normal_name

#: Retracted, deleted and superseded claims compete with nothing.
COUNTED = ("ok", "concern", "corrected")
#: Texts that name a control and not which.
_UNSPECIFIED = frozenset(
    ["control", "controls", "control group", "control arm", "comparator", "comparison group", "no msc", "non msc"]
)
#: Outcomes that name no measure: two papers that write "improvement" need not have looked at the same thing.
_NO_MEASURE = frozenset(
    ["improvement", "clinical improvement", "recovery", "functional recovery", "symptom", "efficacy", "effectiveness", "benefit", "response", "outcome",
     "clinical outcome", "secondary efficacy endpoint", "laboratory test", "safety profile", "safety"]
)  # fmt: skip
_OTHER = {f"other {way}{s}": f"other {way}" for way in FIELDS for s in ("", "s")}


@dataclass(frozen=True, slots=True)
class Compared:
    """One claim with its keys and its estimate on the analysis scale; field by field a row of the table `comparison`.

    `family` is the widest thing that it can compete within (None: it competes with nothing). `against` is the comparator's class, `control`
    where the text does not say which, `active:` or `other:` with the name of any other, and empty where nothing is compared. `minimal` is the
    outcome's minimal important difference, in its unit. `changed_in` is the run that last read its document.
    """

    claim_id: int
    document_id: int
    study_id: int
    family: str | None
    intervention_key: str
    against: str
    condition_key: str
    outcome_key: str
    document: str
    report: str
    level: str
    design: str | None
    status: str
    question: str
    intervention: str | None
    comparator: str | None
    comparator_class: str | None
    comparator_concept: str | None
    product: str | None
    route: str | None
    cell_source: str | None
    donor: str | None
    dose: str | None
    schedule: str | None
    versus_route: str | None
    versus_cell_source: str | None
    condition: str | None
    outcome: str
    better: str | None
    time_days: float | None
    time_text: str | None
    direction: str
    point_direction: str | None
    significant: int | None
    null_kind: str | None
    analysis_set: str | None
    subgroup: str | None
    kind: str | None
    measure: str | None
    scale: str | None
    yi: float | None
    sei: float | None
    sei_from: str | None
    minimal: float | None
    flagged: int
    sample_size: int | None
    year: int | None
    changed_in: int

    @property
    def side(self) -> int | None:
        """+1 for the intervention, -1 against it, 0 where no difference was found, None where the text says neither.

        Before-after, the better value is on the side of the intervention.
        """
        if self.direction in ("increase", "decrease"):
            if self.better is None:
                return None
            return 1 if (self.direction == "increase") == (self.better == "higher") else -1
        return {"favours_intervention": 1, "favours_comparator": -1, "no_difference": 0}.get(self.direction)

    @property
    def is_main(self) -> bool:
        """Whether it is a result of all who were studied, and not of a subgroup or a sensitivity analysis."""
        return self.subgroup is None and self.analysis_set != "sensitivity"

    @property
    def pair(self) -> Pair | None:
        """The two ways of giving one product that it compares."""
        values = {name: getattr(self, name) for name in FIELDS.values()} if self.against.startswith("other ") else {}
        return pair_of(self.against, values)

    def turned(self) -> Compared:
        """The same seen from the other side: "B against A" as "A against B"."""
        changes: dict[str, Any] = {
            k: _TURNED.get(str(getattr(self, k)), getattr(self, k)) for k in ("direction", "point_direction")
        }
        changes["yi"] = None if self.yi is None else -self.yi
        if pair := self.pair:
            changes |= {FIELDS[pair.kind]: pair.other, "comparator": given_so(self.intervention, pair.own)}
            changes |= {OTHER_FIELDS[pair.kind]: pair.own} if pair.kind in OTHER_FIELDS else {}
        else:
            own = self.comparator_concept or _words(self.comparator) or ""
            changes |= {
                "intervention": self.comparator, "comparator": self.intervention, "intervention_key": own, "product": own or None,
                "against": f"active:{self.intervention_key}", "comparator_concept": self.intervention_key or None,
                "route": self.versus_route, "versus_route": self.route, "cell_source": self.versus_cell_source, "versus_cell_source": self.cell_source,
            }  # fmt: skip
        return replace(self, **changes)

    def in_order(self) -> Compared:
        """Of two ways of giving one product the first of the alphabet against the other; any other comparison as it is."""
        pair = self.pair
        return self.turned() if pair and pair.own > pair.other else self


_TURNED = {"favours_intervention": "favours_comparator", "favours_comparator": "favours_intervention"}
COLUMNS = tuple(Compared.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Concepts:
    """What the packs know of width: broader concepts, tissue sources, minimal important differences."""

    broader: Mapping[str, str]
    label: Mapping[str, str]
    cell_source: Mapping[str, str]
    minimal: Mapping[str, float]
    #: Names of routes, sources and donors: kind and label.
    ways: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    #: Names of treatments, by concept.
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: What was asked already, for this value's life: the same few concepts are asked for with every claim.
    _lines: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _names_of: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def names_of(self, key: str) -> tuple[str, ...]:
        """Every name of a treatment, of what it is a kind of, and of its kinds."""
        held = self._names_of.get(key)
        if held is None:
            held = self._names_of[key] = tuple(
                name for other, names in self.names.items() if self.kin(key, other) for name in names
            )
        return held

    def line(self, key: str) -> tuple[str, ...]:
        """A concept and all that are broader, narrowest first. A key in words stands alone."""
        held = self._lines.get(key)
        if held is None:
            found = [key]
            while (wider := self.broader.get(found[-1])) and wider not in found:
                found.append(wider)
            held = self._lines[key] = tuple(found)
        return held

    def root(self, key: str) -> str:
        """The widest concept that a concept is a kind of."""
        return self.line(key)[-1]

    def kin(self, one: str, other: str) -> bool:
        """The same, or one a kind of the other."""
        return one == other or one in self.line(other) or other in self.line(one)

    def product(self, key: str) -> str:
        """What is given, whatever tissue it is from: "bone marrow mesenchymal stem cells" are mesenchymal stem cells, whose source is a facet."""
        wider = self.broader.get(key)
        named_for_source = (
            wider is not None and key in self.cell_source and self.label[key].endswith(f" {self.label.get(wider, '')}")
        )
        return self.product(wider) if wider is not None and named_for_source else key


_NAMES = "SELECT n.concept_id, group_concat(n.name, '|') FROM concept_name n JOIN concept c ON c.id = n.concept_id WHERE c.kind IN ('intervention', 'exposure') GROUP BY 1"
_WAYS = "SELECT n.name, c.kind, c.label FROM concept_name n JOIN concept c ON c.id = n.concept_id WHERE c.kind IN ('route', 'cell_source', 'donor')"


def concepts(db: sqlite3.Connection) -> Concepts:
    """The packs' concepts, as the library keeps them."""
    known = {row[1] for row in db.execute("PRAGMA table_info(concept)")}
    rows = db.execute(f"SELECT id, label, broader, cell_source, {'mid' if 'mid' in known else 'NULL'} FROM concept").fetchall()
    return Concepts(
        {r[0]: r[2] for r in rows if r[2]},
        {r[0]: r[1] for r in rows},
        {r[0]: r[3] for r in rows if r[3]},
        {r[0]: r[4] for r in rows if r[4]},
        {r[0]: (r[1], r[2]) for r in db.execute(_WAYS)},
        {r[0]: tuple(r[1].split("|")) for r in db.execute(_NAMES)},
    )


#: The effect that tells most about a claim: a contrast before one arm's number, an estimate before a bare p, one with an interval first.
TELLING = (
    "(SELECT ce.effect_id FROM claim_effect ce JOIN effect x ON x.id = ce.effect_id WHERE ce.claim_id = {claim} "
    "AND (x.estimate IS NOT NULL OR x.p_value IS NOT NULL) "
    "ORDER BY (x.whose = 'difference') DESC, (x.estimate IS NOT NULL) DESC, (x.ci_low IS NOT NULL) DESC, ce.position LIMIT 1)"
)
#: What all arms of a document say together of one claim's sides.
OF_ITS_ARMS = (
    "EXISTS (SELECT 1 FROM arm x WHERE x.document_id = {document} AND x.role = 'comparator' AND x.class IS NOT NULL) AS has_control, "
    "(SELECT json_group_array(DISTINCT x.route) FROM arm x WHERE x.document_id = {document} AND x.role <> 'comparator') AS all_routes, "
    "(SELECT json_group_array(DISTINCT x.cell_source) FROM arm x WHERE x.document_id = {document} AND x.role <> 'comparator') AS all_sources"
)
_ROWS = f"""
SELECT f.claim_id, f.document_id, f.study_id, f.document, f.report, d.publication_types, f.title, f.level, f.design, f.status, f.question, f.intervention, f.intervention_concept,
  f.comparator, f.comparator_class, f.comparator_concept, f.route, f.cell_source, f.donor, a.dose, a.schedule, f.versus_route, f.versus_cell_source,
  f.condition, f.condition_concept, f.outcome, f.outcome_name, f.outcome_concept, f.better, f.time_days, f.time_text, f.direction, f.point_direction,
  f.significant, f.null_kind, f.analysis_set, e.subgroup, e.kind, e.measure, e.whose, e.estimate, e.ci_low, e.ci_high, e.ci_level, e.se, e.p_value,
  e.p_operator, e.arm_id AS effect_arm, e.versus_id AS effect_versus, f.arm_id, f.versus_id, f.sample_size, f.year, d.changed_in, f.quote, substr(d.text, 1, f.start_char) AS before, f.versus_donor, v.dose AS versus_dose,
  {OF_ITS_ARMS.format(document="f.document_id")},
  EXISTS (SELECT 1 FROM claim_effect ce JOIN audit_finding af ON af.effect_id = ce.effect_id WHERE ce.claim_id = f.claim_id AND af.verdict = 'inconsistent') AS flagged
FROM claim_in_full f JOIN document d ON d.id = f.document_id LEFT JOIN arm a ON a.id = f.arm_id LEFT JOIN arm v ON v.id = f.versus_id LEFT JOIN effect e ON e.id = {TELLING.format(claim="f.claim_id")}
WHERE {{where}} ORDER BY f.claim_id
"""


def read(
    db: sqlite3.Connection, known: Concepts, where: str, values: Iterable[object] | Mapping[str, object] = ()
) -> Iterator[Compared]:
    """The claims of the real tables that meet a condition on `f` (the view claim_in_full), as things that can compete."""
    cursor = db.execute(_ROWS.format(where=where), values if isinstance(values, Mapping) else tuple(values))
    names = [c[0] for c in cursor.description]
    for row in cursor:
        yield compared(dict(zip(names, row, strict=True)), known)


def compared(row: Mapping[str, Any], known: Concepts) -> Compared:
    """A claim's row with its keys worked out."""
    intervention = row["intervention_concept"] or _words(row["intervention"])
    product = known.product(intervention) if intervention else None
    outcome = row["outcome_concept"] or f"words:{row['outcome_name']}"
    condition = row["condition_concept"] or _words(row["condition"])
    pair = _pair(row, product, known)
    against = pair.against if pair else _against(row)
    contrast = row["whose"] == "difference"
    found = scaled(_printed(row)) if contrast else None
    if found and crossed((row["effect_arm"], row["effect_versus"]), (row["arm_id"], row["versus_id"])):
        found = replace(found, yi=-found.yi)
    values = {name: row[name] for name in COLUMNS if name in row}
    values |= {
        "intervention_key": intervention or "", "against": against, "condition_key": condition or "", "outcome_key": outcome, "product": product,
        "family": None, "report": told_as(row["report"], row["publication_types"], row["title"]), "measure": row["measure"] if contrast else None,
        "scale": found.scale if found else None, "yi": found.yi if found else None, "sei": found.sei if found else None,
        "sei_from": found.sei_from if found else None, "minimal": known.minimal.get(outcome), "flagged": int(row["flagged"]), "subgroup": _people(row),
    }  # fmt: skip
    if pair:
        values |= {
            FIELDS[pair.kind]: pair.own,
            "comparator": values["comparator"] or f"{row['intervention'] or 'the same'} ({pair.other})",
        }
        values |= {OTHER_FIELDS[pair.kind]: pair.other} if pair.kind in OTHER_FIELDS else {}
    found_keys = Compared(**values)
    return replace(found_keys, family=family_of(found_keys, known)) if _of_this_study(row, intervention, known) else found_keys


#: Heads of what a paper says before its own results.
_BEFORE_RESULTS = re.compile(
    r"\b(BACKGROUND|INTRODUCTION|CONTEXT|RATIONALE|OBJECTIVES?|AIMS?|PURPOSE|METHODS?|DESIGN|RESULTS?|FINDINGS|CONCLUSIONS?|INTERPRETATION|DISCUSSION)\s*:",
    re.IGNORECASE,
)
_FRONT = 300


def _of_this_study(row: Mapping[str, Any], intervention: str | None, known: Concepts) -> bool:
    """Whether a trial's claim is a result of its own: not said before its results begin, and about what its title, beginning or sentence names.

    What a paper's background says others found, or a treatment that all had, sets it against nobody.
    """
    if row["level"] != "trial" or intervention is None:
        return True
    before = str(row["before"] or "")
    heads = _BEFORE_RESULTS.findall(before)
    if heads and heads[-1].lower().startswith(("back", "intro", "context", "rationale", "obj", "aim", "purp", "meth", "design")):
        return False
    told = f" {normal_name(' . '.join((str(row['title']), before[:_FRONT], str(row['quote']))))} "
    return any(f" {name} " in told for name in (*known.names_of(intervention), normal_name(row["intervention"] or "")) if name)


def _pair(row: Mapping[str, Any], product: str | None, known: Concepts) -> Pair | None:
    """The two ways of giving one product that a contrast compares."""
    sort = str(row["comparator_class"] or "active")
    of_its_own = sort.startswith("other ")
    if (
        row["direction"] in ("increase", "decrease", "unclear")
        or row["comparator"] == "baseline"
        or not (of_its_own or sort == "active")
    ):
        return None
    concept = row["comparator_concept"]
    same = of_its_own or same_product(row, product, known.product(concept) if concept else None)
    return told_pair(row, same, known.ways)


def _printed(row: Mapping[str, Any]) -> Printed:
    return Printed(
        row["measure"],
        row["estimate"],
        row["ci_low"],
        row["ci_high"],
        row["ci_level"],
        row["se"],
        row["p_value"],
        row["p_operator"],
    )


def _people(row: Mapping[str, Any]) -> str | None:
    """The subgroup of people that a result is of. Where its name is the route, tissue or donor of what was given, it is no subgroup of people."""
    if row["level"] == "pooled":
        told = row["subgroup"]
    else:
        told = part_told(str(row["quote"]), str(row["before"] or "")) or row["subgroup"]
    plain = f" {normal_name(_GROUP.sub(' ', told))} " if told else ""
    facets = {normal_name(f) for name in ("route", "cell_source", "donor") if (f := row[name])}
    return None if told is None or any(f" {facet} " in plain for facet in facets) else str(told)


_GROUP = re.compile(r"\bsub-?(?:group|set)s?\b", re.IGNORECASE)


def _words(text: str | None) -> str | None:
    """A key for what no pack knows: its words in the form that matching uses."""
    name = normal_name(text) if text else ""
    return f"words:{name}" if name else None


def _against(row: Mapping[str, Any]) -> str:
    """What it is compared with, as a class. A contrast whose other side is not named is one with a control that is not specified."""
    text = row["comparator"]
    if text == "baseline" or row["direction"] in ("increase", "decrease"):
        return "baseline"
    if row["comparator_class"] and row["comparator_class"] != "active":
        return str(row["comparator_class"])
    if text is None:
        has_contrast = row["whose"] == "difference" or row["direction"].startswith("favours_") or row["level"] == "pooled"
        return "control" if has_contrast and not _absence(row) else ""
    name = normal_name(text)
    if name in _OTHER or name in _UNSPECIFIED:
        return _OTHER.get(name, "control")
    return (
        f"active:{row['comparator_concept'] or name}" if row["comparator_class"] or row["comparator_concept"] else f"other:{name}"
    )


def _absence(row: Mapping[str, Any]) -> bool:
    """ "No serious adverse events were seen": said of those who were treated, and compared with nobody."""
    return bool(row["question"] == "harm" and row["direction"] == "no_difference" and row["whose"] != "difference")


def family_of(c: Compared, known: Concepts) -> str | None:
    """The widest comparison that a claim belongs to; only claims of one family are ever laid side by side.

    Nothing competes of which the intervention, the comparator or the condition is unknown, or that counts for nothing.
    """
    if c.status not in COUNTED or c.direction == "unclear" or normal_name(c.outcome) in _NO_MEASURE:
        return None
    # What tells of no people, and is neither a trial nor a pooled analysis, retells what others found.
    if c.level not in ("trial", "pooled") and c.sample_size is None:
        return None
    if not c.product or not c.against or not c.condition_key:
        return None
    against_sort = "baseline" if c.against == "baseline" else "other" if c.against.startswith("other ") else "side"
    widest = (known.root(key) for key in (c.product, c.condition_key, c.outcome_key))
    return "|".join((c.question, *widest, c.better or "", against_sort))
