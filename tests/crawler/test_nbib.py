from __future__ import annotations

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from crawler.document import Document, OtherText, Read, SectionName
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.nbib import Nbib
from crawler.record import Identifiers, Notice, NoticeKind
from tests.crawler.pages import NBIB

S = SectionName


def items(text: str) -> list[Document | Unreadable]:
    return list(Nbib().read(Given(text, "cart.nbib", "cart")))


def documents(text: str) -> list[Document]:
    found = items(text)
    assert not [str(item) for item in found if isinstance(item, Unreadable)]
    return [item for item in found if isinstance(item, Document)]


def short(items: list[Document | Unreadable]) -> list[str]:
    """PMIDs, and what an error names."""
    return [str(item.identifiers.pmid) if isinstance(item, Document) else str(item) for item in items]


def record(pmid: int, *lines: str, title: str = "Wax {}.") -> str:
    """A short record, whole."""
    head = f"PMID- {pmid}\nOWN - NLM\nTI  - {title.format(pmid)}\n"
    return head + "".join(f"{line}\n" for line in lines) + f"SO  - J Odd Joints. 2020;1:{pmid}.\n\n"


def test_text_and_sections_have_the_shape_of_every_abstract() -> None:
    first = documents(NBIB)[0]
    assert first.text == (
        "Warm wax for cold hands: a randomised trial with ten million drops a day in two towns.\n\n"
        "BACKGROUND: Cold hands trouble many beekeepers.\nMETHODS: Thirty adults were randomised to wax or water.\n"
        "RESULTS: Warmth lasted 40 minutes longer with wax (95% CI 12 to 68; P < 0.01).\nCONCLUSIONS: Wax warms.\nTRIAL REGISTRATION: ISRCTN12345678."
    )
    found = {s.name: first.text[s.start : s.end] for s in first.sections}
    assert found[S.RESULTS].startswith("Warmth lasted")
    assert found[S.REGISTRATION] == "ISRCTN12345678."


def test_every_field_of_the_record_is_taken() -> None:
    first = documents(NBIB)[0]
    assert first.id == "pmid:98000101"
    assert first.identifiers == Identifiers("10.1000/joj.2021.9", "98000101", None)
    assert (first.year, first.journal, first.read) == (2021, "J Odd Joints", Read.ABSTRACT)
    assert (first.entered, first.revised) == ("2021-03-06", "2024-03-05")
    assert first.authors == ("Nemo Ada B", "Nihil Bo", "Wax Group")
    assert first.registry_ids == ("ISRCTN12345678", "NCT09990021")
    assert first.publication_types == ("Journal Article", "Randomized Controlled Trial")
    assert (first.mesh, first.keywords) == (("Hand/physiopathology", "Humans"), ("wax", "cold hands"))
    assert (first.language, first.original_title) == ("eng", "Warmes Wachs.")
    assert first.url == "https://pubmed.ncbi.nlm.nih.gov/98000101/"
    assert (first.origin, first.format) == ("cart.nbib, line 2", "nbib")


def test_an_abstract_in_another_language_stands_beside_the_text() -> None:
    first = documents(NBIB)[0]
    assert first.other_texts == (
        OtherText("ANTECEDENTES: Las manos de los apicultores estan frias. RESULTADOS: La cera calienta.", "spa", "Publisher"),
    )
    assert "manos" not in first.text


def test_other_abstracts_keep_their_own_language_where_one_of_them_has_none() -> None:
    lines = (
        "OAB - PIP: Told at length.",
        "OAB - Publisher: Las manos.",
        "OABL- spa",
        "OAB - Publisher: Abstract available from the publisher.",
        "OABL- ger",
    )
    (found,) = documents(record(1, *lines))
    assert found.other_texts == (OtherText("Told at length.", None, "PIP"), OtherText("Las manos.", "spa", "Publisher"))


def test_a_record_without_abstract_is_its_title() -> None:
    second = documents(NBIB)[1]
    assert second.text == second.title == "Erratum: Warm wax for cold hands."


def test_a_record_without_title_is_its_abstract() -> None:
    (found,) = documents(record(1, "AB  - Wax warms.", title="[Not Available]."))
    assert (found.title, found.text) == ("", "Wax warms.")


def test_a_correction_names_its_paper_and_the_paper_its_correction() -> None:
    first, second = documents(NBIB)
    link = "J Odd Joints. 2021 Aug;9(8):99. doi: 10.1000/joj.2021.99. PMID: 98000110"
    assert first.notices == (
        Notice(NoticeKind.CORRECTED, "pubmed", Identifiers("10.1000/joj.2021.99", "98000110"), "2021-08", link),
    )
    assert [(n.kind, n.identifiers.pmid, n.date) for n in second.notifies] == [(NoticeKind.CORRECTED, "98000101", "2021-03-05")]
    assert first.notifies == second.notices == ()


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("RIN", "retracted"),
        ("RRI", "retracted"),
        ("ECI", "concern"),
        ("EIN", "corrected"),
        ("CRI", "corrected"),
        ("PRIN", "corrected"),
    ],
)
def test_what_is_published_about_a_paper_is_a_notice_about_it(tag: str, kind: str) -> None:
    (found,) = documents(record(1, f"{tag:<4}- J Odd. 2022 Jan;1(1):3. PMID: 98000009"))
    assert [(n.kind, n.identifiers.pmid, n.date) for n in found.notices] == [(NoticeKind(kind), "98000009", "2022-01")]
    assert found.notifies == ()


@pytest.mark.parametrize(
    ("tag", "kind"),
    [
        ("ROF", "retracted"),
        ("RRF", "retracted"),
        ("ECF", "concern"),
        ("EFR", "corrected"),
        ("CRF", "corrected"),
        ("PROF", "corrected"),
    ],
)
def test_what_a_paper_is_published_about_is_told_on_the_other_side(tag: str, kind: str) -> None:
    (found,) = documents(record(1, f"{tag:<4}- J Odd. 2022 Jan;1(1):3. PMID: 98000009"))
    assert [(n.kind, n.identifiers.pmid) for n in found.notifies] == [(NoticeKind(kind), "98000009")]
    assert found.notices == ()


@pytest.mark.parametrize("tag", ["CIN", "CON", "RPI", "SPIN", "ORI", "UIN", "UOF"])
def test_a_comment_or_an_update_is_no_notice(tag: str) -> None:
    (found,) = documents(record(1, f"{tag:<4}- J Odd. 2022 Jan;1(1):3. PMID: 98000009"))
    assert found.notices == found.notifies == ()


def test_a_retraction_that_only_the_type_tells_of_is_told_once() -> None:
    (by_type,) = documents(record(1, "PT  - Retracted Publication"))
    (by_link,) = documents(record(1, "PT  - Retracted Publication", "RIN - J Odd. 2022;1:3. PMID: 9"))
    (notice,) = documents(record(1, "PT  - Retraction of Publication"))
    assert [[n.identifiers.pmid for n in d.notices] for d in (by_type, by_link, notice)] == [[None], ["9"], []]
    assert [n.kind for n in notice.notifies] == [NoticeKind.RETRACTED]


def test_a_mark_before_the_title_is_a_retraction_and_a_title_about_retractions_is_none() -> None:
    marked, about, notice = (
        documents(record(1, title=title))[0] for title in ("RETRACTED: Wax {}.", "Retracted wax: {}.", "Retraction: Wax {}.")
    )
    assert [[n.kind for n in d.notices] for d in (marked, about, notice)] == [[NoticeKind.RETRACTED], [], []]


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ("[Wax for cold hands].", "Wax for cold hands."),
        ("[Wax for cold hands.]", "Wax for cold hands."),
        ("[Wax for [very] cold hands?].", "Wax for [very] cold hands?"),
        ("[18F]wax in [cold] hands.", "[18F]wax in [cold] hands."),
        ("[18F]wax in cold [hands]", "[18F]wax in cold [hands]"),
    ],
)
def test_the_brackets_of_a_translated_title_are_pubmeds(given: str, title: str) -> None:
    (found,) = documents(record(1, title=given))
    assert found.title == title


def test_folded_lists_stay_whole() -> None:
    (found,) = documents(
        record(
            1,
            "OT  - a keyword that is so long",
            "      that it was folded",
            "SI  - ClinicalTrials.gov/",
            "      NCT09990021",
            "FAU - Nemo, Ada",
        )
    )
    assert found.keywords == ("a keyword that is so long that it was folded",)
    assert found.registry_ids == ("NCT09990021",)


@pytest.mark.parametrize(
    ("published", "year"),
    [("2020 Spring", 2020), ("2019 Dec-2020 Jan", 2019), ("1998", 1998), ("", 2020)],
    ids=["season", "range", "year", "none"],
)
def test_the_year_is_told_by_whatever_date_there_is(published: str, year: int) -> None:
    (found,) = documents(record(1, f"DP  - {published}"))
    assert found.year == year


def test_sicis_and_signs_of_the_text_stay_as_they_stand() -> None:
    (found,) = documents(
        record(1, "AID - 10.1000/(SICI)1-2(1998)17:1<16::AID-ODD9>3.0.CO;2-2 [doi]", "AB  - p < 0.05 &lt; 10(6) <i>x</i>.")
    )
    assert found.identifiers.doi == "10.1000/(sici)1-2(1998)17:1<16::aid-odd9>3.0.co;2-2"
    assert found.text.endswith("p < 0.05 &lt; 10(6) <i>x</i>.")


def test_a_paragraph_of_its_own_stays_one() -> None:
    (found,) = documents(record(1, "AB  - Wax warms", "      hands.", "      ", "      Registered at dawn."))
    assert found.text.endswith("\n\nWax warms hands.\nRegistered at dawn.")


# --- one bad record costs no other, and is named by its line


def test_a_missing_empty_line_between_records_joins_none() -> None:
    text = record(1, "AB  - One.").rstrip("\n") + "\n" + record(2, "AB  - Two.")
    assert [(d.identifiers.pmid, d.text[-4:]) for d in documents(text)] == [("1", "One."), ("2", "Two.")]


@pytest.mark.parametrize(
    "text",
    [
        "PMID- 1\nOWN - NLM\nTI  - Wax 1.\nOWN - NLM\nTI  - Lost.\nAB  - Lost, too.\nSO  - x\n\n",
        "PMID- 1\nOWN - NLM\nTI  - Wax 1.\n\nTI  - Lost.\nAB  - Lost, too.\n\n",
        "PMID- 1\nOWN - NLM\nTI  - Wax 1.\nSO  - x\nTI  - Lost.\nAB  - Lost, too.\n\n",
        "PMID- 1\nOWN - NLM\nTI  - Wax 1.\nSO  - x\n\nAB  - Lost.\nLA  - eng\n\n",
    ],
    ids=["no end", "no end but an empty line", "no empty line", "nothing in common"],
)
def test_a_record_without_pmid_is_not_poured_into_the_one_before_it(text: str) -> None:
    first, error, last = items(text + record(2))
    assert isinstance(first, Document)
    assert first.text == "Wax 1."
    assert "this record has no PMID" in str(error)
    assert isinstance(last, Document)


def test_a_doubled_pmid_line_opens_no_second_record() -> None:
    first, error = items("PMID- 1\n" + record(1))
    assert isinstance(first, Document)
    assert "line 2: no field begins here" in str(error)


def test_an_empty_line_within_a_record_cuts_none() -> None:
    (found,) = documents(record(1, "AB  - Wax warms.", "", "LA  - eng", "", "PT  - Letter"))
    assert (found.language, found.publication_types) == ("eng", ("Letter",))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("OWN - NLM\nTI  - Lost.\nSO  - x\n\n", "line 7: this record has no PMID"),
        ("TI  - Lost.\nAB  - Lost, too.\n\n", "line 7: this record has no PMID"),
        ("PMID- \nTI  - Lost.\nSO  - x\n\n", "line 7: this record has no PMID"),
        ("PMID- none\nTI  - Lost.\nSO  - x\n\n", "line 7: this record has no PMID"),
        ("PMID- 7\nOWN - NLM\nSO  - x\n\n", "line 7: the record of PMID 7 has neither title nor abstract"),
        ("PMID- 7\nTI  - Bytes\nAB  - lost \udce9 byte\nSO  - x\n\n", "line 9: the field AB holds bytes that are no text"),
        ("<html>502 Bad Gateway</html>\n\n", "line 7: no field begins here"),
        ("<html>\n502 Bad Gateway\n\n</html>\n\n", "lines 7, 8 and 10: no field begins here"),
    ],
    ids=["no PMID", "no PMID nor end", "empty PMID", "no number", "nothing to read", "bad bytes", "no record", "no record, spread"],
)
def test_a_bad_record_is_named_by_its_line_and_the_others_are_read(bad: str, said: str) -> None:
    found = items(record(1, "AB  - One.") + bad + record(2))
    first, error, last = short(found)
    assert (first, last) == ("1", "2")
    assert error.startswith(f"cart.nbib, {said}")


@pytest.mark.parametrize("line", ["I WAS HERE", "<<<<<<< HEAD", "PMID- ", "--"])
def test_a_strange_line_within_a_record_is_left_out_and_named(line: str) -> None:
    document, error = items(record(1, line, "AB  - Wax warms."))
    assert isinstance(document, Document)
    assert document.text == "Wax 1.\n\nWax warms."
    assert "cart.nbib, line 4: no field begins here" in str(error)


def test_prose_that_lost_its_indent_goes_on() -> None:
    (found,) = documents(record(1, "AB  - " + "Wax warms the hands of beekeepers in cold winters " * 2, "and so do gloves."))
    assert found.text.endswith("winters and so do gloves.")


def test_a_second_title_is_left_out_and_named() -> None:
    document, error = items(record(1, "TI  - Another.", "TI  - Wax 1."))
    assert isinstance(document, Document)
    assert document.title == "Wax 1."
    assert "line 4: a second TI" in str(error)


def test_a_record_that_is_cut_off_with_its_file_is_not_read() -> None:
    text = record(1) + record(2, "AB  - Wax is not better than water, although").split("SO  - ")[0]
    assert short(items(text))[0] == "1"
    assert "line 6: the file breaks off within this record" in short(items(text))[1]
    assert len(items(text)) == 2


def test_a_file_whose_records_have_no_last_field_is_read_where_it_ends_with_a_line() -> None:
    text = "PMID- 1\nTI  - One.\n\nPMID- 2\nTI  - Two.\n"
    assert short(items(text)) == ["1", "2"]
    assert "breaks off" in short(items(text.rstrip("\n")))[1]


@pytest.mark.parametrize(
    "stranger", ["PMID: 98000001\nTI - no\n", "PMID- 98000001\n", "TI  - Wax.\nAB  - Warm.\n", "See PMID- 1\nTI  - x\n"]
)
def test_prose_that_names_a_pmid_is_no_such_file(stranger: str) -> None:
    assert not Nbib().recognises(Given(stranger, "x.txt", "x"))


#: Lines that are no field, no indented text and no record's beginning.
_JUNK = st.one_of(
    st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=40).filter(
        lambda s: not s.startswith(("  ", "\t")) and s[4:5] != "-"
    ),
    st.sampled_from(["", " ", "ZZ  - nothing known", "<pre>", "{", "ER  - ", "%PDF", "\x00", "\ufeff", "1: "]),
)


@over(st.lists(st.lists(_JUNK, max_size=3), min_size=4, max_size=4))
def test_junk_between_records_loses_none(junk: list[list[str]]) -> None:
    texts = [record(n, f"AB  - Wax {n} warms.") for n in (1, 2, 3)]
    text = "".join("".join(f"{line}\n" for line in lines) + "\n" + good for lines, good in zip(junk, texts, strict=False))
    found = [d for d in items(text + "".join(f"{line}\n" for line in junk[3])) if isinstance(d, Document)]
    assert [(d.identifiers.pmid, d.text) for d in found] == [(str(n), f"Wax {n}.\n\nWax {n} warms.") for n in (1, 2, 3)]


@over(st.lists(st.tuples(st.integers(1, 5), _JUNK), max_size=6))
def test_junk_within_records_loses_none(junk: list[tuple[int, str]]) -> None:
    lines = ["PMID- 2", "OWN - NLM", "TI  - Wax.", "AB  - It warms.", "LA  - eng", "SO  - x"]
    for place, line in sorted(junk, key=lambda pair: -pair[0]):
        lines.insert(place, line)
    found = [d for d in items(record(1) + "\n".join(lines) + "\n\n" + record(3)) if isinstance(d, Document)]
    assert [(d.identifiers.pmid, d.text) for d in found] == [("1", "Wax 1."), ("2", "Wax.\n\nIt warms."), ("3", "Wax 3.")]


@over(st.text(st.sampled_from("PMIDTASO- 123ab\n\t\r."), max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for item in items(text):
        assert isinstance(item, Document) or item.where.startswith("cart.nbib, line")
