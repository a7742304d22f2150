"""counterclaim.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import BadSettings
from crawler.politeness import Limit
from crawler.settings import VARIABLE, load
from crawler.settings_template import TEMPLATE

ONE = 'contact = "a@example.org"\n[searches.ms]\nquery = "x"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "counterclaim.toml"
    path.write_text(text, "utf8")
    return path


def test_what_init_writes_is_followed_and_asks_the_real_services(tmp_path: Path) -> None:
    found = load(written(tmp_path, TEMPLATE))
    (search,) = found.searches
    assert (search.name, search.sources) == ("msc-ms", ("pubmed", "europepmc", "clinicaltrials"))
    assert found.database == tmp_path / "counterclaim.db"
    assert found.services["crossref"].base_url == "https://api.crossref.org/"


def test_every_key_that_the_template_shows_in_a_comment_is_known(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") if "=" in line or line.startswith("# [") else line for line in TEMPLATE.splitlines()]
    found = load(written(tmp_path, "\n".join(lines)))
    assert found.told.on_change
    assert found.told.ping


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE + "[searches.ms2]\nquery = ''\n", "has no query"),
        (ONE + "[searches.ms2]\nquerry = 'x'\n", "Did you mean query"),
        (ONE + "databse = 'x'\n", "nothing is called databse"),
        ("databse = 'x'\n" + ONE, "Did you mean database"),
        (ONE + "[sources.pubmd]\nbase_url='http://x/'\n", "Did you mean pubmed"),
        ("api_key = 'abc'\n" + ONE, "does not belong into the file"),
        ('contact = "nobody"\n', "no email address"),
        (ONE + "sources = ['crossref']\n", "that can be searched are pubmed"),
        (ONE + "since = '2010-13-01'\n", "must be a day"),
        (ONE + "[limits]\ntries = 'many'\n", "tries must be a number"),
        ("contact = [", "is no TOML"),
        (ONE + "[sources.pubmed]\nbase_url = 'ftp:/x'\n", "no web address"),
    ],
)
def test_what_cannot_be_followed_is_said_with_what_to_do(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=said):
        load(written(tmp_path, text))


def test_the_file_is_found_by_name_by_variable_and_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, ONE)
    monkeypatch.chdir(tmp_path)
    assert load(None).searches
    monkeypatch.chdir("/")
    monkeypatch.setenv(VARIABLE, str(path))
    assert load(None).searches
    with pytest.raises(BadSettings, match="no configuration file"):
        load(tmp_path / "other.toml")


def test_a_key_gives_ncbi_ten_a_second_and_is_sent_to_the_e_utilities_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, 'api_key_env = "MY_KEY"\n' + ONE)
    assert load(path).services["pubmed"].limit == Limit(3)
    monkeypatch.setenv("MY_KEY", "SECRET123KEY")
    found = load(path)
    assert found.services["pubmed"].limit == Limit(10)
    assert [n for n, s in found.services.items() if "SECRET123KEY" in s.identity.values()] == ["pubmed"]
    assert "SECRET123KEY" not in repr(found)
    assert "a@example.org" not in repr(found)


def test_a_mirror_may_be_asked_faster_and_the_service_itself_never(tmp_path: Path) -> None:
    fast = "requests_per_second = 50\n"
    found = load(written(tmp_path, ONE + f"[sources.pubmed]\n{fast}[sources.europepmc]\nbase_url='http://127.0.0.1:1/'\n{fast}"))
    assert found.services["pubmed"].limit == Limit(3)
    assert found.services["europepmc"].limit == Limit(50)


def test_services_of_one_house_share_one_limit(tmp_path: Path) -> None:
    found = load(written(tmp_path, ONE)).services
    assert found["pubmed"].group == found["idconv"].group != found["crossref"].group


def test_doi_org_may_forward_to_the_agencies_and_a_mirror_of_it_to_nobody(tmp_path: Path) -> None:
    assert "api.datacite.org" in load(written(tmp_path, ONE)).hosts
    mirrored = load(written(tmp_path, ONE + "[sources.doi]\nbase_url = 'http://127.0.0.1:1/'\nallowed_hosts = ['a.example.org']\n"))
    assert "api.datacite.org" not in mirrored.hosts
    assert "a.example.org" in mirrored.hosts


def test_pubmeds_files_are_followed_where_the_configuration_says_so_in_so_many_words(tmp_path: Path) -> None:
    assert load(written(tmp_path, ONE + "[sources.pubmed_files]\nfollow = true\n")).follow_files
    assert not load(written(tmp_path, ONE)).follow_files
    with pytest.raises(BadSettings, match="follow must be true or false"):
        load(written(tmp_path, ONE + "[sources.pubmed_files]\nfollow = 'yes'\n"))
    with pytest.raises(BadSettings, match="nothing is called follow"):
        load(written(tmp_path, ONE + "[sources.pubmed]\nfollow = true\n"))
