"""Images come from the message or from the realm's blob store, and a hostile id never leaves it (1.5, 1-case-7)."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.backend import Backend
from store.cancel import CancelToken
from store.errors import SessionError
from store.meerkat.blobs import read_blob
from store.values.message import ImageBlock, ImageRef

Open = Callable[[Path], Backend]
DIGITS = "ab" * 32


def put(folder: Path, content: bytes, digits: str = DIGITS) -> Path:
    path = folder / "blobs" / digits[:2] / f"{digits}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_1_5_an_inline_image_gives_its_bytes(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(100))
    image = {"type": "image", "media_type": "image/png", "source": "inline", "data": base64.b64encode(png).decode()}
    name = made.add(
        1,
        [
            make.user([{"type": "text", "text": "x"}, image]),
            make.assistant(make.call("c")),
            make.results(("c", [image])),
        ],
    )
    backend = open_store(made.done())
    question, answer, _ = backend.messages(name, 0, 3, token)
    inline = question.blocks[1]
    nested = answer.blocks[0].result.blocks[0]  # type: ignore[union-attr]
    for block in (inline, nested):
        assert isinstance(block, ImageBlock)
        assert block.ref.size_bytes == len(png)
        assert backend.image(name, block.ref, token) == png


def test_1_5_an_image_of_the_blob_store_gives_its_bytes(copy_sample: Any, open_store: Open, token: CancelToken) -> None:
    """And a blob that is missing gives a sentence; the rich store has both."""
    from store.values.session import SortOrder

    backend = open_store(copy_sample("meerkat/realm-0.6.24-rich") / "atlas" / "sessions.sqlite3")
    found, missing = 0, 0
    for row in backend.summaries(backend.ids(SortOrder(), token).handles, token):
        name = row.key.session_id
        for message in backend.messages(name, 0, min(40, backend.outline(name, token).count), token):
            for block in message.blocks:
                if isinstance(block, ImageBlock) and block.ref.blob is not None:
                    try:
                        found += bool(backend.image(name, block.ref, token))
                    except SessionError:
                        missing += 1
    assert found > 3
    assert missing > 0


@pytest.mark.parametrize(
    "blob_id",
    [
        "sha256:../../../../etc/passwd",
        "../../etc/passwd",
        "/etc/passwd",
        "sha256:" + "AB" * 32,
        "sha256:" + "ab" * 31,
        f"sha256:{DIGITS}\n",
        f"sha256:{DIGITS}/../x",
        "sha256:" + "．" * 64,
        "\\\\host\\share",
        "",
    ],
)
def test_1_case_7_a_hostile_blob_id_reads_nothing(tmp_path: Path, blob_id: str) -> None:
    put(tmp_path, b'{"media_type":"image/png","data":"AAAA"}')
    with pytest.raises(SessionError, match="in a form that no blob has"):
        read_blob(tmp_path, blob_id)


def test_1_case_7_a_link_out_of_the_blob_store_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "secret.json"
    outside.write_text('{"media_type":"image/png","data":"c2VjcmV0"}')
    realm = tmp_path / "realm"
    path = put(realm, b"")
    path.unlink()
    path.symlink_to(outside)
    with pytest.raises(SessionError, match="link"):
        read_blob(realm, f"sha256:{DIGITS}")
    path.unlink()
    path.parent.rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{DIGITS}.json").write_text('{"data":"c2VjcmV0"}')
    path.parent.symlink_to(elsewhere)
    with pytest.raises(SessionError, match="link"):
        read_blob(realm, f"sha256:{DIGITS}")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"{", "no JSON"), (b'{"data":"not base64!"}', "no base64"), (b'{"data":7}', "no base64"), (b"[]", "no base64")],
)
def test_1_case_5_a_damaged_blob_says_so(tmp_path: Path, content: bytes, sentence: str) -> None:
    put(tmp_path, content)
    with pytest.raises(SessionError, match=sentence):
        read_blob(tmp_path, f"sha256:{DIGITS}")


def test_1_case_5_a_pipe_in_the_place_of_a_blob_does_not_hang(tmp_path: Path) -> None:
    path = put(tmp_path, b"")
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(SessionError, match="not a file"):
        read_blob(tmp_path, f"sha256:{DIGITS}")


def test_an_image_that_is_not_there_is_a_sentence(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    name = made.add(1, [make.user("no image")])
    backend = open_store(made.done())
    for ref in (ImageRef(0, 0, -1, "image/png"), ImageRef(7, 0, -1, "image/png"), ImageRef(0, 5, 2, "image/png")):
        with pytest.raises(SessionError):
            backend.image(name, ref, token)
    assert json.loads(backend.raw(name, 0, token))["content"] == "no image"
