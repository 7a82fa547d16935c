"""A file that is no database is named for what it is, in one sentence with one piece of advice (1-case-2)."""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path

import pytest

from store.errors import DamagedDatabase, EmptyFile, EncryptedOrForeign, NotAStore, OpenError, PathMissing
from store.opening import SQLITE_MAGIC, Looking
from store.opening.content import is_text, parse_header, refusal

NOISE = random.Random(1).randbytes(8192)

CONTENTS: tuple[tuple[str, bytes, type[OpenError], str], ...] = (
    ("empty", b"", EmptyFile, "is empty"),
    ("text", b"# Notes\n\nnothing of ours\n", NotAStore, "is a text file"),
    ("long text cut inside a character", ("a" * 4095 + "é" * 400).encode(), NotAStore, "is a text file"),
    ("utf-16", "Grüße".encode("utf-16"), NotAStore, "is a text file"),
    ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + NOISE, NotAStore, "is a PNG picture"),
    ("jpeg", b"\xff\xd8\xff\xe0" + NOISE, NotAStore, "is a JPEG picture"),
    ("webp", b"RIFF\x10\0\0\0WEBPVP8 " + NOISE, NotAStore, "is a WebP picture"),
    ("zip", b"PK\x03\x04" + NOISE, NotAStore, "is a ZIP archive"),
    ("log", b"\x37\x7f\x06\x82" + NOISE, NotAStore, "is the write-ahead log of a database, not the database itself"),
    ("journal", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + NOISE, NotAStore, "is the rollback journal of a database"),
    ("encrypted", NOISE, EncryptedOrForeign, "it is encrypted, or of another program"),
    ("zeros", bytes(8192), EncryptedOrForeign, "neither text nor a SQLite database"),
    ("magic only", SQLITE_MAGIC, DamagedDatabase, "cut off within its header"),
    ("half the magic", SQLITE_MAGIC[:9] + b"", NotAStore, "is a text file"),
    ("unknown format", SQLITE_MAGIC + bytes([16, 0, 9, 9]) + bytes(80), DamagedDatabase, "names the unknown format 9"),
)


@pytest.mark.parametrize(
    ("content", "error", "says"), [row[1:] for row in CONTENTS], ids=[row[0].replace(" ", "-") for row in CONTENTS]
)
def test_B1_a_file_that_is_no_database_is_named_for_what_it_is(
    content: bytes, error: type[OpenError], says: str, tmp_path: Path, scratch: Path
) -> None:
    """(1-case-2)"""
    path = tmp_path / "thing"
    path.write_bytes(content)
    with pytest.raises(error, match=says) as raised:
        Looking(path, scratch)
    assert type(raised.value) is error
    assert raised.value.sentence.startswith("“thing” ")
    assert raised.value.advice.endswith(".")
    assert path.read_bytes() == content


def test_B1_what_is_no_file_is_named_too(tmp_path: Path, scratch: Path) -> None:
    """(1-case-2)"""
    with pytest.raises(NotAStore, match="is a folder"):
        Looking(tmp_path, scratch)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotAStore, match="is a pipe, device or socket"):
        Looking(tmp_path / "pipe", scratch)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "door"))
        with pytest.raises(NotAStore, match="is a pipe, device or socket"):
            Looking(tmp_path / "door", scratch)


def test_B1_a_path_that_leads_nowhere_is_missing(tmp_path: Path, scratch: Path) -> None:
    """(1-case-2)"""
    (tmp_path / "file").write_text("x")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    missing = ("nothing", "no folder/nothing", "file/below", "n" * 300, "dangling", "circle", "nul\0character")
    for name in missing:
        with pytest.raises(PathMissing):
            Looking(tmp_path / name, scratch)
    with pytest.raises(PathMissing, match="“dangling” is a link that leads nowhere"):
        Looking(tmp_path / "dangling", scratch)
    assert not scratch.exists()


def test_B1_text_is_told_from_other_bytes() -> None:
    assert is_text(b"\x1b[31mred\x1b[0m\r\n\ttab")
    assert is_text("漢字 🙂".encode())
    assert not is_text("漢字".encode()[:-1]), "what ends in half a character is not text when all of it was read"
    assert not is_text(b"a\0b")
    assert not is_text(b"caf\xe9")


def test_B1_a_header_tells_the_length_only_where_its_count_is_valid() -> None:
    header = bytearray(SQLITE_MAGIC + bytes(84))
    header[16:20] = b"\x10\x00\x02\x02"
    header[24:28] = header[92:96] = b"\0\0\0\x07"
    header[28:32] = b"\0\0\0\x05"
    assert parse_header("x", bytes(header)).full_bytes == 5 * 4096
    header[27] = 8
    assert parse_header("x", bytes(header)).full_bytes is None
    header[16:18] = b"\x00\x01"
    assert parse_header("x", bytes(header)).page_bytes == 65536


def test_B1_every_refusal_has_a_sentence_whatever_the_bytes() -> None:
    noise = random.Random(2)
    for length in range(64):
        error = refusal("x", length, noise.randbytes(length))
        assert error.sentence.endswith(".")
        assert error.advice.endswith(".")
