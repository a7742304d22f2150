"""The sample library, read and stored: what is poolable of it, and what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.reading import read_paths
from kb.answer import answer
from kb.connection import for_reading
from kb.intake import Reading, read_each
from kb.poolable import Row, rows
from kb.question import understand
from kb.refusals import Reason
from nlp.pipeline import Reader
from tests.kb.made import put
from tests.test_library import LIBRARY


@pytest.fixture(scope="module")
def library(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "library.db"
    put(path, *(r for r in read_each(read_paths([str(LIBRARY)]), reader) if isinstance(r, Reading)))
    return path


def of(library: Path, question: str) -> tuple[Row, ...]:
    db = for_reading(library)
    return rows(db, answer(db, understand(db, question)))


@pytest.mark.parametrize(
    ("question", "printed", "yi", "sei"),
    [("T2 lesion volume", (-5.12, -9.65, -0.59), -5.12, 2.311), ("no new T2 lesions", (1.69, 1.31, 2.19), 0.5247, 0.1311)],
)
def test_a_reported_pooled_result_is_derived_and_refused(
    library: Path, question: str, printed: tuple[float, float, float], yi: float, sei: float
) -> None:
    (row,) = (r for r in of(library, question) if (r.est, r.est_lb, r.est_ub) == printed)
    assert row.derived is not None
    assert row.derived.yi == pytest.approx(yi, abs=5e-5)
    assert row.derived.sei == pytest.approx(sei, abs=5e-4)
    assert not row.poolable
    assert str(row.refused).startswith("already pooled")


def test_whatever_the_audit_flags_is_refused(library: Path) -> None:
    flagged = [r for r in of(library, "MSC") if {x.reason for x in r.refusals} & {Reason.AUDIT, Reason.SIGN}]
    assert len(flagged) >= 8
    assert not any(r.poolable for r in of(library, "MSC"))
