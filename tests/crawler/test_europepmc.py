"""Europe PMC: listings by cursor, records, full texts and reference lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.document import Document
from crawler.errors import SaidNo, Unanswered, Unreadable
from crawler.http import Door, Patience, Service
from crawler.politeness import Limit
from crawler.record import Identifiers, NoticeKind
from crawler.redaction import Secrets
from crawler.sources.doi import canonical
from crawler.sources.europepmc import EuropePmc
from crawler.sources.source import Answered, Lacking, Search
from tests.imitation import Corpus, Imitation, Schedule, Settings
from tests.imitation.corpus import TODAY

QUICK = Patience(tries=4, first_pause=0.01, longest_pause=0.02, give_up_after=3)


def europepmc(base_url: str = "http://127.0.0.1:9/", folder: Path = Path("unused")) -> EuropePmc:
    """The source, polite for a test: as fast as it can."""
    door = Door("counterclaim-test", Secrets(()), frozenset(), patience=QUICK, folder=folder)
    return EuropePmc(door, Service("europepmc", base_url, "europepmc", Limit(1000)))


def core(**fields: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "id": "36000001",
        "source": "MED",
        "pmid": "36000001",
        "pmcid": "PMC9000001",
        "doi": "10.1000/Odd.8",
        "title": "Stromal cells for <i>Capra</i> &amp; kin.",
        "authorString": "Roe A, Doe B.",
        "authorList": {"author": [{"fullName": "Roe A"}, {"collectiveName": "Goat Trial Group"}]},
        "journalInfo": {"yearOfPublication": 2021, "journal": {"title": "Journal of Odd Herds"}},
        "pubYear": "2021",
        "abstractText": "<h4>Methods</h4>We gave cells to 24 goats (NCT04990001).<h4>Results</h4>Lameness fell, p&lt;0.05.",
        "language": "eng",
        "pubTypeList": {"pubType": ["Journal Article", "Randomized Controlled Trial"]},
        "keywordList": {"keyword": ["goat", "cells"]},
        "meshHeadingList": {"meshHeading": [{"majorTopic_YN": "N", "descriptorName": "Goats"}]},
        "firstIndexDate": "2021-04-05",
        "dateOfRevision": "2022-01-02",
    }
    return whole | fields


def parsed(**fields: Any) -> Document:
    found = europepmc().parse(Answered("MED:36000001", canonical(core(**fields))))
    assert isinstance(found, Document)
    return found


def correction(kind: str, **fields: Any) -> dict[str, Any]:
    entry = {"id": "36000009", "source": "MED", "reference": "J Odd Herds. 2022;2:3. doi: 10.1000/odd.9", "type": kind} | fields
    return {"commentCorrection": [entry]}


def test_a_record_is_read_whole() -> None:
    document = parsed()
    assert document.title == "Stromal cells for Capra & kin."
    assert [document.text[s.start : s.end] for s in document.sections[1:]] == [
        "We gave cells to 24 goats (NCT04990001).",
        "Lameness fell, p<0.05.",
    ]
    assert document.identifiers == Identifiers("10.1000/odd.8", "36000001", "PMC9000001")
    assert (document.year, document.journal, document.language) == (2021, "Journal of Odd Herds", "eng")
    assert document.authors == ("Roe A", "Goat Trial Group")
    assert (document.mesh, document.keywords, document.registry_ids) == (("Goats",), ("goat", "cells"), ("NCT04990001",))
    assert document.publication_types == ("Journal Article", "Randomized Controlled Trial")
    assert (document.entered, document.revised) == ("2021-04-05", "2022-01-02")
    assert document.url == "https://europepmc.org/article/MED/36000001"


def test_a_record_without_abstract_and_author_list_is_kept() -> None:
    document = parsed(abstractText=None, authorList=None, title=None)
    assert (document.text.strip(), document.authors) == ("", ("Roe A", "Doe B"))


def test_a_preprint_bears_its_server_as_journal() -> None:
    document = parsed(id="PPR1", source="PPR", pmid=None, journalInfo=None, bookOrReportDetails={"publisher": "OddRxiv"})
    assert (document.journal, document.identifiers.pmid) == ("OddRxiv", None)


def test_a_retraction_of_the_record_and_the_record_that_is_one_are_told_apart() -> None:
    (about,) = parsed(commentCorrectionList=correction("Retraction in")).notices
    assert (about.kind, about.said_by, about.identifiers) == (
        NoticeKind.RETRACTED,
        "europepmc",
        Identifiers("10.1000/odd.9", "36000009"),
    )
    notice = parsed(commentCorrectionList=correction("Retraction of"))
    assert (notice.notices, [n.kind for n in notice.notifies]) == ((), [NoticeKind.RETRACTED])


def test_an_erratum_a_concern_and_a_comment_retract_nothing() -> None:
    kinds = {"Erratum in": [NoticeKind.CORRECTED], "Expression of concern in": [NoticeKind.CONCERN], "Comment in": []}
    for words, kind in kinds.items():
        assert [n.kind for n in parsed(commentCorrectionList=correction(words)).notices] == kind


def test_a_mark_before_the_title_is_what_the_title_says() -> None:
    assert [n.said_by for n in parsed(title="RETRACTED: Cells for goats").notices] == ["title"]


def test_the_type_alone_says_that_a_paper_is_retracted() -> None:
    types = {"pubType": ["Journal Article", "Retracted Publication"]}
    assert [n.kind for n in parsed(pubTypeList=types).notices] == [NoticeKind.RETRACTED]
    assert len(parsed(pubTypeList=types, commentCorrectionList=correction("Retraction in")).notices) == 1


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["author", "journal", "title", "commentCorrection", "type"]), inner, max_size=3), max_leaves=8), st.sampled_from(sorted([*core(), "commentCorrectionList"])))  # fmt: skip
def test_a_field_of_another_shape_costs_no_other(value: object, key: str) -> None:
    found = europepmc().parse(Answered("MED:36000001", canonical(core() | {key: value})))
    assert isinstance(found, Document)
    assert key == "language" or found.language == "eng"
    found.text.encode("utf-8")


def test_kept_bytes_that_are_no_record_are_named() -> None:
    assert isinstance(europepmc().parse(Answered("MED:1", b"<html>")), Unreadable)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.generate(2300, seed=4)


@pytest.fixture
def service(corpus: Corpus) -> Iterator[Imitation]:
    with Imitation(corpus) as running:
        yield running


def matching(corpus: Corpus) -> Search:
    """A search that every paper matches."""
    return Search("SRC:med")


def all_ids(corpus: Corpus) -> set[str]:
    return {f"MED:{pmid}" for pmid in corpus.papers}


@pytest.mark.parametrize("manner", ["repeat", "omit", "empty"])
def test_a_listing_names_every_hit_with_one_request_a_page(corpus: Corpus, manner: str, tmp_path: Path) -> None:
    with Imitation(corpus, settings=Settings(epmc_last=manner)) as service:
        listing = europepmc(service.base("europepmc"), tmp_path).listing(matching(corpus), None)
        assert service.stats.count("europepmc") == 3
    assert {item.id for item in listing.items} == all_ids(corpus)
    assert (len(listing.items), listing.whole) == (listing.found, True)


@pytest.mark.parametrize("manner", ["repeat", "omit", "empty"])
def test_a_last_page_that_is_exactly_full_ends_the_listing(manner: str, tmp_path: Path) -> None:
    corpus = Corpus.generate(1000, seed=5)
    for pmid in list(corpus.papers)[1000:]:
        corpus.delete(pmid)
    with Imitation(corpus, settings=Settings(epmc_last=manner)) as service:
        listing = europepmc(service.base("europepmc"), tmp_path).listing(Search("SRC:med"), None)
        assert service.stats.count("europepmc") == 1
    assert len(listing.items) == listing.found == 1000


def test_a_search_without_hits_is_an_answer(service: Imitation, tmp_path: Path) -> None:
    listing = europepmc(service.base("europepmc"), tmp_path).listing(Search("EXT_ID:1"), None)
    assert (listing.items, listing.found, listing.whole) == ((), 0, True)


def test_a_limit_is_kept_and_the_listing_called_partial(service: Imitation, tmp_path: Path) -> None:
    listing = europepmc(service.base("europepmc"), tmp_path).listing(Search("SRC:med", limit=7), None)
    assert (len(listing.items), listing.whole, listing.found > 7) == (7, False, True)


def test_what_was_indexed_and_what_was_changed_since_a_day_are_listed(tmp_path: Path) -> None:
    corpus = Corpus.generate(60, seed=6)
    old = min(corpus.papers.values(), key=lambda paper: paper.edat)
    corpus.revise(old.pmid, back_dated=1)
    late = corpus.add(back_dated=3)
    day = TODAY - timedelta(days=4)
    with Imitation(corpus) as service:
        listing = europepmc(service.base("europepmc"), tmp_path).listing(Search("SRC:med", since=day), day)
        assert service.stats.count("europepmc") == 2
    marked = {item.id: item.revised for item in listing.items}
    assert marked[f"MED:{old.pmid}"]
    assert f"MED:{late.pmid}" in marked
    assert set(marked) == {f"MED:{p.pmid}" for p in corpus.papers.values() if max(p.edat, p.mdat) >= day}
    assert not listing.whole


@pytest.mark.parametrize(
    "fault", ["drop:3", "dup:2", "swap:1", "emptyset", "truncate-clean:50%", "error", "html200", "503", "reset-mid"]
)
@pytest.mark.parametrize("page", [0, 1, 2])
def test_a_faulty_page_costs_no_hit(corpus: Corpus, fault: str, page: int, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().then("europepmc.search", fault, skip=page)) as service:
        listing = europepmc(service.base("europepmc"), tmp_path).listing(matching(corpus), None)
    assert {item.id for item in listing.items} == all_ids(corpus)


def test_a_listing_that_stays_short_says_so(corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("europepmc.search", "drop:1")) as service:
        listing = europepmc(service.base("europepmc"), tmp_path).listing(matching(corpus), None)
    assert len(listing.items) < listing.found == len(corpus.papers)
    assert not listing.whole


def test_an_error_under_status_200_is_asked_again_or_told_by_its_words(corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus) as service, pytest.raises(SaidNo, match="cannot be read"):
        europepmc(service.base("europepmc"), tmp_path).listing(Search("(goats AND"), None)
    with (
        Imitation(corpus, Schedule().always("europepmc", "error")) as service,
        pytest.raises(Unanswered, match="Search Backend failed"),
    ):
        europepmc(service.base("europepmc"), tmp_path).listing(matching(corpus), None)


def test_a_long_query_is_posted(service: Imitation, tmp_path: Path) -> None:
    query = " OR ".join(f"EXT_ID:{number}" for number in range(300))
    assert europepmc(service.base("europepmc"), tmp_path).listing(Search(query), None).items == ()
    assert [seen.method for seen in service.stats.requests()] == ["POST"]


def test_fifty_records_are_one_request(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    ids = [f"MED:{pmid}" for pmid in list(corpus.papers)[:50]]
    source = europepmc(service.base("europepmc"), tmp_path)
    found = list(source.records(ids))
    assert [one.id for one in found if isinstance(one, Answered)] == ids
    assert service.stats.count("europepmc") == 1
    documents = [source.parse(one) for one in found if isinstance(one, Answered)]
    assert [d.identifiers.pmid for d in documents if isinstance(d, Document)] == [id[4:] for id in ids]


def test_a_record_is_found_by_pmcid_and_by_doi(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    paper = next(p for p in corpus.papers.values() if p.pmcid and p.doi and len(corpus.with_doi(p.doi)) == 1 and "<" not in p.doi)
    source = europepmc(service.base("europepmc"), tmp_path)
    found = list(source.records([f"PMC:{paper.pmcid}", f"DOI:{paper.doi}"]))
    documents = [source.parse(one) for one in found if isinstance(one, Answered)]
    assert [d.identifiers.pmid for d in documents if isinstance(d, Document)] == [str(paper.pmid)] * 2


def test_each_id_without_a_record_is_named(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    known = f"MED:{next(iter(corpus.papers))}"
    ids = [known, "MED:99999999", "no id at all", "MED:1) OR (SRC:MED"]
    found = list(europepmc(service.base("europepmc"), tmp_path).records(ids))
    assert [one.id for one in found] == ids
    assert [one.gone for one in found if isinstance(one, Lacking)] == [True] * 3
    assert service.stats.count("europepmc") == 2


@pytest.mark.parametrize("fault", ["drop:3", "dup:2", "swap:1", "emptyset", "truncate-clean:50%", "error"])
def test_a_faulty_batch_costs_no_record(corpus: Corpus, fault: str, tmp_path: Path) -> None:
    ids = [f"MED:{pmid}" for pmid in list(corpus.papers)[100:150]]
    with Imitation(corpus, Schedule().then("europepmc.search", fault)) as service:
        found = list(europepmc(service.base("europepmc"), tmp_path).records(ids))
    assert [one.id for one in found if isinstance(one, Answered)] == ids


def test_a_full_text_is_kept_byte_for_byte_and_a_closed_one_is_named(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    paper = next(p for p in corpus.papers.values() if p.pmcid and p.open_access)
    closed = next(p for p in corpus.papers.values() if p.pmcid and not p.open_access)
    source = europepmc(service.base("europepmc"), tmp_path)
    found = source.full_text(paper.pmcid.lower())
    assert isinstance(found, Answered)
    assert found.body.rstrip().endswith(b"</article>")
    for pmcid in (closed.pmcid, "PMC99999999", "no number"):
        lacking = source.full_text(pmcid)
        assert isinstance(lacking, Lacking)
        assert lacking.gone


@pytest.mark.parametrize("cut", ["1%", "50%", "99.9%"])
def test_a_cut_full_text_is_asked_for_again(corpus: Corpus, cut: str, tmp_path: Path) -> None:
    paper = next(p for p in corpus.papers.values() if p.pmcid and p.open_access)
    with Imitation(corpus, Schedule().then("europepmc.fulltext", f"truncate-clean:{cut}")) as service:
        source = europepmc(service.base("europepmc"), tmp_path)
        first, second = source.full_text(paper.pmcid), source.full_text(paper.pmcid)
        assert service.stats.count("europepmc") == 3
    assert first == second


def test_references_are_read_in_their_order(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    paper = max(corpus.papers.values(), key=lambda p: len(p.references))
    cited = europepmc(service.base("europepmc"), tmp_path).references("MED", str(paper.pmid))
    assert len(cited) == len(paper.references) > 1
    assert [ref.identifiers.pmid for ref in cited if ref.identifiers.pmid] == [
        str(n) for n in paper.references if n in corpus.papers
    ]


def test_a_paper_that_europe_pmc_does_not_know_has_no_empty_list_of_references(service: Imitation, tmp_path: Path) -> None:
    with pytest.raises(SaidNo, match="No such paper"):
        europepmc(service.base("europepmc"), tmp_path).references("MED", "99999999")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_among_mixed_faults(corpus: Corpus, seed: int, tmp_path: Path) -> None:
    faults = ["500", "html200", "truncate-clean:50%", "reset", "chunk-cut:50%", "drop:3", "dup:2", "swap:1", "badgzip", "error"]
    patience = Patience(tries=8, first_pause=0.01, longest_pause=0.02)
    with Imitation(corpus, Schedule().share("europepmc", 0.3, faults, seed)) as service:
        door = Door("counterclaim-test", Secrets(()), frozenset(), patience=patience, folder=tmp_path)
        source = EuropePmc(door, Service("europepmc", service.base("europepmc"), "europepmc", Limit(1000)))
        listing = source.listing(Search("SRC:med", since=date(2000, 1, 1)), None)
        ids = [item.id for item in listing.items]
        assert set(ids) == all_ids(corpus)
        for start in range(0, 400, 50):
            found = list(source.records(ids[start : start + 50]))
            assert [one.id for one in found if isinstance(one, Answered)] == ids[start : start + 50]
