"""Whether a session can be given to Meerkat 0.6.24 without loss, and the document that holds it then (§1.1, §2, §3.3).

Pure. Messages and metadata go in as they are, value for value; only what 0.6.24 could not read at all stays out, and
that is history in another format. What it reads and would drop at its next save is said, not refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from store.cancel import CancelToken
from store.meerkat.checks.blob_files import referred_blobs
from store.meerkat.codec.byte_source import MemorySource
from store.meerkat.codec.codec import decode, decode_unproved, encode
from store.meerkat.codec.strict_json import Doubled, Json, NotStrict
from store.meerkat.heads.heads import NEWEST_VERSION
from store.meerkat.messages.metadata import GRAPH_KEY
from store.meerkat.revisions.graph import judge
from store.meerkat.shapes.digests import NO_TIME, DigestFormat
from store.meerkat.shapes.migration import SESSION_METADATA, VERSION, migrate
from store.meerkat.shapes.reference_shapes import reference_message
from store.meerkat.shapes.structs import Fields, NotTyped, uuid
from store.meerkat.shapes.typed import typed_message
from store.meerkat.shapes.typed_document import typed_document
from store.values.amounts import counted
from store.values.whole import WholeSession

MAX_I64: Final = (1 << 63) - 1
HISTORY_KEYS: Final = frozenset({GRAPH_KEY, "session_transcript_rewrite_prefix_authority_v1"})
_OWN_FIELDS: Final = frozenset({"version", "id", "created_at", "updated_at", "usage"})
_READ_FIELDS: Final = ("created_at", "updated_at", "usage")
_RESUMABLE: Final = ("model", "max_tokens", "provider", "tooling")
_PROVIDERS: Final = frozenset({"anthropic", "open_a_i", "gemini", "self_hosted", "other"})
MAX_VALUE_DEPTH: Final = 120
"""Their reader gives up at 128 levels, of which the document around a value takes some."""


class DoesNotFit(Exception):
    """The copy could not be lossless, or 0.6.24 would refuse it; the text says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A session as a row of generation S-0.6.

    Attributes:
        session_id: hyphenated, in small letters.
        created_at_ms, updated_at_ms, message_count, total_tokens: its columns.
        metadata_json, document: compact JSON.
        content: digest of its messages and metadata, equal for equal ones (`content_of`).
        warnings: what 0.6.24 will not do with it, or what is not in it; one sentence each.
    """

    session_id: str
    created_at_ms: int
    updated_at_ms: int
    message_count: int
    total_tokens: int
    metadata_json: bytes
    document: bytes
    content: str
    is_archived: bool
    warnings: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """Stored bytes of its rows: the document stands in two of them."""
        return len(self.metadata_json) + 2 * len(self.document)


def fit(whole: WholeSession, token: CancelToken) -> Fitted:
    """Make the document of a session.

    Raises:
        DoesNotFit: with the reason.
    """
    if whole.version is not None and whole.version > NEWEST_VERSION:
        raise DoesNotFit(
            f"It has format {whole.version:,}, which is newer than every Meerkat known to Burrow: a copy could lack"
            " something."
        )
    session_id = _own_id(whole)
    messages, warnings = _messages(whole, token)
    metadata = {key: exact(data, f"the metadata value “{key}”") for key, data in whole.metadata.items()}
    kept = _without_history(whole, metadata, warnings, token)
    _warn_of_settings(metadata.get(SESSION_METADATA), warnings)
    own: Fields = {key: exact(whole.envelope[key], f"its “{key}”") for key in _READ_FIELDS if key in whole.envelope}
    held = _as_held(session_id, own, metadata)
    created_at_ms, updated_at_ms = _ms(held, "created_at"), _ms(held, "updated_at")
    usage = held["usage"]
    assert isinstance(usage, dict)
    total = int(usage["input_tokens"]) + int(usage["output_tokens"])  # type: ignore[arg-type]  # whole numbers, proved
    metadata_json = encode(in_order(kept))
    others = _others(whole)
    if others:
        warnings.append(f"Meerkat 0.6.24 does not know {_listed(others)} and drops it at its next save.")
    envelope = [
        b'{"version":%d,"id":"%s","messages":[' % (VERSION, session_id.encode()),
        b",".join(messages),
        b'],"created_at":' + encode(held["created_at"]),
        b',"updated_at":' + encode(held["updated_at"]),
        b',"metadata":' + metadata_json,
        b',"usage":' + encode(own.get("usage", held["usage"])),
        *(b"," + encode(key) + b":" + encode(value) for key, value in others.items()),
        b"}",
    ]
    return Fitted(
        session_id=session_id,
        created_at_ms=created_at_ms,
        updated_at_ms=updated_at_ms,
        message_count=len(messages),
        total_tokens=min(total, MAX_I64),
        metadata_json=metadata_json,
        document=b"".join(envelope),
        content=_digest(messages, metadata),
        is_archived=whole.is_archived,
        warnings=(*warnings, *whole.left_behind),
    )


def content_of(whole: WholeSession) -> str:
    """A digest of messages and metadata without history, equal for sessions of which these are equal.

    Raises:
        DoesNotFit: something of it cannot be read exactly.
    """
    messages = [_as_printed(data, exact(data, f"message {number + 1:,}")) for number, data in enumerate(whole.messages)]
    return _digest(messages, {key: exact(data, "its metadata") for key, data in whole.metadata.items()})


def _digest(messages: Iterable[bytes], metadata: Fields) -> str:
    content = hashlib.sha256()
    for message in messages:
        content.update(b"%d:" % len(message))
        content.update(message)
    content.update(encode(in_order({key: metadata[key] for key in metadata if key not in HISTORY_KEYS})))
    return content.hexdigest()


def in_order(value: Json) -> Json:
    """The same value with the keys of every object sorted by code point; numbers stay as they are."""
    if isinstance(value, dict):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(element) for element in value] if isinstance(value, list) else value


# --------------------------------------------------------------------------------------------------------- messages


def _messages(whole: WholeSession, token: CancelToken) -> tuple[list[bytes], list[str]]:
    """The messages in compact JSON, and what is to be said of them. Raises DoesNotFit."""
    messages: list[bytes] = []
    untimed, later = 0, 0
    blobs: set[str] = set()
    for number, data in enumerate(whole.messages):
        token.check()
        value = exact(data, f"message {number + 1:,}")
        try:
            held = reference_message(value, NO_TIME)
            known = typed_message(value, NO_TIME)
        except NotTyped as reason:
            raise DoesNotFit(f"Meerkat 0.6.24 does not read message {number + 1:,}: {reason}.") from None
        untimed += isinstance(value, dict) and "created_at" not in value
        later += encode(held) != encode(known)
        if b'"blob_id"' in data:
            blobs.update(referred_blobs(data)[0])
        messages.append(_as_printed(data, value))
    warnings: list[str] = []
    if untimed:
        what = "1 message has" if untimed == 1 else f"{untimed:,} messages have"
        warnings.append(f"{what} no time; Meerkat 0.6.24 fills in another one at each load.")
    if later:
        what = "1 message holds" if later == 1 else f"{later:,} messages hold"
        warnings.append(f"{what} fields of a later Meerkat, which 0.6.24 drops at its next save.")
    if blobs:
        what = "1 picture stays" if len(blobs) == 1 else f"{len(blobs):,} pictures stay"
        warnings.append(f"{what} in the folder of blobs of its realm; the copy names what it does not hold.")
    return messages, warnings


def exact(data: bytes, what: str) -> Json:
    """A stored value without any loss.

    Args:
        what: it is, for the sentence.

    Raises:
        DoesNotFit: it cannot be read so.
    """
    value = decode_unproved(data)
    try:
        if data.count(b"[") + data.count(b"{") > MAX_VALUE_DEPTH and _depth(decode(data)) > MAX_VALUE_DEPTH:
            raise NotStrict("it is nested deeper than Meerkat reads")
        if value is not None and encode(value) == data:
            return value
        value = decode(data)
        if _has_doubled(value):
            raise NotStrict("it holds a key twice")
        return value
    except NotStrict as reason:
        raise DoesNotFit(f"{what[:1].upper()}{what[1:]} cannot be copied without loss: {reason}.") from None


def _as_printed(data: bytes, value: Json) -> bytes:
    printed = encode(value)
    return data if printed == data else printed


def _depth(value: Json) -> int:
    """How many levels of lists and objects a value has; told level by level, without recursion."""
    level, depth = [value], 0
    while level := [one for one in level if isinstance(one, (dict, list))]:
        depth += 1
        level = [child for one in level for child in (one.values() if isinstance(one, dict) else one)]
    return depth


def _has_doubled(value: Json) -> bool:
    if isinstance(value, dict):
        return isinstance(value, Doubled) or any(_has_doubled(member) for member in value.values())
    return isinstance(value, list) and any(_has_doubled(element) for element in value)


# --------------------------------------------------------------------------------------------------------- metadata


def _without_history(whole: WholeSession, metadata: Fields, warnings: list[str], token: CancelToken) -> Fields:
    """The metadata that goes in: with its revision graph if 0.6.24 reads that, else without."""
    graph = whole.metadata.get(GRAPH_KEY)
    if graph is None or graph == b"null" or not HISTORY_KEYS & metadata.keys():
        return metadata
    verdict = judge(MemorySource(graph), 0, token, frozenset({DigestFormat.F1}))
    if verdict.is_sound and DigestFormat.F1 in verdict.formats and not verdict.is_open and not verdict.retired:
        return metadata
    count = len(verdict.bodies)
    warnings.append(
        f"Its history ({counted(count, 'retained revision')}) is not in the copy: Meerkat 0.6.24 does not read it."
    )
    return {key: value for key, value in metadata.items() if key not in HISTORY_KEYS}


def _warn_of_settings(value: Json, warnings: list[str]) -> None:
    """Say what 0.6.24 needs of `session_metadata` to resume a session, and does not find."""
    if not isinstance(value, dict):
        warnings.append("It has no settings of its own, so Meerkat 0.6.24 shows it and cannot resume it.")
        return
    provider = value.get("provider")
    if isinstance(provider, str) and provider not in _PROVIDERS:
        name = f"Its provider is called “{provider[:60]}”"
        warnings.append(f"{name}, which Meerkat 0.6.24 does not know: it shows the session and cannot resume it.")
    missing = [key for key in _RESUMABLE if key not in value]
    if missing:
        warnings.append(f"Its settings lack {_listed(missing)}, so Meerkat 0.6.24 shows it and cannot resume it.")


# --------------------------------------------------------------------------------------------------------- envelope


def _own_id(whole: WholeSession) -> str:
    """The id that row and document agree on. Raises DoesNotFit."""
    try:
        listed = uuid(whole.session_id)
        stored = uuid(exact(whole.envelope.get("id", b"null"), "its id"))
    except NotTyped:
        raise DoesNotFit("Its id is no UUID, which Meerkat 0.6.24 refuses.") from None
    if listed != stored:
        raise DoesNotFit("Its document names another session than its row.")
    return listed


def _as_held(session_id: str, own: Fields, metadata: Fields) -> Fields:
    """The document as 0.6.24 holds it: its migrating decode, then the typed one (§2.7).

    Without messages, which are read one by one, and without all metadata but that which it migrates: the rest is free.

    Raises:
        DoesNotFit: 0.6.24 refuses it.
    """
    settings = {key: metadata[key] for key in (SESSION_METADATA,) if key in metadata}
    envelope: Fields = {"id": session_id, "messages": [], "metadata": settings, **own}
    try:
        return typed_document(migrate(envelope).document)
    except NotTyped as reason:
        raise DoesNotFit(f"Meerkat 0.6.24 does not read its document: {reason}.") from None


def _ms(held: Fields, key: str) -> int:
    time = held[key]
    assert isinstance(time, dict)
    seconds, nanos = time["secs_since_epoch"], time["nanos_since_epoch"]
    if not isinstance(seconds, int) or not isinstance(nanos, int) or nanos >= 10**9 or seconds > MAX_I64 // 1_000:
        raise DoesNotFit(f"Its “{key}” is no time.")
    return seconds * 1_000 + nanos // 1_000_000


def _others(whole: WholeSession) -> Fields:
    """What else stands in the envelope: kept behind the fields that 0.6.24 knows."""
    return {key: exact(data, f"its “{key}”") for key, data in whole.envelope.items() if key not in _OWN_FIELDS}


def _listed(names: Iterable[str]) -> str:
    quoted = [f"“{name[:60]}”" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
