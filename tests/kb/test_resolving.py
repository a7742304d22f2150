"""add DOI PMID NCT PMC: where each is looked for, who speaks for a paper that several know, and what is said of what nobody knows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.pipeline import Reader
from tests.imitation import Imitation, Schedule
from tests.served import BETTER, SAME, WORSE, Desk, desk_with, made, paper

BOTH = "[searches.cells]\nquery = 'mesenchymal'\nsources = ['{}', '{}']"


@pytest.fixture
def desk(tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """One paper in PubMed Central, one that is not, and one whose abstract Crossref was not given."""
    papers = (
        paper(1001, pmcid="PMC9001", open_access=True),
        paper(1002, WORSE),
        paper(1003, SAME, in_crossref_with="title"),
    )
    with desk_with(tmp_path, made(*papers), reader, monkeypatch) as desk:
        yield desk


@pytest.fixture
def without_pubmed(desk: Desk) -> Iterator[Desk]:
    """The same, with a PubMed that has none of these papers."""
    with Imitation(made()) as elsewhere:
        desk.configure(pubmed=elsewhere.base("pubmed"))
        yield desk


def formats(desk: Desk) -> list[tuple[str, str]]:
    """DOI and importer of each document."""
    return [(r[0], r[1]) for r in desk.rows("SELECT doi, format FROM document ORDER BY doi")]


def test_identifiers_of_every_sort_and_files_are_added_in_one_command(desk: Desk) -> None:
    trial = desk.corpus.add_trial()
    (desk.folder / "mine.jsonl").write_text(json.dumps({"id": "mine", "title": "My own", "abstract": BETTER}) + "\n")
    ran = desk.process("add", "https://doi.org/10.5555/MADE.1003", "PMID: 1002", trial.nct, "mine.jsonl", "PMC9001")
    assert (ran.code, ran.err) == (0, "")
    assert "1 added" in ran.out
    assert "4 new" in ran.out
    assert sorted(r[0] for r in desk.rows("SELECT came_as FROM document")) == [
        trial.nct,
        "mine",
        "pmid:1001",
        "pmid:1002",
        "pmid:1003",
    ]


def test_the_address_of_a_page_is_the_identifier_that_it_holds(desk: Desk) -> None:
    trial = desk.corpus.add_trial()
    ran = desk.ask(
        "add", "https://pubmed.ncbi.nlm.nih.gov/1002/", "https://doi.org/10.5555/made.1003", f"https://clinicaltrials.gov/study/{trial.nct}?tab=results",
        "https://pmc.ncbi.nlm.nih.gov/articles/PMC9001/",
    )  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    assert [r[0] for r in desk.rows("SELECT came_as FROM document ORDER BY came_as")] == [
        trial.nct,
        "pmid:1001",
        "pmid:1002",
        "pmid:1003",
    ]


def test_a_name_given_twice_in_two_spellings_is_fetched_once(desk: Desk) -> None:
    assert "1 new" in desk.ask("add", "10.5555/made.1001", "1001", "PMC9001", "doi:10.5555/MADE.1001").out
    assert len(desk.rows("SELECT id FROM document")) == 1


def test_a_doi_that_nobody_knows_is_named_with_the_word_of_doi_org(desk: Desk) -> None:
    ran = desk.ask("add", "10.5555/made.1001", "10.5555/nobody")
    assert ran.code == 3
    assert ran.err == "Left out: 10.5555/nobody: doi.org knows no such DOI. Check how it is spelt.\n"
    assert desk.pmids() == ["1001"]
    assert desk.rows("SELECT place FROM problem") == [("10.5555/nobody",)]


def test_doi_org_that_is_down_is_no_word_about_the_doi(desk: Desk) -> None:
    desk.down("doi")
    ran = desk.ask("add", "10.5555/nobody")
    assert ran.code == 75
    assert "no such DOI" not in ran.err
    assert "10.5555/nobody: not fetched" in ran.err


def test_pubmed_that_is_down_costs_the_trial_nothing(desk: Desk) -> None:
    trial = desk.corpus.add_trial()
    desk.down("eutils")
    ran = desk.ask("add", "10.5555/made.1001", trial.nct)
    assert (ran.code, "10.5555/made.1001: not fetched" in ran.err) == (3, True)
    assert desk.rows("SELECT came_as FROM document") == [(trial.nct,)]


def test_one_doi_that_fails_costs_no_other_that_crossref_knows(without_pubmed: Desk) -> None:
    without_pubmed.service.schedule = Schedule().always("doi", "500")
    ran = without_pubmed.ask("add", "10.5555/made.1001", "10.5555/nobody")
    assert (ran.code, "1 new" in ran.out) == (3, True)


def test_crossref_that_is_down_means_try_again_later(without_pubmed: Desk) -> None:
    without_pubmed.down("crossref")
    ran = without_pubmed.ask("add", "10.5555/made.1002")
    assert (ran.code, "10.5555/made.1002: not fetched" in ran.err) == (75, True)


def test_a_doi_that_pubmed_lacks_comes_from_crossref_with_its_abstract(without_pubmed: Desk) -> None:
    ran = without_pubmed.ask("add", "10.5555/made.1002")
    assert (ran.code, ran.err) == (0, "")
    assert formats(without_pubmed) == [("10.5555/made.1002", "crossref")]
    assert [c["direction"] for c in without_pubmed.outcome()["claims"]] == ["favours_comparator"]


def test_where_crossref_has_no_abstract_that_of_europe_pmc_is_read(without_pubmed: Desk) -> None:
    ran = without_pubmed.ask("add", "10.5555/made.1003")
    assert (ran.code, ran.err) == (0, "")
    assert formats(without_pubmed) == [("10.5555/made.1003", "europepmc")]
    assert [c["direction"] for c in without_pubmed.outcome()["claims"]] == ["no_difference"]


def test_a_doi_of_another_agency_comes_by_way_of_doi_org(without_pubmed: Desk) -> None:
    added = without_pubmed.corpus.add(title="Mesenchymal stem cells at DataCite", agency="datacite", abstract=(("", BETTER),))
    assert without_pubmed.ask("add", added.doi).code == 0
    assert without_pubmed.titles() == ["Mesenchymal stem cells at DataCite"]
    assert without_pubmed.service.stats.count("doi.resolve") > 0


def test_a_doi_from_before_a_merger_leads_to_the_paper(desk: Desk) -> None:
    desk.corpus.alias(1002, "10.5555/before.merging")
    assert desk.ask("add", "10.5555/before.merging", "1002").code == 0
    assert desk.pmids() == ["1002"]
    assert len(desk.rows("SELECT id FROM document")) == 1


def test_a_pmcid_that_the_converter_lacks_is_looked_for_at_europe_pmc(desk: Desk) -> None:
    with Imitation(made()) as elsewhere:
        desk.configure(idconv=elsewhere.base("idconv"))
        assert desk.ask("add", "PMC9001").code == 0
    assert formats(desk) == [("10.5555/made.1001", "europepmc")]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PMC9999", "neither the NCBI converter nor Europe PMC knows it"),
        ("77777", "PubMed has no PMID 77777"),
        ("NCT91234567", "ClinicalTrials.gov has no study NCT91234567"),
        ("ISRCTN12345678", "only registrations of ClinicalTrials.gov"),
    ],
)
def test_what_nobody_knows_is_named(desk: Desk, name: str, words: str) -> None:
    ran = desk.ask("add", name, "1001")
    assert ran.code == 3
    assert words in ran.err
    assert ran.err.count("Left out: ") == 1
    assert desk.pmids() == ["1001"]


def test_a_trial_with_posted_results_gives_effects_that_point_into_the_answer(desk: Desk) -> None:
    trial = desk.corpus.add_trial()
    assert trial.posted
    assert desk.ask("add", trial.nct).code == 0
    found = desk.rows(
        "SELECT e.estimate, v.pointer, v.start_char FROM effect e JOIN evidence v ON v.id = e.evidence_id WHERE e.measure = 'MD'"
    )
    assert [(estimate, start) for estimate, _, start in found] == [(trial.result.difference, None)]
    answer = json.loads(unpacked(desk))
    for part in found[0][1].lstrip("/").split("/"):
        answer = answer[int(part)] if isinstance(answer, list) else answer[part]
    assert str(trial.result.difference) in json.dumps(answer)
    assert desk.ask("verify").code == 0


def unpacked(desk: Desk) -> bytes:
    """The one answer that is stored."""
    import zlib

    ((body,),) = desk.rows("SELECT body FROM answer")
    return zlib.decompress(body)


def test_the_full_text_is_fetched_where_there_is_one_and_its_absence_is_said(desk: Desk) -> None:
    ran = desk.ask("add", "--full-text", "1001", "1002")
    assert ran.code == 3
    assert "Left out: 1002: no full text" in ran.err
    assert desk.rows("SELECT pmid, format, read FROM document ORDER BY pmid") == [
        ("1001", "jats", "full text"),
        ("1002", "pubmed_xml", "abstract"),
    ]


# Who speaks for a paper


@pytest.mark.parametrize("order", [("pubmed", "europepmc"), ("europepmc", "pubmed")])
def test_records_of_two_sources_are_one_document_and_pubmeds_text_stays(desk: Desk, order: tuple[str, str]) -> None:
    desk.configure(BOTH.format(*order))
    for _ in range(2):
        ran = desk.ask("refresh", "--full")
        assert (ran.code, ran.err) == (0, "")
        assert [r[1] for r in formats(desk)] == ["pubmed_xml"] * 3
    assert desk.rows("SELECT count(*), count(DISTINCT document_id) FROM record") == [(6, 3)]
    assert sum(desk.outcome()["counts"]["trial"].values()) == 3


def test_a_paper_that_europe_pmc_had_first_becomes_pubmeds_and_stays_one(desk: Desk) -> None:
    desk.ask("search", "mesenchymal", "--source", "europepmc")
    assert {r[1] for r in formats(desk)} == {"europepmc"}
    desk.ask("search", "mesenchymal", "--source", "pubmed")
    assert [r[1] for r in formats(desk)] == ["pubmed_xml"] * 3


@pytest.mark.parametrize(
    "sources", [("pubmed", "europepmc"), ("europepmc", "pubmed"), ("europepmc", "europepmc"), ("pubmed", "pubmed")]
)
def test_two_papers_under_one_doi_stay_two(desk: Desk, sources: tuple[str, str]) -> None:
    desk.corpus.revise(1002, doi="10.5555/made.1001")
    desk.configure(BOTH.format(*sources))
    ran = desk.ask("refresh")
    assert (ran.code, ran.err) == (0, "")
    assert desk.pmids() == ["1001", "1002", "1003"]
    assert [r[0] for r in formats(desk)] == ["10.5555/made.1001"] * 2 + ["10.5555/made.1003"]


def test_a_doi_of_two_papers_brings_both(desk: Desk) -> None:
    desk.corpus.add(title="Mesenchymal stem cells, part two", doi="10.5555/made.1001")
    assert desk.ask("add", "10.5555/made.1001").code == 0
    assert desk.pmids() == ["1001", "1004"]


def test_two_papers_with_one_title_stay_two(desk: Desk) -> None:
    for told in (BETTER, WORSE):
        desk.corpus.add(title="Editorial", abstract=(("", told),))
    assert desk.ask("search", "editorial").code == 0
    assert desk.titles() == ["Editorial", "Editorial"]
