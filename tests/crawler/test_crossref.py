"""Crossref: works, notices, and the sweep for what was published about a paper later on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawler.document import Document
from crawler.errors import SaidNo, Unanswered, Unreadable
from crawler.formats.exact_doi import exact_doi
from crawler.http import Door, Patience, Service
from crawler.politeness import Limit
from crawler.record import Identifiers, Notice, NoticeKind
from crawler.redaction import Secrets
from crawler.sources.crossref import Crossref, notices_of
from crawler.sources.doi import canonical, csl_document
from crawler.sources.source import Answered, Lacking, Search
from tests.imitation import Corpus, Imitation, Schedule, Settings

ODD = "10.1000/odd.7"
ABSTRACT = (
    "<jats:title>Abstract</jats:title><jats:sec><jats:title>Methods</jats:title><jats:p>We gave 10<jats:sup>6</jats:sup> cells to "
    "24 goats.</jats:p></jats:sec><jats:sec><jats:title>Results</jats:title><jats:p>Lameness fell (p &lt; 0.05).</jats:p></jats:sec>"
)
QUICK = Patience(tries=4, first_pause=0.01, longest_pause=0.02, give_up_after=3)


def crossref(base_url: str = "http://127.0.0.1:9/", folder: Path = Path("unused")) -> Crossref:
    """The source, polite for a test: as fast as it can."""
    return Crossref(
        Door("counterclaim-test", Secrets(()), frozenset(), patience=QUICK, folder=folder),
        Service("crossref", base_url, "crossref", Limit(1000), {"mailto": "someone@example.org"}),
    )


def work(**fields: Any) -> dict[str, Any]:
    whole = {
        "DOI": "10.1000/ODD.7",
        "type": "journal-article",
        "title": ["Stromal cells for lame goats &amp; <i>kids</i>"],
        "subtitle": ["a randomised trial"],
        "container-title": ["Journal of Odd Herds"],
        "abstract": ABSTRACT,
        "issued": {"date-parts": [[2020, 11, 5]]},
        "published-print": {"date-parts": [[2021]]},
        "author": [{"family": "Roe", "given": "Ada"}, {"name": "Goat Trial Group"}, {"sequence": "first"}],
        "language": "en",
        "clinical-trial-number": [{"clinical-trial-number": "nct04990001", "registry": "10.18810/clinical-trials-gov"}],
    }
    return whole | {key.replace("_", "-"): value for key, value in fields.items()}


def parsed(**fields: Any) -> Document:
    found = crossref().parse(Answered(ODD, canonical(work(**fields))))
    assert isinstance(found, Document)
    return found


def update(
    kind: str, doi: str = "10.1000/notice.1", source: str | None = "publisher", day: tuple[int, ...] = (2022, 3, 4)
) -> dict[str, Any]:
    entry = {"DOI": doi, "type": kind, "label": kind.replace("_", " ").title(), "updated": {"date-parts": [list(day)]}}
    return entry | ({"source": source} if source else {})


def test_a_work_is_read_whole() -> None:
    document = parsed()
    assert document.title == "Stromal cells for lame goats & kids: a randomised trial"
    assert document.text.endswith("Methods\nWe gave 10⁶ cells to 24 goats.\nResults\nLameness fell (p < 0.05).")
    assert [document.text[s.start : s.end] for s in document.sections[1:]] == [
        "We gave 10⁶ cells to 24 goats.",
        "Lameness fell (p < 0.05).",
    ]
    assert (document.year, document.journal, document.language) == (2020, "Journal of Odd Herds", "eng")
    assert document.authors == ("Roe Ada", "Goat Trial Group")
    assert document.identifiers == Identifiers(doi=ODD)
    assert document.registry_ids == ("NCT04990001",)
    assert document.publication_types == ("journal-article",)


def test_a_work_without_title_abstract_and_date_is_a_document_all_the_same() -> None:
    document = parsed(title=[], subtitle=[], abstract=None, issued={"date-parts": [[None]]}, published_print={"date-parts": [[]]})
    assert (document.title, document.text.strip(), document.year) == ("", "", None)


def test_an_abstract_without_markup_keeps_its_signs() -> None:
    assert parsed(abstract="Pain fell by 3 points, p<0.05.").text.endswith("Pain fell by 3 points, p<0.05.")


def test_a_preprint_is_told_with_its_server_as_journal() -> None:
    document = parsed(type="posted-content", subtype="preprint", container_title=[], institution=[{"name": "OddRxiv"}])
    assert (document.journal, document.publication_types) == ("OddRxiv", ("posted-content", "preprint"))


def test_references_are_kept_by_doi_or_as_they_are_written() -> None:
    references = [
        {"key": "1", "DOI": "10.1000/OLD.1", "year": "1999"},
        {"key": "2", "unstructured": "Roe A. On kids. J Odd Herds. 2001;1:2. doi:10.1000/old.2"},
        {"key": "3", "author": "Doe", "article-title": "On goats", "journal-title": "J Odd Herds", "year": "1987"},
        {"key": "4"},
    ]
    first, second, third = parsed(reference=references).cites
    assert (first.identifiers.doi, second.identifiers.doi) == ("10.1000/old.1", "10.1000/old.2")
    assert (third.identifiers.doi, third.citation) == (None, "Doe. On goats. J Odd Herds. 1987")


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("retraction", NoticeKind.RETRACTED),
        ("Withdrawal", NoticeKind.RETRACTED),
        ("withdrawn", NoticeKind.RETRACTED),
        ("removal", NoticeKind.RETRACTED),
        ("Retraction Notice", NoticeKind.RETRACTED),
        ("notice-of-retraction", NoticeKind.RETRACTED),
        ("partial_retraction", NoticeKind.CORRECTED),
        ("expression_of_concern", NoticeKind.CONCERN),
        ("Expression of Concern", NoticeKind.CONCERN),
        ("editorial-expression-of-concern", NoticeKind.CONCERN),
        ("correction", NoticeKind.CORRECTED),
        ("corrigendum", NoticeKind.CORRECTED),
        ("erratum", NoticeKind.CORRECTED),
        ("addendum", NoticeKind.CORRECTED),
        ("clarification", NoticeKind.CORRECTED),
        ("a_type_of_next_year", NoticeKind.CORRECTED),
        ("new_version", None),
        ("new_edition", None),
    ],
)
def test_only_retraction_withdrawal_and_removal_take_a_paper_out(written: str, kind: NoticeKind | None) -> None:
    notices = notices_of(work(updated_by=[update(written)]))
    assert [n.kind for n in notices] == ([kind] if kind else [])


def test_both_sources_words_of_one_retraction_are_kept_and_one_sources_are_merged() -> None:
    entries = [
        update("retraction"),
        update("retraction", day=(2022,)),
        update("retraction", source="retraction-watch", day=(2022, 3, 1)),
    ]
    notice = Identifiers(doi="10.1000/notice.1")
    assert parsed(updated_by=entries).notices == (
        Notice(NoticeKind.RETRACTED, "crossref:publisher", notice, "2022-03-04", "Retraction"),
        Notice(NoticeKind.RETRACTED, "crossref:retraction-watch", notice, "2022-03-01", "Retraction"),
    )


def test_the_notice_tells_what_it_is_about() -> None:
    document = parsed(DOI="10.1000/notice.1", update_to=[update("retraction", ODD, source=None)])
    assert document.notices == ()
    assert [(n.kind, n.said_by, n.identifiers.doi) for n in document.notifies] == [
        (NoticeKind.RETRACTED, "crossref:publisher", ODD)
    ]


def test_a_paper_retracted_in_place_is_retracted() -> None:
    document = parsed(update_to=[update("withdrawal", "10.1000/ODD.7")])
    assert [n.kind for n in document.notices] == [NoticeKind.RETRACTED]
    assert document.notifies == ()


def test_a_retraction_that_was_taken_back_is_told_as_a_correction() -> None:
    entries = [update("retraction", day=(2022, 3, 4)), update("reinstatement", "10.1000/notice.2", day=(2023, 1, 2))]
    assert [n.kind for n in notices_of(work(updated_by=entries))] == [NoticeKind.CORRECTED]


def test_a_retraction_after_a_reinstatement_stands() -> None:
    entries = [update("reinstatement", day=(2021, 1, 2)), update("retraction", "10.1000/notice.2", day=(2022, 3, 4))]
    assert NoticeKind.RETRACTED in [n.kind for n in notices_of(work(updated_by=entries))]


def test_a_mark_before_the_title_is_what_the_title_says() -> None:
    title = ["RETRACTED: Cells for goats"]
    assert [n.said_by for n in parsed(title=title).notices] == ["title"]
    assert [n.said_by for n in parsed(title=title, updated_by=[update("retraction")]).notices] == ["crossref:publisher"]
    taken_back = [update("retraction"), update("reinstatement", "10.1000/notice.2", day=(2023, 1, 2))]
    assert [n.kind for n in parsed(title=title, updated_by=taken_back).notices] == [NoticeKind.CORRECTED]


def test_an_unchanged_work_has_unchanged_bytes() -> None:
    before = work(indexed={"timestamp": 1}, is_referenced_by_count=4, score=1.0)
    after = dict(reversed(work(indexed={"timestamp": 2}, is_referenced_by_count=5, score=2.0).items()))
    assert canonical(before) == canonical(after)
    assert canonical(before) != canonical(before | {"title": ["Another"]})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=8), st.sampled_from(sorted([*work(), "reference", "updated-by", "update-to", "institution", "subtitle", "created"])))  # fmt: skip
def test_a_field_of_another_shape_costs_no_other(value: object, key: str) -> None:
    found = crossref().parse(Answered(ODD, canonical(work() | {key: value})))
    assert isinstance(found, Document)
    assert key == "container-title" or found.journal == "Journal of Odd Herds"
    found.text.encode("utf-8")


@given(st.text(alphabet="abcXYZ019<>;:()/#.-_", min_size=1, max_size=40))
@example(":)>")
def test_a_name_in_normal_form_stays_as_it_is(tail: str) -> None:
    name = exact_doi(f"https://doi.org/10.1002/(SICI){tail}Z")
    assert name is None or exact_doi(name) == name


def test_kept_bytes_that_are_no_work_are_named() -> None:
    for body in (b"", b"[]", b"{", b"\xff", b"[" * 100_000):
        found = crossref().parse(Answered(ODD, body))
        assert isinstance(found, Unreadable)
        assert found.where == ODD


def test_csl_json_is_read_by_the_same_rules() -> None:
    fields = {
        "title": "Cells of kids",
        "container-title": "Odd Data",
        "issued": {"raw": "2019-05-06"},
        "DOI": "10.5555/x",
        "type": "dataset",
    }
    document = csl_document("10.5555/x", json.loads(canonical(fields)), "doi")
    assert (document.title, document.journal, document.year) == ("Cells of kids", "Odd Data", 2019)


def served(corpus: Corpus, schedule: Schedule | None = None) -> Imitation:
    return Imitation(corpus, schedule, settings=Settings(crossref_limits=(1000, 100)))


@pytest.fixture
def corpus() -> Corpus:
    return Corpus.generate(180, seed=3)


@pytest.fixture
def service(corpus: Corpus) -> Iterator[Imitation]:
    with served(corpus) as running:
        yield running


def dois(corpus: Corpus, count: int) -> list[str]:
    """Registered DOIs without odd signs, each of one paper."""
    names = dict.fromkeys(paper.registered_doi for paper in corpus.papers.values())
    return [name for name in names if name.islower() and "<" not in name][:count]


def test_fifty_works_are_one_request(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    asked = dois(corpus, 50)
    source = crossref(service.base("crossref"), tmp_path)
    found = list(source.records(asked))
    assert [one.id for one in found] == asked
    assert all(isinstance(one, Answered) for one in found)
    assert service.stats.per_route() == {"crossref.works": 1}


def test_each_doi_that_crossref_does_not_know_is_named(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    known = dois(corpus, 2)
    asked = [*known, "10.5555/never.was", "no doi at all"]
    found = {one.id: one for one in crossref(service.base("crossref"), tmp_path).records(asked)}
    assert list(found) == asked
    assert [isinstance(found[id], Answered) for id in asked] == [True, True, False, False]
    for id in asked[2:]:
        lacking = found[id]
        assert isinstance(lacking, Lacking)
        assert lacking.gone


def test_a_doi_of_signs_is_asked_for_by_itself_and_found(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    odd = "10.1002/(sici)1097-0000(199809)17:15/16<1661::aid-odd968>3.0.co;2-2"
    comma = "10.5555/a,b#c;d"
    corpus.add(doi=odd, crossref_doi=odd.upper(), agency="crossref")
    corpus.add(doi=comma, crossref_doi=comma, agency="crossref")
    source = crossref(service.base("crossref"), tmp_path)
    found = list(source.records([*dois(corpus, 3), odd, comma]))
    assert all(isinstance(one, Answered) for one in found)
    documents = [source.parse(one) for one in found[3:] if isinstance(one, Answered)]
    assert [d.identifiers.doi for d in documents if isinstance(d, Document)] == [odd, comma]


@pytest.mark.parametrize(
    "fault", ["drop:3", "dup:2", "swap:1", "emptyset", "truncate-clean:50%", "html200", "503", "reset-mid", "badgzip"]
)
def test_a_faulty_list_costs_no_work(corpus: Corpus, fault: str, tmp_path: Path) -> None:
    asked = dois(corpus, 50)
    with served(corpus, Schedule().then("crossref.works", fault)) as service:
        found = list(crossref(service.base("crossref"), tmp_path).records(asked))
    assert [one.id for one in found if isinstance(one, Answered)] == asked


def test_a_work_that_a_list_keeps_leaving_out_is_asked_for_by_itself(corpus: Corpus, tmp_path: Path) -> None:
    asked = dois(corpus, 50)
    with served(corpus, Schedule().always("crossref.works", "drop:2")) as service:
        found = list(crossref(service.base("crossref"), tmp_path).records(asked))
        assert service.stats.per_route()["crossref.work"] == 2
    assert all(isinstance(one, Answered) for one in found)


def test_a_404_that_is_no_word_of_crossrefs_says_nothing_about_the_doi(corpus: Corpus, tmp_path: Path) -> None:
    with served(corpus, Schedule().always("crossref.work", "status:404")) as service:
        (lacking,) = crossref(service.base("crossref"), tmp_path).records(dois(corpus, 1))
    assert isinstance(lacking, Lacking)
    assert not lacking.gone


@pytest.mark.parametrize("manner", ["404", "work"])
def test_a_merged_doi_brings_the_other_ones_work_where_crossref_forwards_it(corpus: Corpus, manner: str, tmp_path: Path) -> None:
    target = dois(corpus, 1)[0]
    corpus.alias(corpus.with_doi(target)[0].pmid, "10.5555/merged.1")
    with Imitation(corpus, settings=Settings(crossref_limits=(1000, 100), crossref_alias=manner)) as service:
        source = crossref(service.base("crossref"), tmp_path)
        (found,) = source.records(["10.5555/merged.1"])
    if manner == "404":
        assert isinstance(found, Lacking)
        assert found.gone
    else:
        assert isinstance(found, Answered)
        document = source.parse(found)
        assert isinstance(document, Document)
        assert (found.id, document.identifiers.doi) == ("10.5555/merged.1", target)


def test_a_service_that_is_down_is_an_error_and_no_empty_answer(corpus: Corpus, tmp_path: Path) -> None:
    with served(corpus, Schedule().always("crossref", "503")) as service, pytest.raises(Unanswered, match="503"):
        list(crossref(service.base("crossref"), tmp_path).records(dois(corpus, 5)))


def test_crossref_is_not_searched() -> None:
    with pytest.raises(SaidNo, match="not searched"):
        crossref().listing(Search("goats"), None)


def test_the_sweep_finds_what_crossref_alone_knows_with_one_request_for_fifty(
    corpus: Corpus, service: Imitation, tmp_path: Path
) -> None:
    asked = dois(corpus, 101)
    papers = [paper for paper in corpus.papers.values() if paper.registered_doi in asked]
    corpus.retract(papers[7].pmid, where="crossref")
    corpus.concern(papers[60].pmid, where="crossref")
    corpus.correct(papers[100].pmid, where="crossref")
    before = {paper.registered_doi for paper in papers if any("crossref" in n.where for n in paper.notices)}
    swept = list(crossref(service.base("crossref"), tmp_path).sweep([*asked, asked[0]]))
    found = {one[0]: one[1] for one in swept if isinstance(one, tuple)}
    assert len(swept) == 101
    assert set(found) == set(asked)
    assert service.stats.per_route() == {"crossref.works": 3}
    assert NoticeKind.RETRACTED in [n.kind for n in found[papers[7].registered_doi]]
    assert NoticeKind.CONCERN in [n.kind for n in found[papers[60].registered_doi]]
    assert NoticeKind.CORRECTED in [n.kind for n in found[papers[100].registered_doi]]
    noticed = {papers[i].registered_doi for i in (7, 60, 100)} | before
    assert {doi for doi, notices in found.items() if notices} == noticed


def test_the_sweep_names_what_crossref_does_not_know(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    swept = list(
        crossref(service.base("crossref"), tmp_path).sweep([*dois(corpus, 3), "10.5555/never.was", "no doi", "10.5555/a,b"])
    )
    lacking = {one.id: one.gone for one in swept if isinstance(one, Lacking)}
    assert lacking == {"10.5555/never.was": True, "no doi": True, "10.5555/a,b": True}


def test_a_page_of_the_sweep_that_fails_costs_no_other(corpus: Corpus, tmp_path: Path) -> None:
    asked = dois(corpus, 120)
    with served(corpus, Schedule().then("crossref.works", "503 x4", skip=1)) as service:
        swept = list(crossref(service.base("crossref"), tmp_path).sweep(asked))
    lacking = [one for one in swept if isinstance(one, Lacking)]
    assert sorted(one.id for one in lacking) == sorted(asked[50:100])
    assert not any(one.gone for one in lacking)
    assert all("503" in one.why for one in lacking)
    assert {one[0] for one in swept if isinstance(one, tuple)} == {*asked[:50], *asked[100:]}


def test_a_list_that_is_refused_for_one_odd_name_costs_no_other_doi(corpus: Corpus, tmp_path: Path) -> None:
    odd = "10.1002/(sici)1097-0000(199809)17:15/16<1661::aid-odd968>3.0.co;2-2"
    corpus.add(doi=odd, crossref_doi=odd, agency="crossref")
    asked = [*dois(corpus, 30), odd]
    with served(corpus, Schedule().then("crossref.works", "status:400")) as service:
        swept = list(crossref(service.base("crossref"), tmp_path).sweep(asked))
        assert service.stats.per_route() == {"crossref.works": 2, "crossref.work": 1}
    assert {one[0] for one in swept if isinstance(one, tuple)} == set(asked)


def test_a_list_that_is_refused_altogether_is_not_asked_for_piece_by_piece(corpus: Corpus, tmp_path: Path) -> None:
    with served(corpus, Schedule().always("crossref", "status:403")) as service:
        swept = list(crossref(service.base("crossref"), tmp_path).sweep(dois(corpus, 50)))
        assert service.stats.count() == 1
    assert all(isinstance(one, Lacking) and not one.gone and "403" in one.why for one in swept)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_doi_of_the_sweep_is_lost_among_faults(corpus: Corpus, seed: int, tmp_path: Path) -> None:
    asked = dois(corpus, 120)
    retracted = next(paper for paper in corpus.papers.values() if paper.registered_doi == asked[77])
    corpus.retract(retracted.pmid, where="crossref")
    faults = ["500", "html200", "truncate-clean:50%", "reset", "chunk-cut:50%", "drop:3", "dup:2", "swap:1", "badgzip"]
    with served(corpus, Schedule().share("crossref.works", 0.3, faults, seed)) as service:
        swept = {one[0]: one[1] for one in crossref(service.base("crossref"), tmp_path).sweep(asked) if isinstance(one, tuple)}
    assert set(swept) == set(asked)
    assert NoticeKind.RETRACTED in [n.kind for n in swept[asked[77]]]
