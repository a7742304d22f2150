"""A gzip file's content as a file, with an end to what it may swell to."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import BinaryIO

from crawler.errors import Unreadable

#: The bytes that every gzip file begins with.
GZIP = b"\x1f\x8b"
#: Bytes that a file may inflate to. PubMed's largest files come to some 400 MB.
LARGEST_INFLATED = 1_000_000_000


class Inflated(io.RawIOBase):
    """The content of a gzip file, to be read in order, or from the start again.

    Reading raises Unreadable where the file is damaged, where it breaks off, and where more than `LARGEST_INFLATED` bytes came out of it.
    """

    def __init__(self, file: BinaryIO, where: str) -> None:
        self._file, self._where, self._count = gzip.GzipFile(fileobj=file, mode="rb"), where, 0

    def readable(self) -> bool:
        """True: this is what it is for."""
        return True

    def seekable(self) -> bool:
        """True, to the start alone."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Back to the start."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("what is inflated can be read from its start alone")
        self._file.seek(0)
        self._count = 0
        return 0

    def tell(self) -> int:
        """How many bytes came out since the start."""
        return self._count

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """The next bytes; 0 at the end."""
        try:
            data = self._file.read1(len(buffer))
        except EOFError as error:
            raise Unreadable(
                self._where, f"this gzip file breaks off; {self._count} bytes came out of it.", "Download it again."
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise Unreadable(
                self._where, f"this gzip file is damaged behind the first {self._count} bytes.", "Download it again."
            ) from error
        self._count += len(data)
        if self._count > LARGEST_INFLATED:
            raise Unreadable(
                self._where,
                f"this gzip file swells to more than {LARGEST_INFLATED // 1_000_000} MB.",
                "Unpack it, and add it in parts.",
            )
        buffer[: len(data)] = data
        return len(data)


def inflated(file: BinaryIO, where: str) -> io.BufferedReader:
    """The content of a gzip file that is read from its start."""
    return io.BufferedReader(Inflated(file, where), 1 << 16)
