from __future__ import annotations

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from crawler.document import Document, Report, SectionName
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.ris import Ris
from crawler.record import Identifiers, NoticeKind
from tests.crawler.pages import RIS


def items(text: str) -> list[Document | Unreadable]:
    return list(Ris().read(Given(text, "refs.ris", "refs")))


def documents(text: str) -> list[Document]:
    found = items(text)
    assert not [str(item) for item in found if isinstance(item, Unreadable)]
    return [item for item in found if isinstance(item, Document)]


def only(*lines: str) -> Document:
    (document,) = documents(record(*lines))
    return document


def record(*lines: str) -> str:
    return "\n".join(["TY  - JOUR", *lines, "ER  - ", "", ""])


def short(items: list[Document | Unreadable]) -> list[str]:
    """Titles, and what an error names."""
    return [item.title if isinstance(item, Document) else str(item) for item in items]


#: One paper as each program exports it.
ENDNOTE = """\
TY  - JOUR
A1  - Nemo, A. B.
A1  - Nihil, B.
AD  - Institute of Tar, Nowhere.
AN  - 98000161
C2  - PMC7999161
DA  - Mar
DB  - Ovid MEDLINE(R) <1946 to Present>
DO  - 10.1000/joj.2020.61
DP  - NLM
ET  - 20200301
J2  - J Odd Joints
KW  - *Shoulder
Adult
Tar/therapeutic use
LA  - eng
M1  - 3
N1  - Nemo, A B
Journal Article
ClinicalTrials.gov/NCT09990061
Comment in: J Odd Joints. 2021;1:2. PMID: 98000199
N2  - BACKGROUND: Shoulders ache. METHODS: We treated sixty
sailors with tar. RESULTS: Pain fell by 1.4 points (P = 0.02).
PY  - 2020
SN  - 1234-5678
SP  - 9-19
T2  - Journal of Odd Joints
TI  - Tar for aching shoulders: a trial
UR  - https://doi.org/10.1000/joj.2020.61
VL  - 7
ID  - 17
ER  -

"""
ZOTERO = """\
TY  - JOUR
TI  - Tar for aching shoulders: a trial
AU  - Nemo, A. B.
AU  - Nihil, B.
T2  - Journal of Odd Joints
AB  - BACKGROUND: Shoulders ache. METHODS: We treated sixty sailors with tar. RESULTS: Pain fell by 1.4 points (P = 0.02).
DA  - 2020/03/01/
PY  - 2020
DO  - 10.1000/joj.2020.61
DP  - PubMed
VL  - 7
IS  - 3
SP  - 9
EP  - 19
J2  - J Odd Joints
LA  - en
SN  - 1234-5678
ST  - Tar for aching shoulders
UR  - https://www.ncbi.nlm.nih.gov/pubmed/98000161
AN  - PMID: 98000161
N1  - PMCID: PMC7999161
KW  - Shoulder
KW  - Adult
KW  - Tar/therapeutic use
ER  - 

"""
MENDELEY = """\
TY  - JOUR
T1  - Tar for aching shoulders: a trial
A1  - Nemo, A B
A1  - Nihil, B
Y1  - 2020/03//
JF  - Journal of Odd Joints
JO  - J Odd Joints
VL  - 7
M1  - 3
SP  - 9
EP  - 19
M3  - doi:10.1000/joj.2020.61
N1  - PMID: 98000161
N2  - BACKGROUND: Shoulders ache. METHODS: We treated sixty sailors with tar. RESULTS: Pain fell by 1.4 points (P = 0.02).
KW  - Adult
KW  - Shoulder
L2  - https://europepmc.org/articles/PMC7999161
ER  - 
"""
WEB_OF_SCIENCE = """\
TY  - JOUR
AU  - Nemo, AB
AU  - Nihil, B
TI  - Tar for aching shoulders: a trial
T2  - JOURNAL OF ODD JOINTS
LA  - English
M3  - Article; Early Access
KW  - TAR
AB  - BACKGROUND: Shoulders ache. METHODS: We treated sixty sailors with tar. RESULTS: Pain fell by 1.4 points (P = 0.02).
AD  - Inst Tar, Nowhere
C3  - Institute of Tar
PU  - ODD PRESS
SN  - 1234-5678
J9  - J ODD JOINTS
JI  - J. Odd Joints
DA  - MAR 1
PY  - 2020
VL  - 7
IS  - 3
SP  - 9
EP  - 19
DO  - 10.1000/joj.2020.61
WE  - Science Citation Index Expanded (SCI-EXPANDED)
AN  - WOS:000000000000161
ER  -

EF  -
"""
SCOPUS = """\
TY  - JOUR
TI  - Tar for aching shoulders: a trial
T2  - Journal of Odd Joints
J2  - J. Odd Joints
VL  - 7
IS  - 3
SP  - 9
EP  - 19
PY  - 2020
DO  - 10.1000/joj.2020.61
AU  - Nemo, A.B.
AU  - Nihil, B.
AD  - Institute of Tar, Nowhere
AB  - Background: Shoulders ache. Methods: We treated sixty sailors with tar. Results: Pain fell by 1.4 points (P = 0.02). © 2020 Odd Press
KW  - adult
KW  - shoulder
PB  - Odd Press
SN  - 12345678 (ISSN)
C2  - 98000161
LA  - English
M3  - Article
DB  - Scopus
UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-1&doi=10.1000%2fjoj.2020.61&partnerID=40&md5=0
N1  - Export Date: 1 May 2024; Cited By: 3; CODEN: XXXX
ER  - 

"""
COCHRANE = """\
Provider: Nobody's Collaboration
Content: text/plain; charset="UTF-8"

Record #1 of 1
TY  - JOUR
AN  - CN-00000161
TI  - Tar for aching shoulders: a trial
AU  - Nemo AB
AU  - Nihil B
SO  - Journal of odd joints
JO  - Journal of odd joints
PY  - 2020
VL  - 7
C3  - PUBMED 98000161,EMBASE 2000000161
M3  - Journal article
KW  - *Shoulder
DO  - 10.1000/joj.2020.61
AB  - BACKGROUND: Shoulders ache.
METHODS: We treated sixty sailors with tar.
RESULTS: Pain fell by 1.4 points (P = 0.02).
UR  - https://www.example.org/central/doi/10.1002/central/CN-00000161/full
ER  - 
"""
FLAVOURS = {
    "EndNote": ENDNOTE,
    "Zotero": ZOTERO,
    "Mendeley": MENDELEY,
    "Web of Science": WEB_OF_SCIENCE,
    "Scopus": SCOPUS,
    "Cochrane": COCHRANE,
}
flavours = pytest.mark.parametrize("flavour", FLAVOURS)


@flavours
def test_every_program_tells_of_the_same_paper(flavour: str) -> None:
    assert Ris().recognises(Given(FLAVOURS[flavour], "refs.ris", "refs"))
    (found,) = documents(FLAVOURS[flavour])
    assert found.title == "Tar for aching shoulders: a trial"
    assert (found.year, str(found.journal).lower()) == (2020, "journal of odd joints")
    assert found.identifiers.doi == "10.1000/joj.2020.61"
    assert found.id == "doi:10.1000/joj.2020.61"
    assert [name.split()[0] for name in found.authors] == ["Nemo", "Nihil"]
    parts = {s.name: found.text[s.start : s.end] for s in found.sections}
    assert parts[SectionName.METHODS] == "We treated sixty sailors with tar."
    assert parts[SectionName.RESULTS].startswith("Pain fell by 1.4 points (P = 0.02).")


@pytest.mark.parametrize("flavour", sorted(set(FLAVOURS) - {"Web of Science"}))
def test_the_pmid_is_found_where_the_program_puts_it(flavour: str) -> None:
    (found,) = documents(FLAVOURS[flavour])
    assert found.identifiers.pmid == "98000161"


@pytest.mark.parametrize("flavour", ["EndNote", "Zotero", "Mendeley"])
def test_the_pmcid_is_found_where_the_program_puts_it(flavour: str) -> None:
    (found,) = documents(FLAVOURS[flavour])
    assert found.identifiers.pmcid == "PMC7999161"


def test_other_fields_are_taken() -> None:
    (endnote,) = documents(ENDNOTE)
    assert endnote.keywords == ("Shoulder", "Adult", "Tar/therapeutic use")
    assert endnote.registry_ids == ("NCT09990061",)
    assert endnote.language == "eng"
    assert (endnote.url, endnote.origin, endnote.format) == ("https://doi.org/10.1000/joj.2020.61", "refs.ris, line 1", "ris")
    (wos,) = documents(WEB_OF_SCIENCE)
    assert wos.publication_types == ("Article", "Early Access")
    (cochrane,) = documents(COCHRANE)
    assert cochrane.origin == "refs.ris, line 5"


def test_another_papers_pmid_in_a_note_is_not_its_own() -> None:
    found = only(
        "TI  - T", "N1  - Comment in: J Odd. PMID: 98000199", "N1  - Erratum in: PMID 98000198", "ID  - 98000197", "AN  - 98000196"
    )
    assert found.identifiers == Identifiers()


def test_a_record_without_abstract_is_its_title() -> None:
    second = documents(RIS)[1]
    assert (second.text, second.year, second.journal) == ("Letter on salt", 2023, "J Odd Joints")


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        (("PY  - 2020/05/12",), 2020),
        (("Y1  - 2020///Spring",), 2020),
        (("DA  - MAY 12", "PY  - 2019"), 2019),
        (("DA  - 2018/05/",), 2018),
        (("Y2  - 2024/01/01",), None),
        (("PY  - in press", "DA  - 2017"), 2017),
    ],
)  # fmt: skip
def test_the_year_is_that_of_publication(lines: tuple[str, ...], year: int | None) -> None:
    assert only("TI  - T", *lines).year == year


@pytest.mark.parametrize(
    "line",
    [
        "DO  - https://doi.org/10.1000/X.1",
        "DO  - doi:10.1000/x.1",
        "DI  - 10.1000/x.1",
        "M3  - doi: 10.1000/x.1",
        "L3  - 10.1000/x.1",
        "ID  - 10.1000/x.1",
        "UR  - http://dx.doi.org/10.1000/x.1",
        "N1  - doi: 10.1000/x.1",
        "DO  - 10.1000/x.1.\nand junk",
    ],
)
def test_the_doi_is_found_wherever_programs_put_it(line: str) -> None:
    found = only("TI  - T", line)
    assert found.identifiers.doi == "10.1000/x.1"
    assert found.publication_types == ()


def test_a_doi_within_a_note_is_another_papers() -> None:
    assert only("TI  - T", "N1  - Erratum in: J Odd 2020, 10.1000/x.1", "AB  - See doi 10.1000/x.2.").identifiers == Identifiers()


def test_sicis_stay_whole() -> None:
    found = only("TI  - T", "DO  - 10.1000/(SICI)1-2(1998)17:1<16::AID-ODD9>3.0.CO;2-2")
    assert found.identifiers.doi == "10.1000/(sici)1-2(1998)17:1<16::aid-odd9>3.0.co;2-2"


def test_markup_and_character_names_are_read_once() -> None:
    found = only("TI  - <i>Tar</i> &amp; 10<sup>6</sup> cells", "AB  - p &lt; 0.05 &amp;lt; B &notes R&D n<m")
    assert found.title == "Tar & 10⁶ cells"
    assert found.text.endswith("\n\np < 0.05 &lt; B &notes R&D n<m")


def test_an_abstract_in_html_has_sections() -> None:
    found = only("TI  - T", "AB  - <p><b>Methods</b> We sat.</p><p><b>Results</b> 5&nbsp;% &lt; 6&nbsp;%.</p>")
    assert [s.name.value for s in found.sections] == ["title", "methods", "results"]
    assert found.text == "T\n\nMethods We sat.\nResults 5\xa0% < 6\xa0%."


def test_repeated_abstracts_are_paragraphs_and_a_longer_n2_stands_beside() -> None:
    found = only("TI  - T", "AB  - Aim: To sit.", "AB  - Results: We sat.", "N2  - A note about the paper.")
    assert found.text == "T\n\nAim: To sit.\nResults: We sat."
    assert [(other.text, other.sort) for other in found.other_texts] == [("A note about the paper.", "N2")]
    assert only("TI  - T", "AB  - Aim: To sit.", "N2  - To sit.").other_texts == ()


_ENGLISH = "The pain of the sailors was lower with tar than with water after twelve weeks, and there were no burns in any of the two groups of the trial."
_SPANISH = "El dolor de los marineros fue menor con brea que con agua después de doce semanas, y no hubo quemaduras en ninguno de los dos grupos del ensayo."


def test_an_abstract_in_another_language_stands_beside_the_english_one() -> None:
    found = only("TI  - T", f"AB  - {_SPANISH}", f"AB  - {_ENGLISH}")
    assert found.text == f"T\n\n{_ENGLISH}"
    assert [other.text for other in found.other_texts] == [_SPANISH]


def test_the_only_abstract_is_kept_beside_the_text_where_the_record_says_that_it_is_no_english() -> None:
    found = only("TI  - T", f"AB  - {_SPANISH}", "LA  - Spanish")
    assert found.text == "T"
    assert [(other.text, other.language) for other in found.other_texts] == [(_SPANISH, "spa")]
    assert only("TI  - T", f"AB  - {_ENGLISH}", "LA  - Spanish").text == f"T\n\n{_ENGLISH}"


@pytest.mark.parametrize(
    ("first", "line", "report"),
    [
        ("TY  - JOUR", "M3  - Trial registry record", Report.REGISTRY),
        ("TY  - JOUR", "M3  - Journal article; Conference proceeding", Report.CONFERENCE),
        ("TY  - CPAPER", "", Report.CONFERENCE),
        ("TY  - NEWS", "", Report.NEWS),
        ("TY  - JOUR", "", Report.ARTICLE),
    ],
)
def test_the_type_says_who_tells_it(first: str, line: str, report: Report) -> None:
    (found,) = documents(f"{first}\nTI  - T\n{line}\nER  - \n")
    assert found.report is report


def test_a_retraction_is_told_by_the_type_or_by_the_title() -> None:
    by_type, by_title = only("TI  - T", "M3  - Article; Retracted Publication"), only("TI  - RETRACTED: T")
    assert [n.kind for d in (by_type, by_title) for n in d.notices] == [NoticeKind.RETRACTED] * 2
    assert only("TI  - Retraction: T").notices == ()


def test_folded_lines_are_one_and_paragraphs_stay() -> None:
    found = only(
        "TI  - Tar for aching", "      shoulders", "AB  - Pain fell in the group", "that had tar.", "", "No harm was seen."
    )
    assert found.text == "Tar for aching shoulders\n\nPain fell in the group that had tar.\nNo harm was seen."


def test_several_authors_on_one_line_are_several() -> None:
    assert only("TI  - T", "AU  - Nemo, Ada; Nihil, Bo", "AU  - Wax Group").authors == ("Nemo Ada", "Nihil Bo", "Wax Group")


# --- one bad record costs no other, and is named by its line


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("TY  - JOUR\nAU  - Nobody\nER  - \n\n", "line 6: this record has neither title nor abstract"),
        ("AU  - Nobody\nTI  - Headless\nER  - \n\n", "line 6: this record has no line"),
        ("TY  - JOUR\nTI  - Bytes\nAB  - lost \udce9 byte\nER  - \n\n", "line 8: the field AB holds bytes that are no text"),
        ("TY  - JOUR\nER  - \n", "line 6: this record has neither"),
    ],
    ids=["nothing to read", "no beginning", "bad bytes", "nothing"],
)
def test_a_bad_record_is_named_by_its_line_and_the_others_are_read(bad: str, said: str) -> None:
    first, error, last = short(items(record("TI  - One", "AU  - A") + bad + record("TI  - Two")))
    assert (first, last) == ("One", "Two")
    assert error.startswith(f"refs.ris, {said}")


def test_a_record_without_end_is_read_where_the_next_one_begins() -> None:
    text = record("TI  - One") + "TY  - JOUR\nTI  - Endless\nAB  - A.\n" + record("TI  - Two")
    assert [d.text for d in documents(text)] == ["One", "Endless\n\nA.", "Two"]


def test_a_record_that_is_cut_off_with_its_file_is_not_read() -> None:
    first, error = short(items(record("TI  - One") + "TY  - JOUR\nTI  - Cut\nAB  - Tar is not better than water, although\n"))
    assert first == "One"
    assert error.startswith("refs.ris, line 5: the file breaks off within this record")


def test_a_file_that_never_writes_an_end_is_read_where_it_ends_with_a_line() -> None:
    text = "TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\n"
    assert short(items(text)) == ["One", "Two"]
    assert "breaks off" in short(items(text.rstrip("\n")))[1]


@pytest.mark.parametrize("spelling", ["TY - {}", "TY  -{}", "TY  - {}", "TY\t- {}"])
def test_spaces_around_the_hyphen_may_differ(spelling: str) -> None:
    lines = [spelling.format("JOUR"), spelling.replace("TY", "TI").format("One"), spelling.replace("TY", "ER").format("")]
    assert short(items("\n".join(lines) + "\n")) == ["One"]


@pytest.mark.parametrize("line", ["IL - 6 fell, too.", "6 - 8 fell.", "A1C - 7 fell.", "R  fell."])
def test_prose_with_a_hyphen_opens_no_field(line: str) -> None:
    assert only("TI  - T", "AB  - It fell.", line).text.endswith(line)


def test_unknown_and_doubled_tags_cost_nothing() -> None:
    found = only("TI  - One", "ZZ  - nothing known", "UK  - a tag of its own", "TI  - Another", "XX  - more", "ER  - ")
    assert found.title == "One"


@pytest.mark.parametrize("stranger", ["TY  - JOUR\n", "TI  - One\nAU  - A\n", "Say TY  - JOUR\nER  - \n", "TY  - \nER  - \n"])
def test_prose_with_tags_is_no_such_file(stranger: str) -> None:
    assert not Ris().recognises(Given(stranger, "x.txt", "x"))


_JUNK = st.one_of(
    st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), max_size=40).filter(lambda s: "-" not in s),
    st.sampled_from(["", " ", "ER  - ", "EF  - ", "<pre>", "Record #1 of 3", "%PDF", "\x00", "\ufeff", "\x1e", "Provider: X"]),
)


@over(st.lists(st.lists(_JUNK, max_size=3), min_size=4, max_size=4))
def test_junk_between_records_loses_none(junk: list[list[str]]) -> None:
    texts = [record(f"TI  - Tar {n}", f"AB  - Tar {n} warms.", f"AN  - {n}") for n in (1, 2, 3)]
    text = "".join("".join(f"{line}\n" for line in lines) + good for lines, good in zip(junk, texts, strict=False))
    found = documents(text + "".join(f"{line}\n" for line in junk[3]))
    assert [d.text for d in found] == [f"Tar {n}\n\nTar {n} warms." for n in (1, 2, 3)]


@over(st.lists(st.tuples(st.sampled_from(["AU", "KW", "ZZ", "N1", "PY", "DO", "UR", "UK"]), _JUNK), max_size=6))
def test_junk_within_records_loses_none(junk: list[tuple[str, str]]) -> None:
    lines = [line for tag, rest in junk for line in (f"{tag}  - {rest}", rest) if not line.startswith(("ER", "EF"))]
    found = documents(record("TI  - One") + record("TI  - Two", "AB  - Tar warms.", *lines) + record("TI  - Three"))
    assert [d.text for d in found] == ["One", "Two\n\nTar warms.", "Three"]


@over(st.text(st.sampled_from("TYERAUIB- 123ab\n\t\r.&<>"), max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for item in items(text):
        assert isinstance(item, Document) or item.where.startswith("refs.ris, line")
