"""Errors of this room.

LibraryError
├── NoLibrary         there is no database where one is asked for
├── NotALibrary       a file that is no database of ours, or of a later version
├── CannotUse         the disk is full, the place is read-only …
├── LibraryBusy       another run is writing
├── NotStored         one document that the database does not take; the others are not touched
├── NoSuchDocument    a name that no document of the library goes by, or several do
├── NotKept           an answer as of a run that the library does not remember
├── NoSuchNode        a name that nothing in the graph goes by
├── NothingToUndo     nobody decided anything about these documents
└── NotUnderstood     a question in which no word is known
"""

from __future__ import annotations


class LibraryError(Exception):
    """Something about the library that the reader can act on."""


class NoLibrary(LibraryError):
    """There is no database."""

    def __init__(self, path: object) -> None:
        super().__init__(f"There is no library at {path}. Make one with: counterclaim add PATH --db {path}")


class NotALibrary(LibraryError):
    """A file that is not ours."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"{path} is no counterclaim library: {why}. Name another file with --db.")


class CannotUse(LibraryError):
    """The file is there or could be, and the machine does not let us."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"{path} cannot be used: {why}. Look at its place, its permissions and the room on the disk.")


class LibraryBusy(LibraryError):
    """Another run holds the library."""

    def __init__(self, path: object) -> None:
        super().__init__(f"Another run is writing to {path}. Try again when it has ended.")


class NotStored(LibraryError):
    """One document that cannot be stored as it was read."""


class NoSuchDocument(LibraryError):
    """A name that is not one document's."""

    def __init__(self, name: str, found: int) -> None:
        said = "No document" if not found else f"Not one document but {found}"
        super().__init__(
            f"{said} of this library goes by '{name}'. Give the id that it came with, or its DOI, PMID or registration number."
        )


class NotKept(LibraryError):
    """What was here after a run was not kept."""

    def __init__(self, run: int, since: int) -> None:
        super().__init__(
            f"This library remembers how it was from run {since} on, and not as of run {run}: an earlier version wrote it until then."
        )


class NoSuchNode(LibraryError):
    """Nothing in the graph goes by a name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Nothing in the graph goes by '{name}'. Give a node's id (claim:12), a document's id, a study's name or a concept's label."
        )


class NothingToUndo(LibraryError):
    """No decision is there to be taken back."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody decided anything about these documents, so there is nothing to undo. See: counterclaim studies --several"
        )


class OneDocument(LibraryError):
    """A decision about a document and itself."""

    def __init__(self) -> None:
        super().__init__("Both names are the same document's. Name two documents, or one with --apart.")


class NotUnderstood(LibraryError):
    """A question that says nothing the library knows."""

    def __init__(self, question: str, near: tuple[str, ...]) -> None:
        hint = (
            f" Near to it are: {', '.join(near)}."
            if near
            else " Name an intervention, an outcome or a condition, as in: intrathecal MSC vs placebo"
        )
        super().__init__(f'No word of "{question}" is known to this library.{hint}')
        self.near = near
