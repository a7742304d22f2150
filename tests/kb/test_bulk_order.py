"""PubMed's files in any order, with several versions of a record, revisions that the gate does not let through, and deletions."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kb.bulk.workers import Here, Workers
from kb.connection import for_reading
from kb.harvest_health import harvest_report
from tests.kb.made_shards import EDITORIAL, deletion, load, prints, rocks, rows, shard, trial

LIVE = "SELECT came_as, pmid_version, title, text FROM document WHERE deleted_in IS NULL ORDER BY 1"
#: Files in which the fates do not add up to the records, or that tell of other records as gated out than they count.
WRONG = (
    "SELECT shard, unaccounted FROM bulk_account WHERE unaccounted <> 0 UNION ALL SELECT s.name, (SELECT count(*) FROM bulk_gated_record g WHERE g.shard_id = s.id) "
    "- (SELECT coalesce(sum(c.records), 0) FROM bulk_count c WHERE c.shard_id = s.id AND c.fate = 'gated out') AS n FROM bulk_shard s WHERE n <> 0"
)


def editorial(pmid: int, **other: Any) -> str:
    return rocks(pmid, types=EDITORIAL, **other)


def versions(pmid: int, *makes: Any, first: int = 2) -> list[str]:
    return [make(pmid, version=first + n) for n, make in enumerate(makes)]


def test_a_record_keeps_its_place_in_the_file_whatever_else_of_the_file_is_asked_for(tmp_path: Path) -> None:
    from crawler.document import Document
    from crawler.formats.pubmed_pieces import read_part

    path = shard(tmp_path, 1, *(rocks(n) for n in range(1, 9)))
    places = {item.id: place for place, item in read_part(path) if isinstance(item, Document)}
    asked = {item.id: place for place, item in read_part(path, only=frozenset({"3", "8"})) if isinstance(item, Document)}
    assert asked == {name: places[name] for name in ("pmid:3", "pmid:8")}


@pytest.mark.parametrize(
    "files",
    [
        [[trial(1)], [trial(2), *versions(1, editorial)]],
        [[trial(2), trial(1), *versions(1, editorial)]],
        [[trial(2), editorial(1), *versions(1, trial)]],
    ],
)
def test_what_passed_the_gate_is_stored_whatever_else_of_its_file_is_read_again(tmp_path: Path, files: list[list[str]]) -> None:
    for number, records in enumerate(files, 1):
        shard(tmp_path, number, *records)
    load(tmp_path / "x.db", tmp_path)
    assert rows(tmp_path / "x.db", "SELECT came_as, pmid_version FROM document ORDER BY 1") == [("pmid:1", 2), ("pmid:2", 1)]
    assert rows(tmp_path / "x.db", WRONG) == []


def test_a_version_that_passes_far_behind_one_that_does_not_is_stored_by_one_worker_and_by_several(tmp_path: Path) -> None:
    path = shard(tmp_path, 1, trial(2), editorial(1), *(rocks(n) for n in range(1000, 2500)), *versions(1, trial))
    load(tmp_path / "one.db", path)
    load(tmp_path / "parts.db", path, workers=Workers(Here, 2))
    assert rows(tmp_path / "one.db", "SELECT came_as, pmid_version FROM document ORDER BY 1") == [("pmid:1", 2), ("pmid:2", 1)]
    assert prints(tmp_path / "parts.db") == prints(tmp_path / "one.db")


@pytest.mark.parametrize(
    "later",
    [
        versions(1, editorial, trial, rocks),
        versions(1, editorial, trial, editorial),
        [editorial(1), trial(1, 9.5)],
        [editorial(1), deletion(1)],
        versions(1, editorial, rocks, editorial),
    ],
    ids=["another reason", "the same reason", "the same version", "deleted", "nothing that passes"],
)
def test_a_file_that_comes_late_leaves_what_a_later_one_says_last(tmp_path: Path, later: list[str]) -> None:
    first, second = shard(tmp_path, 1, trial(1)), shard(tmp_path, 2, *later)
    load(tmp_path / "whole.db", first, second)
    load(tmp_path / "x.db", second)
    done = load(tmp_path / "x.db", first, second)
    assert done.counts == {("older", "a later file says otherwise"): 1}
    assert rows(tmp_path / "x.db", LIVE) == rows(tmp_path / "whole.db", LIVE)
    assert rows(tmp_path / "x.db", WRONG) == []


def test_a_deletion_that_came_before_its_record_leaves_the_tombstone_that_it_would_have_left_after_it(tmp_path: Path) -> None:
    files = [shard(tmp_path, 1, trial(1), trial(2)), shard(tmp_path, 2, trial(3), deletion(1)), shard(tmp_path, 3, rocks(1))]
    load(tmp_path / "whole.db", *files[:2])
    load(tmp_path / "x.db", files[1])
    load(tmp_path / "x.db", files[0])
    assert rows(tmp_path / "x.db", "SELECT deleted_why FROM document WHERE pmid = '1'") == [("pubmed26n0002.xml.gz deletes it",)]
    assert prints(tmp_path / "x.db")[0] == prints(tmp_path / "whole.db")[0]
    # What the gate would leave out of a file after that reaches it in both.
    for name in ("x.db", "whole.db"):
        load(tmp_path / name, *files)
    assert "basalt" in str(rows(tmp_path / "x.db", LIVE))
    assert prints(tmp_path / "x.db")[0] == prints(tmp_path / "whole.db")[0]


def test_a_deleted_record_does_not_bury_the_paper_that_is_stored_under_another_number(tmp_path: Path) -> None:
    doi = '<ArticleId IdType="doi">10.5555/one</ArticleId>'
    early, late = shard(tmp_path, 1, trial(1, ids=doi)), shard(tmp_path, 2, trial(2, ids=doi), deletion(1))
    load(tmp_path / "x.db", late)
    load(tmp_path / "x.db", early)
    assert rows(tmp_path / "x.db", "SELECT came_as FROM document WHERE deleted_in IS NULL") == [("pmid:2",)]


def _made(folder: Path, chance: random.Random) -> list[Path]:
    """Two to four files about two records, each with up to three versions of a record, some of which pass the gate, and with deletions."""
    folder.mkdir()
    files = []
    for number in range(1, chance.randint(2, 4) + 1):
        told = [
            (version, chance.choice((trial, trial, rocks, editorial)), pmid)
            for pmid in (1, 2)
            for version in range(chance.choice((0, 1, 1, 2, 3)))
        ]
        records = [make(pmid, version=10 * number + version) for version, make, pmid in sorted(told, key=lambda one: one[0])]
        gone = [pmid for pmid in (1, 2) if chance.random() < 0.25]
        files.append(shard(folder, number, *records, rocks(99), *([deletion(*gone)] if gone else []), md5=False))
    return files


@pytest.mark.parametrize("seed", range(12, 24))
def test_made_files_in_any_order_give_the_documents_that_they_give_in_theirs(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    files = _made(tmp_path / "in", chance)
    load(tmp_path / "whole.db", *files)
    chance.shuffle(files)
    for number in range(1, len(files) + 1):
        load(tmp_path / "x.db", *files[:number])
    assert rows(tmp_path / "x.db", LIVE) == rows(tmp_path / "whole.db", LIVE)
    for name in ("whole.db", "x.db"):
        assert rows(tmp_path / name, WRONG) == []
        said = [well for well, line in harvest_report(for_reading(tmp_path / name), datetime.now(UTC)) if line.startswith("bulk")]
        assert said == [True]
