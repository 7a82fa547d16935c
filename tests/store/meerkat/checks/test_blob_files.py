"""Blobs that are missing, other than their ids say, hostile, or in odd spellings."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cancel import CancelToken
from store.meerkat.blobs import MAX_BLOB_BYTES
from store.meerkat.checks.blob_files import BlobFiles, mentioned_blobs, referred_blobs
from store.values.checks import CheckResult, Outcome

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
KNOWN = "sha256:37ecc430eadc708f3fbefa16496b3303baced1942eb4ca298422a5b90d1b8f2d"


def blob_id(media_type: str, data: str) -> str:
    return "sha256:" + hashlib.sha256(media_type.encode() + b"\0" + data.encode()).hexdigest()


def put(folder: Path, name: str, content: bytes) -> Path:
    digits = name.removeprefix("sha256:")
    path = folder / "blobs" / digits[:2] / f"{digits}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def check(folder: Path | None, *names: str, inline: int = 0) -> CheckResult:
    return BlobFiles(folder).check(names, inline, CancelToken())


def test_3_3_a_blob_that_is_what_its_id_says_passes(tmp_path: Path) -> None:
    put(tmp_path, KNOWN, b'{"media_type":"image/png","data":"%b"}' % PNG.encode())
    found = check(tmp_path, KNOWN)
    assert found.outcome is Outcome.PASSED
    assert found.sentence == "1 blob, present, digest equal"


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"media_type": "image/png", "data": PNG}, indent=2).encode(),
        json.dumps({"data": PNG, "media_type": "image/png"}).encode(),
        json.dumps({"media_type": "image/png", "note": {"a": [1]}, "data": PNG}).encode(),
    ],
)
def test_a_sound_blob_in_another_spelling_passes(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, KNOWN, content)
    assert check(tmp_path, KNOWN).outcome is Outcome.PASSED


@given(data=st.binary(max_size=300), media_type=st.text(max_size=20))
def test_every_blob_is_found_to_be_what_its_name_says(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, media_type: str
) -> None:
    folder = tmp_path_factory.mktemp("realm")
    text = base64.b64encode(data).decode()
    if not media_type.isprintable():
        media_type = "image/png"
    name = blob_id(media_type, text)
    put(folder, name, json.dumps({"media_type": media_type, "data": text}).encode())
    assert check(folder, name).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"media_type":"image/png"}',
        b'{"media_type":"image/png","data":7}',
        b'{"media_type":"image/png","data":"iVBO Rw0K"}',
        b'{"media_type":"image/jpeg","data":"%b"}' % PNG.encode(),
        b'{"media_type":"image/png","data":"AAAA"}',
        b'{"media_type":"%b","data":"AAAA"}' % (b"x" * 5_000),
    ],
)
def test_3_3_a_blob_with_another_content_is_damaged(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, KNOWN, content)
    found = check(tmp_path, KNOWN)
    assert found.outcome is Outcome.FAILED
    assert "damaged" in found.sentence
    assert (found.agreeing, found.total) == (0, 1)


def test_3_3_a_missing_blob_fails_with_its_id(tmp_path: Path) -> None:
    found = check(tmp_path, KNOWN)
    assert "missing" in found.sentence
    assert (found.expected, found.found) == (KNOWN, "nothing")


@pytest.mark.parametrize("name", ["sha256:../../etc/passwd", "", "sha256:" + "AB" * 32, "\ud800", "a" * 100_000])
def test_3_3_a_hostile_id_fails_and_leads_nowhere(tmp_path: Path, name: str) -> None:
    found = check(tmp_path, name)
    assert found.outcome is Outcome.FAILED
    assert "a form that no blob has" in found.sentence
    assert len(found.expected) <= 300


def test_3_3_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_bytes(b'{"media_type":"image/png","data":"%b"}' % PNG.encode())
    path = put(tmp_path, KNOWN, b"")
    path.unlink()
    path.symlink_to(secret)
    found = check(tmp_path, KNOWN)
    assert found.outcome is Outcome.FAILED
    assert "link" in found.sentence


def test_3_3_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    path = put(tmp_path / "elsewhere", KNOWN, b'{"media_type":"image/png","data":"%b"}' % PNG.encode())
    (tmp_path / "realm" / "blobs").mkdir(parents=True)
    (tmp_path / "realm" / "blobs" / path.parent.name).symlink_to(path.parent)
    assert "link" in check(tmp_path / "realm", KNOWN).sentence


def test_3_3_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = put(tmp_path, KNOWN, b"")
    path.unlink()
    os.mkfifo(path)
    assert "is not a file" in check(tmp_path, KNOWN).sentence


def test_3_3_a_huge_blob_fails_unread(tmp_path: Path) -> None:
    path = put(tmp_path, KNOWN, b"")
    with path.open("r+b") as file:
        file.truncate(MAX_BLOB_BYTES + 1)
    assert "too large" in check(tmp_path, KNOWN).sentence


def test_some_of_several_blobs_are_told_from_the_rest(tmp_path: Path) -> None:
    put(tmp_path, KNOWN, b'{"media_type":"image/png","data":"%b"}' % PNG.encode())
    found = check(tmp_path, KNOWN, "sha256:" + "0" * 64, "sha256:" + "1" * 64)
    assert (found.agreeing, found.total) == (1, 3)
    assert "1 more blob is not sound either" in found.sentence


def test_pictures_inside_of_messages_need_no_blobs(tmp_path: Path) -> None:
    found = check(tmp_path, inline=2)
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "2 pictures are held by their messages" in found.sentence


def test_a_document_by_itself_has_no_blob_store() -> None:
    assert check(None, KNOWN).outcome is Outcome.NOT_APPLICABLE


def test_references_are_found_in_every_place_that_holds_pictures(make: Any) -> None:
    def image(digit: str) -> dict[str, Any]:
        return {"type": "image", "media_type": "image/png", "source": "blob", "blob_id": digit}

    drawn = {"block_type": "image", "data": {"blob_ref": {"blob_id": "d", "media_type": "image/png"}}}
    notice = {"role": "system_notice", "kind": "comms", "blocks": [{"type": "comms", "content": [image("n")]}]}
    messages = [make.user([image("u")]), make.results(("c1", [image("r")])), make.assistant(drawn), notice]
    assert [referred_blobs(make.dump(message))[0] for message in messages] == [["u"], ["r"], ["d"], ["n"]]


def test_an_argument_of_a_tool_is_no_reference(make: Any) -> None:
    message = make.dump(make.assistant(make.call("c1", args={"blob_id": KNOWN})))
    assert referred_blobs(message) == ([], 0)
    assert list(mentioned_blobs(message)) == [KNOWN]
