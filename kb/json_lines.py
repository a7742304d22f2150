"""JSON lines as they stand; stands in until crawler/reading.py is there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.document import Document, with_title
from crawler.errors import Unreadable


def read_paths(paths: Iterable[str]) -> Iterator[Document | Unreadable]:
    """Documents of JSON-lines files, in order."""
    for path in paths:
        for number, line in enumerate(Path(path).read_text("utf8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                yield Unreadable(f"{path}, line {number}", f"no JSON: {error}.")
                continue
            text, sections = with_title(record.get("title") or "", record.get("abstract") or "")
            yield Document(id=str(record["id"]), title=record.get("title") or "", text=text, sections=sections)
