"""The errors of the trained tagger's files, apart from what reads them: a command that only asks must not load that."""

from __future__ import annotations

from pathlib import Path


class ModelMissing(Exception):
    """There is no trained tagger where one was looked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"No trained tagger in {folder}. Make one with: make train CORPORA=FOLDER; or run with --no-tagger.")
        self.folder = folder


class ModelUnreadable(Exception):
    """A file of the trained tagger is not what it should be."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(
            f"{path} is no part of a trained tagger that can be read: {why}. Install the program again, or make the file with: make train CORPORA=FOLDER."
        )
        self.path = path
