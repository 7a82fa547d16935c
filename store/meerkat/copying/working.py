"""A session made ready to be worked on by Meerkat 0.6.24, where a copy without any change could only be looked at.

Messages of before 0.6.0 have no time, so that 0.6.24 holds another transcript at each load and refuses to save over it;
newer releases keep results as structured data, for which 0.6.24 would refuse the whole session, and spell a provider in
another way (formats/meerkat.md §0 fact 6, §2.5, §3.11). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, cast

from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json
from store.meerkat.copying.fitting import HISTORY_KEYS, DoesNotFit, exact
from store.meerkat.messages.times import message_time
from store.meerkat.shapes.digests import NO_TIME
from store.meerkat.shapes.migration import SESSION_METADATA
from store.meerkat.shapes.reference_shapes import reference_message
from store.meerkat.shapes.structs import Fields, NotTyped
from store.meerkat.shapes.typed import typed_message
from store.values.whole import WholeSession

_PROVIDER_NAMES: Final = {"openai": "open_a_i"}
"""Names of providers of late 0.7 and later, and what 0.6.24 calls them."""

_BOOKKEEPING: Final = frozenset(
    (
        "session_lifecycle_terminal",
        "session_checkpoint_stamp_v1",
        "session_transcript_history_checkpoint_digest_v1",
        "session_runtime_checkpoint_provenance_v1",
        "session_run_cursor_v1",
        "session_fork_seed_v1",
        "session_pending_callback_batch_v1",
        "session_authored_cache_breakpoints_v1",
        "session_compaction_projection_intents",
    )
)
"""Metadata of 0.7.0 and later that speaks of the store it was in; that a session is archived, its state row says."""

_ENVELOPE: Final = frozenset(("version", "id", "created_at", "updated_at", "usage"))
_LATER_MARKS: Final = (b'"structured"', b'"skill_context"')


@dataclass(frozen=True, slots=True)
class Workable:
    """A session to be copied into a working store.

    Attributes:
        remarks: what is different in it, one complete sentence each.
    """

    whole: WholeSession
    remarks: tuple[str, ...]


def workable(whole: WholeSession) -> Workable:
    """Give messages without a time that of their session's beginning, put text for content that 0.6.24 has no form for,
    and give a provider the name that it knows.

    What cannot be read stays as it is: whoever fits the session into the older format says what is wrong with it.
    """
    remarks: list[str] = []
    stored = whole.messages
    whole = _as_held(_in_text(_stamped(whole, remarks), remarks), remarks)
    if whole.messages is not stored:
        whole = _without_history(whole, remarks)
    whole = _without_bookkeeping(whole, remarks)
    return Workable(_with_known_provider(whole, remarks), tuple(remarks))


def _stamped(whole: WholeSession, remarks: list[str]) -> WholeSession:
    time = _beginning(whole)
    if time is None:
        return whole
    messages = [_with_time(data, time) for data in whole.messages]
    count = sum(stamped is not data for stamped, data in zip(messages, whole.messages, strict=True))
    if not count:
        return whole
    what = "1 message has no time and gets" if count == 1 else f"{count:,} messages have no time and get"
    remarks.append(f"{what} that at which its session began, so that Meerkat 0.6.24 can go on with it.")
    return replace(whole, messages=tuple(messages))


def _with_time(data: bytes, time: str) -> bytes:
    """A message with a time as its last field; the very same bytes where it has one already, or is no message."""
    message = _read(data)
    if not isinstance(message, dict) or not message or "created_at" in message:
        return data
    return data.rstrip()[:-1] + b',"created_at":"' + time.encode() + b'"}'


def _beginning(whole: WholeSession) -> str | None:
    """When the session began, as messages hold times; None where its document does not say."""
    value = _read(whole.envelope.get("created_at", b"null"))
    if not isinstance(value, dict):
        return None
    seconds, nanos = value.get("secs_since_epoch"), value.get("nanos_since_epoch")
    if type(seconds) is not int or type(nanos) is not int or seconds < 0 or not 0 <= nanos < 1_000_000_000:
        return None
    try:
        return message_time(seconds * 1_000_000_000 + nanos)
    except OverflowError:
        return None


def _in_text(whole: WholeSession, remarks: list[str]) -> WholeSession:
    messages = [_with_text(data) for data in whole.messages]
    count = sum(changed is not data for changed, data in zip(messages, whole.messages, strict=True))
    if not count:
        return whole
    what = "1 message holds" if count == 1 else f"{count:,} messages hold"
    remarks.append(
        f"{what} structured data or a skill's text, which stand as plain text in the copy: 0.6.24 knows no other."
    )
    return replace(whole, messages=tuple(messages))


def _with_text(data: bytes) -> bytes:
    """A message with texts for blocks that 0.6.24 does not know; the very same bytes where it has none of these."""
    if not any(mark in data for mark in _LATER_MARKS):
        return data
    message = _read(data)
    if not isinstance(message, dict):
        return data
    changed: Fields = dict(message)
    if message.get("role") == "user":
        changed["content"] = _content_in_text(message.get("content"))
    elif message.get("role") == "tool_results" and isinstance(message.get("results"), list):
        results = cast("list[Json]", message["results"])
        changed["results"] = [
            result | {"content": _content_in_text(result["content"])}
            if isinstance(result, dict) and "content" in result
            else result
            for result in results
        ]
    return data if changed == message else encode(cast(Json, changed))


def _content_in_text(content: Json) -> Json:
    if not isinstance(content, list):
        return content
    return [_block_in_text(block) for block in content]


def _block_in_text(block: Json) -> Json:
    if not isinstance(block, dict):
        return block
    kind = block.get("type")
    if kind == "structured" and "data" in block:
        return {"type": "text", "text": encode(block["data"]).decode("utf-8")}
    if kind == "skill_context" and isinstance(block.get("text"), str):
        return {"type": "text", "text": block["text"]}
    return block


def _as_held(whole: WholeSession, remarks: list[str]) -> WholeSession:
    """Messages as 0.6.24 holds them: what it does not know would be gone at its next save, and is left out at once.

    A store in which such traces stood would also be taken for one of a later release.
    """
    messages: list[bytes] = []
    later = 0
    for data in whole.messages:
        value = _read(data)
        try:
            held = encode(cast(Json, reference_message(value, NO_TIME)))
            later += held != encode(cast(Json, typed_message(value, NO_TIME)))
        except NotTyped:
            held = data
        messages.append(held if isinstance(value, dict) and "created_at" in value else data)
    if later:
        what = "1 message holds" if later == 1 else f"{later:,} messages hold"
        remarks.append(f"{what} fields of a later Meerkat, which are not in the copy.")
    return replace(whole, messages=tuple(messages)) if tuple(messages) != whole.messages else whole


def _without_history(whole: WholeSession, remarks: list[str]) -> WholeSession:
    """Without a graph that ends in other messages than those that are copied: 0.6.24 would refuse the next save."""
    if not HISTORY_KEYS & whole.metadata.keys():
        return whole
    remarks.append("Its history is not in the copy, since it ends in the messages as they were stored.")
    return replace(whole, metadata={key: data for key, data in whole.metadata.items() if key not in HISTORY_KEYS})


def _without_bookkeeping(whole: WholeSession, remarks: list[str]) -> WholeSession:
    """Without what a later release notes of its own work on the session, which says nothing true of a copy."""
    gone = sorted((_BOOKKEEPING & whole.metadata.keys()) | (whole.envelope.keys() - _ENVELOPE))
    if not gone:
        return whole
    named = ", ".join(f"“{key[:60]}”" for key in gone)
    remarks.append(f"What a later Meerkat notes of its own work is not in the copy: {named}.")
    return replace(
        whole,
        metadata={key: data for key, data in whole.metadata.items() if key not in _BOOKKEEPING},
        envelope={key: data for key, data in whole.envelope.items() if key in _ENVELOPE},
    )


def _with_known_provider(whole: WholeSession, remarks: list[str]) -> WholeSession:
    settings = _read(whole.metadata.get(SESSION_METADATA, b"null"))
    provider = settings.get("provider") if isinstance(settings, dict) else None
    known = _PROVIDER_NAMES.get(provider) if isinstance(provider, str) else None
    if known is None:
        return whole
    remarks.append(f"Its provider “{provider}” is called “{known}” in the copy, as Meerkat 0.6.24 calls it.")
    changed: Fields = cast(Fields, settings) | {"provider": known}
    return replace(whole, metadata=whole.metadata | {SESSION_METADATA: encode(cast(Json, changed))})


def _read(data: bytes) -> Json:
    """A stored value; None where it cannot be read without loss."""
    try:
        return exact(data, "it")
    except DoesNotFit:
        return None
