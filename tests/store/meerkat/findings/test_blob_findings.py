"""Invariant: a blob is said to be of nobody only if nothing that is stored names it, wherever and however."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest

from store.values.checks import Finding, Severity

Find = Callable[..., list[Finding]]
RKAT = "realm-0.6.24-rkat/realm"
DIGITS = hashlib.sha256(b"a picture").hexdigest()
BLOB = f"blobs/{DIGITS[:2]}/{DIGITS}.json"
MENTION = json.dumps({"source": "blob", "blob_id": f"sha256:{DIGITS}"})


def test_3_5_a_blob_that_nothing_names_is_noted_with_its_size(realm, find: Find) -> None:
    copy = realm(RKAT)
    copy.write(BLOB, "12 bytes big")
    (found,) = find(copy, "blob-unreferenced")
    assert (found.severity, found.session_id) == (Severity.INFO, None)
    assert f"the blob sha256:{DIGITS} (12 bytes)" in found.sentence


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("sessions", "session_json"),
        ("runtime_session_snapshots", "session_snapshot"),
        ("runtime_input_states", "state_json"),
    ],
)
def test_3_5_a_blob_that_any_row_names_is_of_somebody(realm, find: Find, table: str, column: str) -> None:
    copy = realm(RKAT)
    copy.write(BLOB, "{}")
    text = " " * 262_100 + MENTION  # a window ends within it
    copy.change(f"UPDATE {table} SET {column} = :text WHERE rowid = 1", text=text)
    assert find(copy, "blob-unreferenced") == []


def test_3_5_a_blob_that_a_message_in_a_strand_or_an_event_names_is_of_somebody(realm, find: Find) -> None:
    strands = realm("realm-0.8.10")
    strands.write(BLOB, "{}")
    strands.change("UPDATE session_strand_messages SET message_json = :text WHERE seq = 1", text=MENTION.encode())
    assert find(strands, "blob-unreferenced") == []
    events = realm(RKAT)
    events.write(BLOB, "{}")
    log = next(events.events.glob("*.jsonl"))
    log.write_text(log.read_text("utf-8") + MENTION + "\n", "utf-8")
    assert find(events, "blob-unreferenced") == []


def test_3_5_files_that_have_no_blobs_name_are_none(realm, find: Find) -> None:
    copy = realm(RKAT)
    copy.write("blobs/ff/notes.json", "{}")
    copy.write(f"blobs/ff/{DIGITS}.json", "{}")
    (copy.folder / "blobs" / DIGITS[:2]).symlink_to(copy.folder)
    assert find(copy, "blob-unreferenced") == []
