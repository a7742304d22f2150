"""The same shards read by a Dask cluster, also where one of its workers is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.bulk.workers import NoCluster, cluster
from tests.kb.made_shards import load, prints, several

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'counterclaim[dask]'")
pytestmark = [pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(tmp_path)
    ) as made:
        yield made


def test_a_cluster_makes_the_library_that_one_process_makes_also_where_a_worker_is_killed(tmp_path: Path, two_workers: Any) -> None:
    files = several(tmp_path / "in", number=5)
    load(tmp_path / "one.db", files)
    with cluster(two_workers.scheduler_address) as workers:
        assert workers.number == 2
        load(tmp_path / "whole.db", files, workers=workers)
    killed: list[int] = []
    pids = [worker.pid for worker in two_workers.workers.values()]

    def kill(_: object) -> None:
        if not killed:
            killed.append(pids[0])
            os.kill(pids[0], signal.SIGKILL)

    with cluster(two_workers.scheduler_address) as workers:
        done = load(tmp_path / "killed.db", files, workers=workers, progress=kill)
    assert killed
    assert (done.files, done.left_out) == (5, [])
    assert prints(tmp_path / "whole.db") == prints(tmp_path / "one.db") == prints(tmp_path / "killed.db")


def test_an_address_at_which_nobody_answers_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoCluster, match="does not answer"), cluster("tcp://127.0.0.1:9"):
        pass
