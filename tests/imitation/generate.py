"""A corpus out of a seed: the same plan gives the same records, dates and numbers on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.imitation import writing
from tests.imitation.corpus import TODAY, Corpus, notice_of, with_notice
from tests.imitation.odd import furnish, odd_papers
from tests.imitation.paper import Paper, Trial
from tests.imitation.writing import Text

_PRECISIONS = ("full", "full", "full", "full", "month", "month", "year", "medline", "season")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to generate. Shares are of all records; `one_day` records are entered, modified and published on `crowded`.

    `records` counts everything but the odd records (`odd`), notices of retraction included.
    """

    records: int = 100
    seed: int = 1
    today: date = TODAY
    since: date = date(2010, 1, 1)
    one_day: int = 0
    crowded: date = date(2024, 3, 14)
    first_pmid: int = 30_000_001
    without_doi: float = 0.05
    without_abstract: float = 0.06
    other_agency: float = 0.01
    in_pmc: float = 0.4
    with_trial: float = 0.2
    with_posted_results: float = 0.5
    retracted_at_pubmed: float = 0.01
    retracted_at_crossref: float = 0.01
    concern: float = 0.005
    corrected: float = 0.02
    books: float = 0.004
    versions: float = 0.004
    foreign: float = 0.02
    shared_doi: float = 0.004
    odd: bool = False


@dataclass(slots=True)
class _Making:
    """What a generation has made so far."""

    plan: Plan
    random: Random
    papers: list[Paper] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)


def generate(plan: Plan) -> Corpus:
    """The corpus of a plan."""
    making = _Making(plan, Random(plan.seed))
    pmid = plan.first_pmid
    notices = _notices_among(plan)
    for number, day in enumerate(_days(plan, plan.records - notices)):
        making.papers.append(_paper(making, pmid, day, number))
        pmid += 1 + int(making.random.random() * 3)
    making.papers.extend(_noticed(making, notices, pmid))
    if plan.odd:
        making.papers.extend(odd_papers())
    corpus = Corpus(making.papers, making.trials, plan.today)
    if plan.odd:
        furnish(corpus)
    return corpus


def _notices_among(plan: Plan) -> int:
    """How many of the records are notices at PubMed."""
    return sum(int(plan.records * share) for share in (plan.retracted_at_pubmed, plan.concern, plan.corrected))


def _days(plan: Plan, count: int) -> Iterator[date]:
    """Entry days in order, the crowded one among them."""
    random, span = Random(plan.seed + 1), (plan.today - plan.since).days
    crowded = min(plan.one_day, count)
    days = [plan.since + timedelta(days=int(random.random() * span)) for _ in range(count - crowded)]
    yield from sorted(days + [plan.crowded] * crowded)


def _paper(making: _Making, pmid: int, day: date, number: int) -> Paper:
    plan, random = making.plan, making.random
    nct = f"NCT{90_000_001 + len(making.trials)}" if random.random() < plan.with_trial else ""
    text = writing.write(random, nct)
    if nct:
        making.trials.append(trial_of(text, nct, pmid, day, plan.today, posted=random.random() < plan.with_posted_results))
    crowded = plan.one_day and day == plan.crowded
    paper = _from_text(random, text, pmid, day, day if crowded else None, plan.today)
    paper = replace(paper, trials=(nct,) if nct else (), references=_references(making), **_identifiers(making, pmid, number))
    return _varied(making, paper)


def _from_text(random: Random, text: Text, pmid: int, day: date, modified: date | None, today: date) -> Paper:
    """A plain record of a text, entered on `day`; published up to 60 days before or 90 days after."""
    pick = random.random
    later = min(day + timedelta(days=int(pick() ** 3 * 900)), today)
    shift = int(pick() * 150) - 60
    return Paper(
        pmid, text.title, day, modified or later, modified or day + timedelta(days=shift),
        text.abstract, _PRECISIONS[int(pick() * len(_PRECISIONS))], int(pick() * len(writing.JOURNALS)),
        authors=writing.authors(random), mesh=("Humans", "Mesenchymal Stem Cell Transplantation", text.topic.mesh),
        types=("Journal Article", "Randomized Controlled Trial"), in_crossref_with=_deposited(pick()),
        open_access=pick() < 0.5, indexed=modified or later,
    )  # fmt: skip


def _deposited(draw: float) -> str:
    """What Crossref was given: half of the abstracts, and for one record in a hundred not even a title."""
    if draw < 0.5:
        return "abstract"
    return "title" if draw < 0.99 else "nothing"


def _identifiers(making: _Making, pmid: int, number: int) -> dict[str, Any]:
    """DOI, registration agency and PMCID. Some DOIs are written in capitals at PubMed, some are of the old kind with brackets."""
    plan, pick = making.plan, making.random.random
    found: dict[str, Any] = {"pmcid": f"PMC{pmid - 21_000_000}"} if pick() < plan.in_pmc else {}
    draw = pick()
    if draw < plan.without_doi:
        return found
    if draw < plan.without_doi + plan.shared_doi and making.papers and making.papers[-1].doi:
        return found | {"doi": making.papers[-1].doi, "agency": making.papers[-1].agency}
    doi = f"10.5555/{('invented', 'TRIAL', 'cell.th')[number % 3]}.{pmid}"
    if number % 97 == 5:
        doi = f"10.5555/(SICI)2999-0017(2020){pmid}:1<{number % 50}::AID-X>3.0.CO;2-#"
    return found | {"doi": doi, "agency": "datacite" if pick() < plan.other_agency else "crossref"}


def _references(making: _Making) -> tuple[int, ...]:
    """Up to eight earlier papers."""
    pick, earlier = making.random.random, making.papers
    return tuple({earlier[int(pick() * len(earlier))].pmid: None for _ in range(int(pick() * 9))}) if earlier else ()


def _varied(making: _Making, paper: Paper) -> Paper:
    """A share of the records without abstract, from books, in several versions, or with an abstract in another language."""
    plan, pick = making.plan, making.random.random
    if pick() < plan.without_abstract:
        paper = replace(paper, abstract=())
    if pick() < plan.books:
        return replace(paper, shape="book", doi="", pmcid="", trials=())
    if pick() < plan.versions and paper.abstract:
        paper = replace(paper, older=((("", "An earlier version, in which no result was told."),),))
    if pick() < plan.foreign:
        told = "Die Zellen verbesserten den Befund nicht (mittlere Differenz 0,1; <i>P</i> = 0,80)."
        paper = replace(
            paper, other_abstracts=(("ger", told),), language="ger", vernacular="Eine erfundene Studie", title=f"[{paper.title}]."
        )
    return paper


def _noticed(making: _Making, count: int, pmid: int) -> list[Paper]:
    """Give a share of the papers their notices; return the notices that have a record at PubMed."""
    plan, total = making.plan, making.plan.records
    own: list[Paper] = []
    wanted: list[tuple[str, tuple[str, ...]]] = [("retraction", ("pubmed", "crossref"))] * int(total * plan.retracted_at_pubmed)
    wanted += [("concern", ("pubmed", "crossref"))] * int(total * plan.concern)
    wanted += [("correction", ("pubmed", "crossref"))] * int(total * plan.corrected)
    wanted += [("retraction", ("crossref",))] * int(total * plan.retracted_at_crossref)
    able = [index for index, paper in enumerate(making.papers) if paper.registered_doi and paper.shape == "article"]
    chosen = making.random.sample(able, min(len(wanted), len(able)))
    for index, (kind, where) in zip(chosen, wanted, strict=False):
        paper = making.papers[index]
        day = min(paper.edat + timedelta(days=60 + int(making.random.random() * 700)), plan.today)
        notice, record = notice_of(paper, kind, where, day, pmid)
        making.papers[index] = replace(with_notice(paper, notice), indexed=max(day, paper.indexed))
        if record is not None:
            making.papers[index] = replace(making.papers[index], mdat=max(day, paper.mdat))
            own.append(record)
            pmid += 2
    return own


def trial_of(text: Text, nct: str, pmid: int, day: date, today: date, posted: bool) -> Trial:
    """The registration of a written trial, posted two years before its paper, updated about when the paper came."""
    return Trial(
        nct, text.title, text.topic.condition, text.cells, text.comparator, text.topic.outcome, text.months, text.arms, text.result,
        day - timedelta(days=730), min(day + timedelta(days=pmid % 200), today), posted, (pmid,),
    )  # fmt: skip


def one_more(corpus: Corpus, day: date) -> Paper:
    """An invented paper with the next free PMID, entered on `day`."""
    pmid = max(corpus.papers, default=30_000_000) + 1
    random = Random(pmid)
    paper = _from_text(random, writing.write(random), pmid, day, day, corpus.today)
    return replace(paper, doi=f"10.5555/added.{pmid}", indexed=corpus.today, in_crossref_with="abstract")


def told_anew(paper: Paper, times: int) -> tuple[tuple[str, str], ...]:
    """Another abstract on a paper's topic, with other numbers."""
    topic = next((topic for topic in writing.TOPICS if topic.mesh in paper.mesh), None)
    return writing.write(Random(f"{paper.pmid}/{times}"), next(iter(paper.trials), ""), topic).abstract


def one_more_trial(corpus: Corpus, day: date) -> Trial:
    """An invented registration with the next free number, posted and updated on `day`."""
    number = max((int(nct[3:]) for nct in corpus.trials), default=90_000_000) + 1
    text = writing.write(Random(number))
    return replace(trial_of(text, f"NCT{number}", 0, day, corpus.today, posted=True), first_posted=day, updated=day, pmids=())
