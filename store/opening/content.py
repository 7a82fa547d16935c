"""What a file is that does not begin like a SQLite database, and what the database header says if it does.

Pure functions over the first bytes; nothing here opens a file.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from store.errors import DamagedDatabase, EmptyFile, EncryptedOrForeign, NotAStore, OpenError

SQLITE_MAGIC = b"SQLite format 3\x00"
HEADER_BYTES = 100
"""Length of the database header: https://www.sqlite.org/fileformat2.html, section 1.3."""

SNIFFED_BYTES = 4096
"""How much of a foreign file is looked at to say what it is."""

ROLLBACK_FORMAT = 1
WAL_FORMAT = 2

KNOWN_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"\xfd7zXZ\x00", "an XZ archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "the rollback journal of a database, not the database itself"),
    (b"\x37\x7f\x06\x82", "the write-ahead log of a database, not the database itself"),
    (b"\x37\x7f\x06\x83", "the write-ahead log of a database, not the database itself"),
)

TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b\b")
"""Control characters that do occur in text, terminal output included."""

OPEN_ADVICE = "Open a session database, a session document, or a folder that holds one."


@dataclass(frozen=True, slots=True)
class Header:
    """What the first 100 bytes of a SQLite database say.

    Attributes:
        read_format: 1 rollback journal, 2 write-ahead log; what SQLite itself goes by.
        page_bytes: size of a page; 0 if the field is not sound.
        page_count: pages of the database, None when the field is not valid for this content.
    """

    read_format: int
    page_bytes: int
    page_count: int | None

    @property
    def full_bytes(self) -> int | None:
        """Length that the file should have at least; None when the header does not tell."""
        return None if self.page_count is None else self.page_count * self.page_bytes


def refusal(name: str, size_bytes: int, beginning: bytes) -> OpenError:
    """The error that says what a file is that is no SQLite database.

    Args:
        name: of the file.
        beginning: its first bytes, up to SNIFFED_BYTES.
    """
    if size_bytes == 0:
        return EmptyFile(f"“{name}” is empty: it has no bytes.", "The program that made it may not have started yet.")
    for start, what in KNOWN_BEGINNINGS:
        if beginning.startswith(start):
            return NotAStore(f"“{name}” is {what}.", OPEN_ADVICE)
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP":
        return NotAStore(f"“{name}” is a WebP picture.", OPEN_ADVICE)
    if is_text(beginning):
        return NotAStore(f"“{name}” is a text file, not a session store.", OPEN_ADVICE)
    if SQLITE_MAGIC.startswith(beginning):
        return DamagedDatabase(f"“{name}” was cut off within its first bytes.", "Try a backup or another copy.")
    return EncryptedOrForeign(
        f"“{name}” is neither text nor a SQLite database: it is encrypted, or of another program.",
        "An encrypted store has to be decrypted by the program that wrote it.",
    )


def is_text(beginning: bytes) -> bool:
    """Whether the bytes read as text: UTF-8 or UTF-16 with a mark, without control characters that text has not."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if any(byte < 0x20 and byte not in TEXT_CONTROLS for byte in beginning):
        return False
    try:
        # Not final: the last character may be cut by the end of what was read.
        codecs.getincrementaldecoder("utf-8")().decode(beginning, final=len(beginning) < SNIFFED_BYTES)
    except UnicodeDecodeError:
        return False
    return True


def parse_header(name: str, first: bytes) -> Header:
    """Read the database header.

    Raises:
        DamagedDatabase: it is cut off, or names a format that no SQLite reads.
    """
    if len(first) < HEADER_BYTES:
        raise DamagedDatabase(f"“{name}” was cut off within its header.", "Try a backup or another copy.")
    read_format = first[19]
    if read_format not in (ROLLBACK_FORMAT, WAL_FORMAT):
        raise DamagedDatabase(
            f"“{name}” begins like a SQLite database, but its header names the unknown format {read_format}.",
            "It is damaged or encrypted; try a backup or another copy.",
        )
    stored_page_bytes = int.from_bytes(first[16:18], "big")
    page_bytes = 65536 if stored_page_bytes == 1 else stored_page_bytes
    # The count is only valid where the change counter equals the number that it was written for.
    is_count_valid = first[24:28] == first[92:96]
    page_count = int.from_bytes(first[28:32], "big") if is_count_valid else 0
    return Header(read_format, page_bytes, page_count or None)


def refuse_cut(name: str, header: Header, size_bytes: int) -> None:
    """Raise DamagedDatabase if the file is shorter than its own header says."""
    full_bytes = header.full_bytes
    if full_bytes is not None and size_bytes < full_bytes:
        raise DamagedDatabase(
            f"“{name}” was cut off: {size_bytes:,} of {full_bytes:,} bytes are there.", "Try a backup or another copy."
        )
