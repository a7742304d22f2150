"""A study as ClinicalTrials.gov registers it (JSON of API version 2) read into a document: its plan as text, its results as structure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.document import Document, Read, Report, Section, SectionName, with_title
from crawler.json_place import Place
from crawler.record import Identifiers, Notice, NoticeKind, Reference, normal_doi, normal_pmid, registry_ids
from crawler.sources.registered_results import intervention, posted

_NUMBER = re.compile(r"NCT\d{8}")
#: How the outcomes of a plan are headed.
_OUTCOMES = (
    ("Primary outcomes", "primaryOutcomes"),
    ("Secondary outcomes", "secondaryOutcomes"),
    ("Other outcomes", "otherOutcomes"),
)


def nct_number(text: str | None) -> str | None:
    """The registration number that a text is, in capitals; None where it is none.

    >>> nct_number(" nct04749667"), nct_number("NCT123")
    ('NCT04749667', None)
    """
    plain = (text or "").strip().upper()
    return plain if _NUMBER.fullmatch(plain) else None


def number_of(study: Place) -> str | None:
    """The number that a study is registered under.

    Raises:
        Misshapen: this is no study.
    """
    return nct_number(study.at("protocolSection", "identificationModule", "nctId").text)


def aliases_of(study: Place) -> tuple[str, ...]:
    """Numbers that the study also went by, before registrations were joined.

    Raises:
        Misshapen: this is no study.
    """
    listed = study.at("protocolSection", "identificationModule", "nctIdAliases").texts
    return tuple(number for text in listed if (number := nct_number(text)))


def document_of(study: Place, asked: str, source: str) -> Document:
    """The document of a study.

    Args:
        study: the whole answer for one study.
        asked: the number that was asked for. Where the study bears another one, the one asked for is among its registry numbers.
        source: the name of the source, for notices and as the document's format.

    Raises:
        Misshapen: a part of the study is built otherwise than version 2 has it.
        ValueError: it bears no number, or nothing in it is text.
    """
    number = number_of(study)
    if number is None:
        raise ValueError("the study bears no registration number")
    protocol = study.at("protocolSection")
    dates = protocol.at("statusModule")
    title = _title(protocol)
    text, sections = _text(title, protocol)
    if not text.strip():
        raise ValueError("the registration holds no text")
    references = protocol.at("referencesModule", "references").items
    return Document(
        id=number,
        title=title,
        text=text,
        sections=sections,
        year=_year(dates),
        read=Read.REGISTRY,
        report=Report.REGISTRY,
        registry_ids=_numbers(study, number, asked),
        keywords=protocol.at("conditionsModule", "keywords").texts,
        mesh=tuple(t for m in study.at("derivedSection", "conditionBrowseModule", "meshes").items if (t := m.at("term").text)),
        cites=tuple(r for place in references if (r := _reference(place))),
        notifies=tuple(notice for place in references for notice in _retracted(place, source)),
        entered=dates.at("studyFirstPostDateStruct", "date").text,
        revised=dates.at("lastUpdatePostDateStruct", "date").text,
        posted=posted(study),
        url=f"https://clinicaltrials.gov/study/{number}",
        origin=source,
        format=source,
    )


def _title(protocol: Place) -> str:
    names = protocol.at("identificationModule")
    return " ".join((names.at("briefTitle").text or names.at("officialTitle").text or "").split())


def _year(dates: Place) -> int | None:
    """The year in which the study started, else that of its registration."""
    for name in ("startDateStruct", "studyFirstPostDateStruct"):
        found = re.match(r"(?:19|20)\d\d", dates.at(name, "date").text or "")
        if found:
            return int(found[0])
    return None


def _numbers(study: Place, number: str, asked: str) -> tuple[str, ...]:
    """Its number, those that it went by, and those of other registries. Another study's number beside it (a parent's, say) is not its own."""
    other = study.at("protocolSection", "identificationModule", "secondaryIdInfos").items
    elsewhere = [n for place in other for n in registry_ids(place.at("id").text or "") if not n.startswith("NCT")]
    own = [number, *aliases_of(study), *([nct] if (nct := nct_number(asked)) else [])]
    return tuple(dict.fromkeys([*own, *elsewhere]))


def _reference(place: Place) -> Reference | None:
    """A paper that the registration lists, with what it is to the study: RESULT and DERIVED are papers of this very study."""
    sort, citation = place.at("type").text, place.at("citation").text
    names = Identifiers(doi=normal_doi(citation or ""), pmid=normal_pmid(place.at("pmid").text or ""))
    if not names and citation is None:
        return None
    return Reference(names, citation=": ".join(t for t in (sort, citation) if t) or None)


def _retracted(place: Place, source: str) -> Iterator[Notice]:
    """What the registry says of a listed paper's retraction."""
    of = Identifiers(pmid=normal_pmid(place.at("pmid").text or ""))
    for retraction in place.at("retractions").items:
        notice, where = retraction.at("pmid").text, retraction.at("source").text
        told = f"PMID: {notice}. {where or ''}".strip() if notice else where
        if of:
            yield Notice(NoticeKind.RETRACTED, source, of, citation=told)


# ------------------------------------------------------------------------------------------------ the plan as text


@dataclass(slots=True)
class _Page:
    """A text that grows part by part, each under its label."""

    text: str
    sections: list[Section] = field(default_factory=list)

    def add(self, label: str, name: SectionName, paragraphs: list[str]) -> None:
        """A part; nothing where there is nothing to say."""
        body = "\n".join(paragraphs)
        if body:
            self.text += f"\n\n{label}\n" if self.text else f"{label}\n"
            self.sections.append(Section(name, len(self.text), len(self.text) + len(body)))
            self.text += body


def _text(title: str, protocol: Place) -> tuple[str, tuple[Section, ...]]:
    start, sections = with_title(title, "")
    page = _Page(start.rstrip("\n"), list(sections))
    page.add("Official title", SectionName.BACKGROUND, _given(protocol.at("identificationModule", "officialTitle").text))
    page.add("Conditions", SectionName.BACKGROUND, _given("; ".join(protocol.at("conditionsModule", "conditions").texts)))
    described = protocol.at("descriptionModule")
    page.add("Brief summary", SectionName.OBJECTIVE, _given(described.at("briefSummary").text))
    page.add("Detailed description", SectionName.METHODS, _given(described.at("detailedDescription").text))
    page.add("Design", SectionName.METHODS, _given(_design(protocol.at("designModule"))))
    planned = protocol.at("armsInterventionsModule")
    page.add("Arms", SectionName.METHODS, [_arm(arm) for arm in planned.at("armGroups").items])
    page.add("Interventions", SectionName.METHODS, [t for i in planned.at("interventions").items if (t := intervention(i))])
    for label, key in _OUTCOMES:
        page.add(label, SectionName.METHODS, [_outcome(o) for o in protocol.at("outcomesModule", key).items])
    page.add("Why it was stopped", SectionName.OTHER, _given(protocol.at("statusModule", "whyStopped").text))
    return page.text, tuple(page.sections)


def _given(text: str | None) -> list[str]:
    return [text] if text else []


def _words(code: str | None) -> str | None:
    """A code of the registry in words.

    >>> _words("PLACEBO_COMPARATOR"), _words("PHASE2"), _words("NA")
    ('placebo comparator', 'phase 2', None)
    """
    if code in (None, "", "NA", "N/A"):
        return None
    return re.sub(r"phase(\d)", r"phase \1", str(code).replace("_", " ").lower())


def _design(design: Place) -> str | None:
    """The design as one sentence: "Interventional study, randomized, parallel, masking double, phase 2, 48 participants."."""
    info, count = design.at("designInfo"), design.at("enrollmentInfo", "count").whole_number
    masking = _words(info.at("maskingInfo", "masking").text)
    parts = [
        f"{sort} study" if (sort := _words(design.at("studyType").text)) else None,
        # Spelt so that no reader finds the word "randomized" in it.
        "no random allocation" if (allocation := _words(info.at("allocation").text)) == "non randomized" else allocation,
        f"{model} assignment" if (model := _words(info.at("interventionModel").text)) else None,
        _words(info.at("observationalModel").text),
        f"masking {masking}" if masking else None,
        "/".join(p for code in design.at("phases").texts if (p := _words(code))),
        f"{count} participants" if count is not None else None,
    ]
    said = ", ".join(p for p in parts if p)
    return f"{said[0].upper()}{said[1:]}." if said else None


def _arm(arm: Place) -> str:
    label, sort = arm.at("label").text or "", _words(arm.at("type").text)
    given = "; ".join(arm.at("interventionNames").texts)
    named = f"{label} ({sort})" if sort else label
    parts = [named, arm.at("description").text, f"Given: {given}" if given else None]
    return ". ".join(p.rstrip(".") for p in parts if p) + "."


def _outcome(outcome: Place) -> str:
    frame = outcome.at("timeFrame").text
    parts = [outcome.at("measure").text, f"Time frame: {frame}" if frame else None, outcome.at("description").text]
    return ". ".join(p.rstrip(".") for p in parts if p) + "."
