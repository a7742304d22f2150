"""Machine code answers what is written, and is used for no other sources than its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.document import Document, with_title
from nlp.compiled import FOLDER, ROOT, SETTING, folder_of_these_sources, in_use, modules_in
from nlp.compiling import AS_WRITTEN, compiled_modules
from nlp.contract import as_contract
from nlp.pipeline import Reader
from tests.conftest import shared
from tests.imitation.generate import Plan, generate

CORPORA = ("pico_corpus", "evidence_inference_v2", "ebmnlp")
#: Reads a JSON line of texts, answers a JSON line of what they say.
_READ = """
import json, sys
from crawler.document import Document, with_title
from nlp.contract import as_contract
from nlp.compiled import in_use
from nlp.pipeline import build
assert in_use()
reader = build()
for line in sys.stdin:
    text, sections = with_title("", json.loads(line))
    document = Document(id="t", title="", text=text, sections=sections)
    print(json.dumps(as_contract(document, reader.read(document)), sort_keys=True, default=str))
"""


@pytest.fixture(scope="module")
def machine_code() -> Path:
    folder = folder_of_these_sources()
    if not folder.is_dir():
        pytest.skip("needs machine code of the sources as they are now: python -m nlp.compiling makes it, with a C compiler")
    return folder


def run(*arguments: str, setting: str, cwd: Path = ROOT, said: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, SETTING: setting, "PYTHONPATH": str(cwd)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, input=said, capture_output=True, text=True, check=False
    )


def as_written(reader: Reader, abstract: str) -> str:
    text, sections = with_title("", abstract)
    document = Document(id="t", title="", text=text, sections=sections)
    return json.dumps(as_contract(document, reader.read(document)), sort_keys=True, default=str)


def same(reader: Reader, abstracts: list[str]) -> None:
    assert not in_use()
    answered = run("-c", _READ, setting="must", said="".join(json.dumps(abstract) + "\n" for abstract in abstracts))
    assert answered.returncode == 0, answered.stderr
    assert answered.stdout.splitlines() == [as_written(reader, abstract) for abstract in abstracts]


def test_it_answers_what_is_written_on_made_papers(machine_code: Path, reader: Reader) -> None:
    papers = generate(Plan(records=40)).papers.values()
    same(reader, [" ".join(told for _, told in paper.abstract) for paper in papers])


@pytest.mark.parametrize("corpus", CORPORA)
def test_it_answers_what_is_written_on_real_papers(machine_code: Path, reader: Reader, corpus: str) -> None:
    lines = shared("corpora", corpus, "dev.jsonl").read_text("utf8").splitlines()[:60]
    same(reader, [told.get("text") or told["abstract"] for told in map(json.loads, lines)])


def test_the_tests_of_reading_hold_for_it(machine_code: Path) -> None:
    left_out = [
        "tests/nlp/test_compiled.py",
        "tests/nlp/test_hostile_text.py",
        "tests/nlp/test_reading_speed.py",
        "tests/nlp/test_sieve.py",
    ]
    done = run(
        "-m", "pytest", "-n", "0", "-x", "-p", "no:cacheprovider", "tests/nlp", *(f"--ignore={path}" for path in left_out), setting="must"
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]


def test_what_it_reads_goes_from_process_to_process(machine_code: Path) -> None:
    told = "Pain was lower with belcorin than with placebo (3.5 (SD 1.2) vs 4.8 (SD 1.3), p = 0.01) in 120 adults."
    there_and_back = f"""
import copy, pickle
from crawler.document import Document
from nlp.pipeline import build
found = build().read(Document(id="t", title="A trial", text={told!r}))
assert found.effects and found.study is not None
assert pickle.loads(pickle.dumps(found)) == found == copy.deepcopy(found)
"""
    done = run("-c", there_and_back, setting="must")
    assert done.returncode == 0, done.stderr


def test_files_are_loaded_by_workers(machine_code: Path) -> None:
    done = run("-m", "pytest", "-n", "0", "-x", "-p", "no:cacheprovider", "tests/test_bulk_command.py", setting="must")
    assert done.returncode == 0, done.stdout[-4000:]


def test_where_it_must_be_it_can_be_made(tmp_path: Path) -> None:
    for room in ("nlp", "crawler"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", FOLDER.name))
    (tmp_path / "mypyc.py").write_text("raise SystemExit('asked to compile')", "utf8")
    assert "asked to compile" in run("-m", "nlp.compiling", setting="must", cwd=tmp_path).stderr


def test_every_module_that_is_not_named_is_compiled(machine_code: Path) -> None:
    expected = {path.removesuffix(".py").replace("/", ".") for path in compiled_modules()}
    assert expected == {name for name in modules_in(machine_code) if name.startswith("nlp.")}
    assert run("-c", "import nlp.compiled; print(*nlp.compiled.in_use())", setting="must").stdout.split() == sorted(expected)
    assert all((ROOT / path).is_file() for path in AS_WRITTEN)


def test_no_compiled_module_asks_where_it_lies() -> None:
    assert not [path for path in compiled_modules() if "__file__" in (ROOT / path).read_text("utf8")]


def test_what_was_compiled_from_other_sources_is_not_used(machine_code: Path, tmp_path: Path) -> None:
    for room in ("nlp", "crawler"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    used = "import nlp.words, nlp.compiled; print(len(nlp.compiled.in_use()))"
    assert int(run("-c", used, setting="", cwd=tmp_path).stdout) > 0
    words = tmp_path / "nlp" / "words.py"
    words.write_text(words.read_text("utf8") + "\n# Another line.\n", "utf8")
    assert int(run("-c", used, setting="", cwd=tmp_path).stdout) == 0


def test_where_it_must_be_and_is_not_the_start_says_so(tmp_path: Path) -> None:
    for room in ("nlp", "crawler"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", FOLDER.name))
    refused = run("-c", "import nlp.words", setting="must", cwd=tmp_path)
    assert refused.returncode == 1
    assert "python -m nlp.compiling" in refused.stderr.splitlines()[-1]


def test_where_it_is_not_wanted_it_is_not_used() -> None:
    for no in ("no", "NO", "0", "off"):
        assert run("-c", "import nlp.compiled; print(len(nlp.compiled.in_use()))", setting=no).stdout == "0\n"
