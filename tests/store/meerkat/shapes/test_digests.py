"""Revisions have the names that the releases themselves gave them, in all five formats (S2, 3-case-2)."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.backend import Backend
from store.cancel import CancelToken
from store.meerkat.codec.codec import decode, encode
from store.meerkat.shapes.digests import DigestFormat, TranscriptDigests, blob_id
from store.meerkat.shapes.typed import NotTyped, TimeMissing, typed_message
from tests.store.meerkat.digesting import canonical_bytes, digest_of, digests_of, formats_of
from tests.store.meerkat.stored import vectors

Copy = Callable[[str], Path]
F1, F2, F3, F4, F5 = DigestFormat

EARLY, LATE, NEWEST = frozenset({F1, F2}), frozenset({F3, F4, F5}), frozenset({F5})


def bodies(value: Any) -> Iterator[tuple[str, list[Any]]]:
    """Every (name, messages) of a revision below a value, those in JSON texts too."""
    if isinstance(value, str) and value.startswith('{"'):
        try:
            value = json.loads(value)
        except ValueError:
            return
    if isinstance(value, dict) and isinstance(value.get("messages"), list) and "revision" in value:
        yield value["revision"], value["messages"]
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from bodies(part)


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


def as_bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


# ------------------------------------------------------------------------------------------------ recorded vectors


@pytest.mark.parametrize("name", sorted(vectors()["message_examples"]))
def test_every_example_message_is_held_and_hashed_as_recorded(name: str) -> None:
    """(3-case-2)"""
    example = vectors()["message_examples"][name]
    message = decode(example["json"].encode())
    assert encode(typed_message(message)).decode() == example["reencoded_after_value_load"]
    if name != "block_assistant_all":  # its recorded digest is of a live copy, with the model's own spelling
        assert digest_of([message], F1) == example["digest_of_single"]


def test_the_digest_of_a_live_copy_is_of_its_raw_text_which_no_loaded_copy_has() -> None:
    """(3-case-2) The example `block_assistant_all`: a deliberate hazard, §8.1."""
    example = vectors()["message_examples"]["block_assistant_all"]
    raw = hashlib.sha256(f"[{example['json']}]".encode()).hexdigest()
    assert example["digest_of_single"] == f"sha256:{raw}"
    assert digest_of([decode(example["json"].encode())], F1) != example["digest_of_single"]


def test_arguments_are_hashed_as_they_are_after_a_load() -> None:
    """(3-case-2) The vector `args_key_order`."""
    case = vectors()["args_key_order"]
    assert digests_of(decode(case["session"].encode())["messages"]).revision(F1) == case["reloaded_revision"]  # type: ignore[index,call-overload,arg-type]


def test_the_base_document_and_the_empty_transcript_have_their_recorded_names() -> None:
    """(3-case-2)"""
    messages = json.loads(vectors()["base_session_json"])["messages"]
    assert digest_of(messages, F1) == vectors()["base_revision"]
    assert {digest_of([], form) for form in DigestFormat} == {vectors()["empty_messages_digest"]}


def test_every_revision_body_of_the_vectors_makes_its_name_in_the_first_format() -> None:
    """(3-case-2) Stored with sorted keys; one was tampered with on purpose, and one is of a live copy."""
    found = Counter(F1 in formats_of(messages, revision) for revision, messages in bodies(vectors()))
    assert found == {True: 68, False: 1}


def test_a_legacy_document_without_message_times_has_no_digest() -> None:
    """(3-case-5) Meerkat fills in another time on each load."""
    messages = json.loads(vectors()["legacy_v1_without_created_at"]["input"])["messages"]
    with pytest.raises(TimeMissing, match="no time of its own"):
        digest_of(messages, F1)


def test_a_legacy_document_is_held_as_recorded_once_times_are_given() -> None:
    """(3-case-2)"""
    case = vectors()["legacy_v1_without_created_at"]
    loaded = json.loads(case["load1"])["messages"]
    given_times = [
        typed_message(message, known["created_at"])
        for message, known in zip(json.loads(case["input"])["messages"], loaded, strict=True)
    ]
    assert encode(given_times) == encode(loaded)  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------------- real stores


def test_s2_every_session_of_the_rich_realm_has_the_digest_of_the_published_code(copy_sample: Copy) -> None:
    """66 sessions, `float_drift` and `raw_tool_args` among them; from the row and from the snapshot."""
    folder = copy_sample("meerkat/realm-0.6.24-rich")
    expected = {each["id"]: each for each in json.loads((folder / "expected.json").read_text("utf-8"))["sessions"]}
    path = folder / "atlas" / "sessions.sqlite3"
    for session_id, stored in rows(path, "SELECT session_id, session_json FROM sessions"):
        messages = decode(stored)["messages"]  # type: ignore[index,call-overload]
        assert digests_of(messages).revision(F1) == expected[session_id]["digest"]  # type: ignore[arg-type]
    for runtime_id, stored in rows(path, "SELECT runtime_id, session_snapshot FROM runtime_session_snapshots"):
        messages = decode(stored)["messages"]  # type: ignore[index,call-overload]
        name = runtime_id.removeprefix("rt:session:")
        if expected[name]["snapshot_revision"]:
            assert digests_of(messages).revision(F1) == expected[name]["snapshot_revision"]  # type: ignore[arg-type]
    assert len(expected) == 66


def test_s2_every_document_of_the_jsonl_realm_has_the_digest_of_the_published_code(copy_sample: Copy) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-jsonl")
    expected = {each["id"]: each for each in json.loads((folder / "expected.json").read_text("utf-8"))["sessions"]}
    for session_id, session in expected.items():
        data = (folder / "ledgers" / "sessions_jsonl" / f"{session_id}.jsonl").read_bytes()
        assert digests_of(decode(data)["messages"]).revision(F1) == session["digest"]  # type: ignore[index,call-overload,arg-type]


@pytest.mark.parametrize(
    ("sample", "found"),
    [
        ("realm-0.7.28/attempted-turn/sessions.sqlite3", {LATE: 1}),
        ("realm-0.7.28-rkat/realm/sessions.sqlite3", {LATE: 11}),
        ("realm-0.8.10/sessions.sqlite3", {LATE: 1}),
        ("realm-0.8.26-rkat/realm/sessions.sqlite3", {LATE: 11}),
        ("realm-0.9.8-rkat/realm/sessions.sqlite3", {NEWEST: 10, LATE: 1}),
        ("realm-0.9.8-crashed/realm/sessions.sqlite3", {NEWEST: 2}),
    ],
)
def test_s2_heads_of_every_release_are_named_by_their_strand(
    copy_sample: Copy, sample: str, found: dict[frozenset[DigestFormat], int]
) -> None:
    """The head's format is recognised: what formats 3 to 5 leave out alike does not tell them apart."""
    top, _, below = sample.partition("/")
    path = copy_sample(f"meerkat/{top}") / below
    seen: Counter[frozenset[DigestFormat]] = Counter()
    for name, strand, revision, count in rows(
        path, "SELECT session_id, strand, head_revision, message_count FROM session_heads"
    ):
        with closing(sqlite3.connect(path)) as database:
            stored = database.execute(
                "SELECT message_json FROM session_strand_messages WHERE session_id = ? AND strand = ? AND seq < ?"
                " ORDER BY seq",
                (name, strand, count),
            ).fetchall()
        digests = TranscriptDigests()
        for (message,) in stored:
            digests.add(as_bytes(message))
        seen[digests.formats_of(revision)] += 1
    assert seen == found


def test_s2_the_rotated_store_of_0_8_50_has_its_head(
    copy_sample: Copy, open_store: Callable[[Path], Backend], token: CancelToken
) -> None:
    """Its strand borrows rows from its parents."""
    path = copy_sample("meerkat/store-0.8.50-rotated") / "sessions.sqlite3"
    ((name, revision, count),) = rows(path, "SELECT session_id, head_revision, message_count FROM session_heads")
    backend = open_store(path)
    assert backend.outline(name, token).count == count
    digests = TranscriptDigests()
    for number in range(count):
        digests.add(backend.raw(name, number, token))
    assert digests.formats_of(revision) == LATE


def receipts(path: Path) -> Counter[frozenset[DigestFormat]]:
    """How many receipts of whole documents are in which formats; none fits what a rewrite replaced."""
    snapshots = dict(rows(path, "SELECT runtime_id, session_snapshot FROM runtime_session_snapshots"))
    seen: Counter[frozenset[DigestFormat]] = Counter()
    for runtime_id, stored in rows(path, "SELECT runtime_id, receipt_json FROM runtime_boundary_receipts"):
        receipt = json.loads(stored)
        messages = json.loads(snapshots[runtime_id])["messages"] if snapshots.get(runtime_id) else []
        digest = receipt["conversation_digest"] or ""
        digest = digest if digest.startswith("sha256:") else f"sha256:{digest}"
        seen[digests_of(messages[: receipt["message_count"]]).formats_of(digest)] += 1
    return seen


@pytest.mark.parametrize(
    ("sample", "found"),
    [
        ("realm-0.6.24-rich/atlas", {EARLY: 12, frozenset(): 8}),
        ("realm-0.6.24-rkat/realm", {EARLY: 21}),
        ("realm-0.6.24-crashed/realm", {EARLY: 2}),
        ("realm-0.6.34-rkat/realm", {EARLY: 17, frozenset(): 6}),
        ("realm-0.7.24-rkat/realm", {EARLY: 23, frozenset(): 6}),
        ("realm-0.7.28-rkat/realm", {EARLY: 20, frozenset(): 6}),
        ("realm-0.8.10", {LATE: 2}),
    ],
)
def test_s2_receipts_of_the_runtime_name_what_was_said_so_far(
    copy_sample: Copy, sample: str, found: dict[frozenset[DigestFormat], int]
) -> None:
    """Up to 0.7.28 in the first format whatever the revisions use; those of before a rewrite fit nothing (§1.2)."""
    top, _, below = sample.partition("/")
    assert receipts(copy_sample(f"meerkat/{top}") / below / "sessions.sqlite3") == found


@pytest.mark.parametrize(
    ("sample", "found"),
    [
        ("realm-0.6.24-rich/atlas", {EARLY: 54, frozenset({F1}): 13}),
        ("realm-0.6.24-rkat-rewritten/realm", {EARLY: 12}),
        ("realm-0.6.34-rkat/realm", {EARLY: 8}),
        ("realm-0.7.24-rkat/realm", {LATE: 12}),
        ("realm-0.7.28-rkat/realm", {LATE: 6}),
    ],
)
def test_s2_every_retained_body_makes_its_name(
    copy_sample: Copy, sample: str, found: dict[frozenset[DigestFormat], int]
) -> None:
    """Inline images tell the first two formats apart."""
    top, _, below = sample.partition("/")
    path = copy_sample(f"meerkat/{top}") / below / "sessions.sqlite3"
    seen: Counter[frozenset[DigestFormat]] = Counter()
    for (stored,) in rows(path, "SELECT session_snapshot FROM runtime_session_snapshots"):
        graph = json.loads(stored)["metadata"].get("session_transcript_history_state_v1")
        seen.update(formats_of(messages, revision) for revision, messages in bodies(graph))
    assert seen == found


def test_s2_the_anchor_of_a_whole_blob_session_is_in_the_newest_format(copy_sample: Copy) -> None:
    path = copy_sample("meerkat/store-0.9.3-whole-blob") / "runtime.sqlite"
    documents = [json.loads(row[0]) for row in rows(path, "SELECT session_snapshot FROM runtime_whole_blob_bodies")]
    graphs = [each["metadata"].get("session_transcript_history_state_v1") for each in documents]
    anchors = [graph["anchor"] for graph in graphs if graph]
    assert [formats_of(anchor["messages"], anchor["revision"]) for anchor in anchors] == [NEWEST]


# ----------------------------------------------------------------------------------------- what each format leaves out

PICTURE = {"type": "image", "media_type": "image/png", "source": "inline", "data": "iVBORw0KGgo="}
BLOB = "sha256:37ecc430eadc708f3fbefa16496b3303baced1942eb4ca298422a5b90d1b8f2d"
TIME = "2026-05-28T20:26:40.123456789Z"


def canonical(message: dict[str, Any], form: DigestFormat) -> Any:
    return json.loads(canonical_bytes(message, form))


def test_the_name_of_a_blob_is_over_its_type_and_its_base64_text() -> None:
    assert blob_id("image/png", "iVBORw0KGgo=") == BLOB


def noticed(block: dict[str, Any]) -> dict[str, Any]:
    return {"role": "system_notice", "kind": "generic", "blocks": [{**block, "content": [PICTURE]}]}


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": [PICTURE, PICTURE]},
        {"role": "tool_results", "results": [{"tool_use_id": "t", "content": [PICTURE], "is_error": False}]},
        noticed({"type": "comms", "kind": "k", "direction": "incoming"}),
        noticed({"type": "external_event", "source": "s", "event_type": "e"}),
        noticed({"type": "runtime_notice", "category": "c"}),
    ],
)
def test_from_the_second_format_on_an_inline_image_is_hashed_as_its_blob(message: dict[str, Any]) -> None:
    message = {**message, "created_at": TIME}
    assert "iVBORw0KGgo=" in canonical_bytes(message, F1).decode()
    for form in (F2, F3, F4, F5):
        text = canonical_bytes(message, form).decode()
        assert f'{{"type":"image","media_type":"image/png","source":"blob","blob_id":"{BLOB}"}}' in text
        assert "inline" not in text


def test_an_inline_video_is_hashed_as_it_is_in_every_format() -> None:
    video = {"type": "video", "media_type": "video/mp4", "duration_ms": 8, "source": "inline", "data": "AAAA"}
    message = {"role": "user", "content": [video], "created_at": TIME}
    assert all(b'"data":"AAAA"' in canonical_bytes(message, form) for form in DigestFormat)  # type: ignore[arg-type]


def test_from_the_third_format_on_times_and_identities_are_left_out() -> None:
    message = {"role": "user", "content": "a", "identity": {"run_id": "r"}, "created_at": TIME}
    assert canonical(message, F2) == message
    for form in (F3, F4, F5):
        assert canonical(message, form) == {"role": "user", "content": "a", "created_at": "1970-01-01T00:00:00Z"}


def test_the_identity_of_a_system_message_is_hashed_in_every_format() -> None:
    message = {"role": "system", "content": "a", "created_at": TIME, "identity": {"source": "s"}}
    assert all("identity" in canonical(message, form) for form in DigestFormat)


def test_the_fifth_format_leaves_out_where_a_message_came_from() -> None:
    origin = {"session_id": "s", "run_id": "r", "input_id": "i", "append_ordinal": 1}
    block = {"type": "comms", "kind": "k", "direction": "incoming"}
    notice = {
        "role": "system_notice",
        "kind": "comms",
        "runtime_origin": origin,
        "blocks": [{**block, "delivery_id": "d", "in_reply_to": "e"}],
        "created_at": TIME,
    }
    assert canonical(notice, F4)["runtime_origin"] == origin
    assert canonical(notice, F4)["blocks"][0]["delivery_id"] == "d"
    assert canonical(notice, F5) == {
        "role": "system_notice",
        "kind": "comms",
        "blocks": [block],
        "created_at": "1970-01-01T00:00:00Z",
    }
    answer = {"role": "block_assistant", "blocks": [], "assistant_message_id": "m", "created_at": TIME}
    assert "assistant_message_id" in canonical(answer, F4)
    assert "assistant_message_id" not in canonical(answer, F5)


# ------------------------------------------------------------------------------------------------ message by message

texts = st.text(st.characters(exclude_categories=("Cs",)))
contents = texts | st.lists(
    st.builds(lambda text: {"type": "text", "text": text}, texts) | st.just(PICTURE), max_size=3
)


def called(args: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"args": args, "id": "i", "name": "n"}, "block_type": "tool_use"}


arguments = st.dictionaries(texts, st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts, max_size=4)
times = st.sampled_from([TIME, "2026-05-31T00:00:00Z", "2024-02-29T23:59:59.5+02:00"])
messages = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": st.just("user"), "content": contents, "created_at": times}),
        st.fixed_dictionaries(
            {
                "created_at": times,
                "role": st.just("block_assistant"),
                "assistant_message_id": st.just("m"),
                "blocks": st.lists(st.builds(called, arguments), max_size=2),
            }
        ),
        st.fixed_dictionaries({"role": st.just("system"), "content": texts, "created_at": times, "extra": texts}),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=50)
@given(messages)
def test_digests_of_a_stream_are_those_of_its_canonical_bytes(found: list[Any]) -> None:
    digests = digests_of(found)
    for form in DigestFormat:
        joined = b",".join(canonical_bytes(message, form) for message in found)
        assert digests.revision(form) == "sha256:" + hashlib.sha256(b"[" + joined + b"]").hexdigest()
    assert digests.count == len(found)


@settings(max_examples=50)
@given(messages)
def test_a_digest_does_not_depend_on_the_order_and_spelling_in_which_keys_are_stored(found: list[Any]) -> None:
    spelt = TranscriptDigests()
    for message in found:
        spelt.add(json.dumps(dict(reversed(message.items())), indent=1).encode())
    kept = digests_of(found)
    assert [spelt.revision(form) for form in DigestFormat] == [kept.revision(form) for form in DigestFormat]


@settings(max_examples=30)
@given(messages, st.sets(st.sampled_from(list(DigestFormat)), min_size=1))
def test_fewer_formats_make_the_same_names(found: list[Any], wanted: set[DigestFormat]) -> None:
    every, some = digests_of(found), digests_of(found, frozenset(wanted))
    assert all(some.revision(form) == every.revision(form) for form in wanted)


def test_the_name_of_a_beginning_can_be_asked_on_the_way() -> None:
    found = json.loads(vectors()["base_session_json"])["messages"]
    digests = TranscriptDigests({F1})
    names = []
    for message in found:
        names.append(digests.revision(F1))
        digests.add(encode(message))
    assert names == [digest_of(found[:count], F1) for count in range(len(found))]


@pytest.mark.parametrize(
    "data",
    [
        b'{"role":"user","content":"a","content":"b","created_at":"2026-05-28T20:26:40Z"}',
        b'{"role":"developer","content":"a","created_at":"2026-05-28T20:26:40Z"}',
        b'[]',
    ],
)  # fmt: skip
def test_what_meerkat_refuses_has_no_digest(data: bytes) -> None:
    with pytest.raises(NotTyped):
        TranscriptDigests().add(data)
