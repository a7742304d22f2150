"""The site reads and nothing else: no SQL of visitors, no scripts but its own, no other host's name, and what papers write stays words."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

import cli
from tests.kb.made import Said, put, reading
from tests.kb.report import hostile
from tests.kb.report.read_html import dangers, words
from tests.kb.web.served import ROOT, Visitor

OURS = (
    "/",
    "/ask?q=MSC",
    "/document/1",
    "/study/1",
    "/outcome?key=counterclaim:edss",
    "/disputes",
    "/runs",
    "/run/1",
    "/changes",
    "/library",
    "/document/99",
    "/-/page.css",
)
TABLES = (
    "/tables",
    "/tables/document",
    "/tables/document/1",
    "/tables/document.json",
    "/tables/document.csv",
    "/-/static/app.css",
    "/nothing",
    "/-/versions.json",
)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.make(tmp_path_factory.mktemp("hostile") / "library.db")


@pytest.fixture(scope="module")
def visitor(bad: Path) -> Visitor:
    return Visitor(bad)


def directives(policy: str) -> dict[str, str]:
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))}


@pytest.mark.parametrize("path", OURS)
def test_our_pages_allow_nothing_inline_and_nothing_from_elsewhere(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


@pytest.mark.parametrize("path", TABLES)
def test_datasettes_answers_have_a_policy_without_inline_scripts(visitor: Visitor, path: str) -> None:
    policy = directives(visitor.get(path).headers["content-security-policy"])
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert {k: policy[k] for k in ("connect-src", "img-src", "frame-ancestors", "base-uri")} == {
        "connect-src": "'self'", "img-src": "'self' data:", "frame-ancestors": "'none'", "base-uri": "'none'",
    }  # fmt: skip


def test_the_one_script_within_datasettes_pages_is_allowed_by_its_hash(visitor: Visitor) -> None:
    import base64
    import hashlib

    answer = visitor.get("/tables/document")
    inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    assert inline
    for script in inline:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/tables?sql=select+1", "/tables.json?sql=select+1", "/tables.csv?sql=select+1", "/tables/document?_where=1=1", "/tables/document.json?_where=1=1", "/tables.db", "/_internal",
        "/_memory?sql=select+1", "/-/metadata.json", "/-/permissions", "/-/allow-debug?actor=1", "/-/messages", "/-/actor.json", "/-/threads.json", "/-/databases.json", "/-/logout", "/-/auth-token?token=x",
    ],
)  # fmt: skip
def test_visitors_write_no_sql_and_see_nothing_of_the_inside(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code in (403, 404)
    assert "traceback" not in answer.text.lower()


def test_an_address_that_goes_on_behind_ours_is_not_ours(visitor: Visitor) -> None:
    assert visitor.get("/ask").headers["location"] == "/"
    assert visitor.get("/ask%0A").headers.get("location") != "/"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_but_reading_is_answered(visitor: Visitor, method: str) -> None:
    assert visitor.ask(method, "/tables/document").status_code == 405


def test_another_name_that_points_to_this_machine_is_not_answered(visitor: Visitor, bad: Path) -> None:
    assert visitor.get("/", headers={"host": "evil.example"}).status_code == 421
    assert visitor.get("/tables/document.json", headers={"host": "evil.example:8001"}).status_code == 421
    for name in ("localhost:8001", "127.0.0.1", "[::1]:8001"):
        assert visitor.get("/", headers={"host": name}).status_code == 200
    # Who binds it to another address is reached by whatever name that has.
    assert Visitor(bad, "0.0.0.0").get("/", headers={"host": "library.example"}).status_code == 200


def test_the_librarys_connection_cannot_write(visitor: Visitor) -> None:
    library = visitor.datasette.get_database("tables")
    connection = library.connect()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM document")
    connection.close()
    with pytest.raises(PermissionError):
        library.connect(write=True)


def test_what_papers_write_stays_words_on_every_page(visitor: Visitor) -> None:
    asked = urlencode({"q": hostile.QUESTION})
    paths = ["/", f"/ask?{asked}", "/disputes", "/runs", "/changes?since=0", "/library", "/outcome?key=counterclaim:edss"]
    paths += [f"/{kind}/{n}" for kind in ("document", "study") for n in range(1, len(hostile.ALL) + 1)] + ["/run/1", "/run/2"]
    paths += [f"/ask?{urlencode({'q': words})}" for words in (*hostile.ALL, f"MSC {hostile.IMAGE}")]
    paths += [
        f"/disputes?{urlencode({'outcome': hostile.IMAGE})}",
        f"/changes?{urlencode({'since': hostile.SCRIPT})}",
        f"/ask?{asked}&{urlencode({'route': hostile.IMAGE})}",
    ]
    literal = 0
    for path in paths:
        answer = visitor.get(path)
        assert answer.status_code in (200, 400), path
        assert dangers(answer.text) == [], path
        literal += "window.taken=1" in words(answer.text)
    # They are there, as words.
    assert literal > 10


def test_the_plots_hold_no_markup_of_papers(visitor: Visitor) -> None:
    page = visitor.get(f"/ask?{urlencode({'q': hostile.QUESTION})}").text
    plots = [href.replace("&amp;", "&") for href in re.findall(r'src="(/forest\.svg[^"]+)"', page)]
    assert plots
    for plot in plots:
        answer = visitor.get(plot)
        assert answer.headers["content-type"].startswith("image/svg+xml")
        assert not re.search(r"<script|<foreignObject|<image|\son\w+=|javascript:[^<]*\"", answer.text)
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_library_that_is_none_or_of_another_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    nowhere = CliRunner().invoke(cli.main, ["serve", "--db", str(tmp_path / "none.db")])
    assert (nowhere.exit_code, "There is no library" in nowhere.stderr) == (1, True)
    path = tmp_path / "old.db"
    put(path, reading("a", Said()))
    db = sqlite3.connect(path)
    db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm0006%' OR name LIKE '%review_place%'")
    db.commit()
    db.close()
    old = CliRunner().invoke(cli.main, ["serve", "--db", str(path)])
    assert (old.exit_code, "another version" in old.stderr) == (1, True)


def test_a_port_that_is_taken_is_refused_in_a_sentence(bad: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ran = CliRunner().invoke(cli.main, ["serve", "--db", str(bad), "--port", port])
    assert ran.exit_code == 1
    assert f"Port {port} of 127.0.0.1 cannot be used: address already in use. Choose another with --port." in ran.stderr


def test_it_says_where_it_is_and_ends_well_when_broken_off(bad: Path) -> None:
    command = [sys.executable, "-c", "from cli import main; main()", "serve", "--db", str(bad), "--port", "0"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = process.stderr.readline()
    address = re.search(r"http://127\.0\.0\.1:\d+/", told)
    assert address is not None
    with urllib.request.urlopen(address[0], timeout=30) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")


def test_it_is_bound_to_this_machine_and_warns_where_it_is_not(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts: list[str] = []
    monkeypatch.setattr("kb.web.site.serve", lambda path, host, port, ready: hosts.append(host))
    assert CliRunner().invoke(cli.main, ["serve", "--db", str(bad)]).stderr == ""
    told = CliRunner().invoke(cli.main, ["serve", "--db", str(bad), "--host", "0.0.0.0"]).stderr
    assert hosts == ["127.0.0.1", "0.0.0.0"]
    assert "Everybody who reaches 0.0.0.0 can read this library" in told
