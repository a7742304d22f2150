"""The domain packs: what every one of them promises, and that a field of medicine is only a file."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from crawler.document import Document, with_title
from nlp.domain import PACK_FOLDER, BadPack, ConceptKind, Entry, entries, normal_name, pack_paths, read_pack
from nlp.matching import Matcher
from nlp.pipeline import build

CURIE = re.compile(r"(?:MESH|UBERON|CL|NCIT|LOINC|counterclaim):[A-Za-z0-9][A-Za-z0-9-]*\Z")

ROUTES = {
    "intravenous", "intrathecal", "intra-arterial", "intra-articular", "intralesional", "intracerebral", "intramuscular",
    "intracoronary", "transendocardial", "intramyocardial", "intradiscal", "intraventricular", "intranasal", "subcutaneous",
    "intraperitoneal", "intravitreal", "perifistular", "intrapulmonary", "intratracheal", "intrahepatic", "oral",
}  # fmt: skip
SOURCES = {
    "bone marrow",
    "adipose tissue",
    "umbilical cord",
    "Wharton's jelly",
    "placenta",
    "umbilical cord blood",
    "dental pulp",
    "menstrual blood",
}
CLASSES = {"placebo", "sham", "standard care", "no treatment", "other dose", "other route", "active", "baseline"}
#: Words that a text uses for a hundred things: alone they are no name of an outcome.
TOO_WIDE = {
    "acute",
    "chronic",
    "response",
    "score",
    "scale",
    "rate",
    "level",
    "change",
    "patient",
    "treatment",
    "outcome",
    "test",
    "index",
    "risk",
    "effect",
}


def of(kind: ConceptKind) -> tuple[Entry, ...]:
    return tuple(e for e in entries() if e.kind is kind)


def labels(kind: ConceptKind) -> set[str]:
    return {e.label for e in of(kind)}


@pytest.mark.parametrize("path", pack_paths(), ids=lambda path: path.stem)
def test_a_pack_is_readable_and_says_which_field_it_is(path: Path) -> None:
    found = read_pack(path)
    assert found
    assert {e.pack for e in found} == {path.stem.replace("_", " ")}


def test_an_id_is_a_curie_and_stands_for_one_concept_over_all_packs() -> None:
    used: dict[str, list[str]] = defaultdict(list)
    for entry in entries():
        assert CURIE.match(entry.id), f"{entry.pack}: '{entry.id}' ({entry.label}) is no CURIE of a known vocabulary"
        used[entry.id].append(f"{entry.pack}: {entry.label}")
    assert {id_: where for id_, where in used.items() if len(where) > 1} == {}


def test_a_name_means_one_concept_of_its_kind() -> None:
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in entries():
        for name in entry.names:
            owners[entry.kind.value, normal_name(name)].add(entry.label)
    assert {name: found for name, found in owners.items() if len(found) > 1} == {}


def test_every_name_has_a_word_to_match_and_is_written_without_loose_ends() -> None:
    for entry in entries():
        for name in entry.names:
            assert normal_name(name), f"{entry.pack}: {entry.label} has a name without a word: '{name}'"
            assert name == " ".join(name.split()), f"{entry.pack}: '{name}' has blanks at an end, or two together"


def test_every_concept_is_found_by_its_own_label() -> None:
    matcher = Matcher(entries())
    lost = [e.label for e in entries() if e.id not in {found.id for found in matcher.exact(e.label)}]
    assert lost == []


def test_a_wider_concept_is_of_the_same_kind_and_no_concept_is_wider_than_itself() -> None:
    known = {e.id: e for e in entries()}
    for entry in entries():
        seen = {entry.id}
        while (wider := entry.details.get("broader")) is not None:
            assert wider in known, f"{entry.pack}: {entry.label} names a wider concept that no pack has: {wider}"
            assert known[wider].kind is entry.kind
            assert wider not in seen, f"{entry.label} is, in the end, wider than itself"
            seen.add(wider)
            entry = known[wider]


def test_a_scale_runs_from_low_to_high_and_its_least_important_difference_fits_on_it() -> None:
    scales = [e for e in of(ConceptKind.OUTCOME) if "range" in e.details]
    assert len(scales) >= 50
    for scale in scales:
        low, high = scale.details["range"]
        assert low < high, scale.label
        assert 0 < scale.details.get("mid", 1) < high - low, scale.label


def test_a_least_important_difference_names_its_paper() -> None:
    measured = [e for e in of(ConceptKind.OUTCOME) if "mid" in e.details]
    assert measured
    for outcome in measured:
        assert re.search(r"\b(?:19|20)\d\d\b", outcome.details["mid_source"]), (
            f"{outcome.label}: no year in '{outcome.details['mid_source']}'"
        )


def test_a_harm_is_better_rare_and_never_the_better_the_higher() -> None:
    harms = [e for e in of(ConceptKind.OUTCOME) if e.details.get("harm")]
    assert len(harms) >= 30
    assert [e.label for e in harms if e.details.get("better") != "lower"] == []


def test_an_outcome_that_is_worded_as_a_gain_is_never_better_low() -> None:
    """Unless it is the time until the gain. A gain of weight is good for some and bad for others."""
    gain = re.compile(r"^(?!time to).*\b(?:gain|improvement|survival|remission|closure|relief)\b")
    gains = [e for e in of(ConceptKind.OUTCOME) if gain.search(e.label)]
    assert len(gains) >= 10
    assert [e.label for e in gains if e.details.get("better") == "lower"] == []
    assert [e.label for e in gains if e.details.get("better") is None] == ["weight gain"]


def test_the_time_until_something_good_is_better_short() -> None:
    times = [e for e in of(ConceptKind.OUTCOME) if re.search(r"^time to .*(?:healing|improvement|engraftment|recovery)", e.label)]
    assert len(times) >= 3
    assert [e.label for e in times if e.details.get("better") != "lower"] == []


def test_words_for_everything_are_no_outcome() -> None:
    names = {normal_name(name): e.label for e in of(ConceptKind.OUTCOME) for name in e.names}
    assert {word: names[word] for word in TOO_WIDE & names.keys()} == {}


def test_routes_sources_and_donors_bear_the_contract_s_labels() -> None:
    assert labels(ConceptKind.ROUTE) >= ROUTES
    assert labels(ConceptKind.CELL_SOURCE) >= SOURCES
    assert labels(ConceptKind.DONOR) >= {"autologous", "allogeneic"}


def test_what_an_intervention_s_name_implies_is_a_label_of_the_packs() -> None:
    for entry in of(ConceptKind.INTERVENTION):
        for key, kind in (("cell_source", ConceptKind.CELL_SOURCE), ("donor", ConceptKind.DONOR), ("route", ConceptKind.ROUTE)):
            assert entry.details.get(key, "") in {"", *labels(kind)}, f"{entry.label}: unknown {key} '{entry.details[key]}'"


def test_comparators_fall_into_the_contract_s_classes_and_a_bare_control_into_none() -> None:
    classes = {e.details.get("class") for e in of(ConceptKind.COMPARATOR)}
    assert classes == {None, *CLASSES}
    assert [e.label for e in of(ConceptKind.COMPARATOR) if "class" not in e.details] == ["control"]


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("Wharton's jelly mesenchymal stromal cells", ConceptKind.CELL_SOURCE, "Wharton's jelly"),
        ("given intravenously twice", ConceptKind.ROUTE, "intravenous"),
        ("by lumbar puncture", ConceptKind.ROUTE, "intrathecal"),
        ("compared with sham bone marrow aspiration", ConceptKind.COMPARATOR, "sham"),
        ("patients with relapsing-remitting MS", ConceptKind.CONDITION, "relapsing-remitting multiple sclerosis"),
        ("ischaemic strokes", ConceptKind.CONDITION, "ischaemic stroke"),
        ("annualized relapse rates fell", ConceptKind.OUTCOME, "relapse rate"),
        ("the modified Rankin Scale at day 90", ConceptKind.OUTCOME, "mRS"),
        ("six-minute walk distance", ConceptKind.OUTCOME, "six-minute walk test"),
        ("left-ventricular ejection fraction", ConceptKind.OUTCOME, "LVEF"),
        ("all-cause mortality", ConceptKind.OUTCOME, "mortality"),
        ("probing depth reduction", ConceptKind.OUTCOME, "probing depth reduction"),
    ],
)
def test_the_words_of_a_text_lead_to_the_concept(text: str, kind: ConceptKind, label: str) -> None:
    assert label in {m.entry.label for m in Matcher(entries()).find(text) if m.kind is kind}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It is safe and the cells were as old as us.", ConceptKind.ROUTE),
        ("The cars of patients were parked in Asia.", ConceptKind.OUTCOME),
        ("We measured what us and them did in an acute setting.", ConceptKind.OUTCOME),
        ("This is what the trial did.", ConceptKind.CONDITION),
    ],
)
def test_everyday_words_are_taken_for_no_concept(text: str, kind: ConceptKind) -> None:
    assert [m.text for m in Matcher(entries()).find(text) if m.kind is kind] == []


DERMATOLOGY = """
pack = { name = "warts" }

intervention = [{ id = "counterclaim:cryotherapy", label = "cryotherapy", names = ["liquid nitrogen"] }]
outcome = [{ id = "counterclaim:wart-clearance", label = "wart clearance", better = "higher", binary = true, names = ["warts cleared"] }]
"""


def test_a_field_is_only_a_file(tmp_path: Path) -> None:
    path = tmp_path / "warts.toml"
    path.write_text(DERMATOLOGY, "utf8")
    found = Matcher(entries((path,))).find("With liquid nitrogen, wart-clearance was 60%.")
    assert [(m.entry.label, m.entry.pack) for m in found] == [("cryotherapy", "warts"), ("wart clearance", "warts")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("outcome = [", "not readable as TOML"),
        ('pills = [{ id = "a:b", label = "c" }]', "unknown table 'pills'"),
        ('outcome = [{ label = "walk" }]', r"lacks \['id'\]"),
        ('outcome = [{ id = "a:b", label = "walk", class = "sham" }]', r"unknown keys \['class'\]"),
        ('outcome = [{ id = "walk", label = "walk" }]', "no CURIE"),
        ('outcome = [{ id = "a:b", label = "walk", better = "faster" }]', "'lower', 'higher' or absent"),
        ('outcome = [{ id = "a:b", label = "walk", mid = 30 }]', "without its citation"),
    ],
)
def test_a_bad_pack_is_refused_with_its_name_and_what_is_wrong(text: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(text, "utf8")
    with pytest.raises(BadPack, match=complaint) as error:
        read_pack(path)
    assert "odd.toml" in str(error.value)


def test_the_bundled_packs_are_the_files_of_the_folder() -> None:
    assert {path.name for path in pack_paths()} >= {"cell_therapy.toml", "multiple_sclerosis.toml", "outcomes.toml", "stroke.toml"}
    assert all(path.parent == PACK_FOLDER for path in pack_paths())


def test_a_reader_may_be_given_some_packs_alone() -> None:
    text, sections = with_title("A trial", "Pain and relapse rate did not differ between mesenchymal stem cells and placebo.")
    document = Document(id="t", title="A trial", text=text, sections=sections)
    some = {m.concept for m in build(["cell_therapy"]).read(document).mentions}
    every = {m.concept for m in build().read(document).mentions}
    assert "CL:0000134" in some < every


def test_a_pack_that_is_not_there_is_named_beside_those_that_are() -> None:
    with pytest.raises(BadPack, match=r"no domain strok; known are .*stroke"):
        build(["strok"])
