"""Why Meerkat 0.6.24 refuses a document or a revision graph, in its own words (formats/meerkat.md §2.7, §3.1).

Asked only after the quick reading failed. The shapes are those of `reference_shapes`, with the names that the decoder
uses; data more than code.
"""

from __future__ import annotations

from typing import Final, cast

from store.meerkat.codec.strict_json import Json, NotStrict
from store.meerkat.reference.canonical import decode_value
from store.meerkat.reference.decoders import (
    U32,
    U64,
    USIZE,
    Look,
    Member,
    a_map,
    any_of,
    anything,
    beside,
    list_of,
    message_time,
    missing,
    names,
    nullable,
    optional,
    struct,
    tagged,
    text,
    truth,
    uuid,
    wrong_type,
)
from store.meerkat.reference.errors import DecodeError
from store.meerkat.reference.syntax import syntax_problem
from store.meerkat.reference.times import MAX_SECONDS, NS_PER_S
from store.meerkat.shapes.migration import migrate
from store.meerkat.shapes.reference_shapes import MAX_PROMPT_CHARACTERS
from store.meerkat.shapes.structs import MAX_U64

_REFUSED: Final = "persisted session deserialize failed after migration: "
_NO_OBJECT: Final = "malformed persisted session: top-level session blob is not a JSON object"
_UNTOLD: Final = "the document holds what 0.6.24 does not read"

# -------------------------------------------------------------------------------------------------- small shapes

_TIME: Final = Member("created_at", message_time, True)


def _system_time(value: Json) -> None:
    if value == []:
        raise DecodeError("invalid length 0, expected struct SystemTime")
    if not isinstance(value, dict):
        raise wrong_type(value, "struct SystemTime")
    looks: dict[str, Look] = {"secs_since_epoch": U64, "nanos_since_epoch": U32}
    for key in sorted(value):
        if key not in looks:
            raise DecodeError(f"unknown field `{key}`, expected `secs_since_epoch` or `nanos_since_epoch`")
        looks[key](value[key])
    for key in looks:
        if key not in value:
            raise missing(key)
    seconds = cast(int, value["secs_since_epoch"]) + cast(int, value["nanos_since_epoch"]) // NS_PER_S
    if seconds > MAX_U64:
        raise DecodeError("overflow deserializing SystemTime epoch offset")
    if seconds > MAX_SECONDS:
        raise DecodeError("overflow deserializing SystemTime")


def _named(name: str, *members: Member) -> Look:
    return struct(f"struct {name}", *members)


_IMAGE_DATA: Final = tagged(
    "ImageData", "source", {"inline": (Member("data", text),), "blob": (Member("blob_id", text),)}
)
_VIDEO_DATA: Final = tagged("VideoData", "source", {"inline": (Member("data", text),)})


def _content_block(value: Json) -> None:
    tagged(
        "ContentBlock",
        "type",
        {
            "text": (Member("text", text),),
            "image": (Member("media_type", text),),
            "video": (Member("media_type", text), Member("duration_ms", U64)),
        },
    )(value)
    kind = cast("dict[str, Json]", value)["type"]
    if kind != "text":
        (_IMAGE_DATA if kind == "image" else _VIDEO_DATA)(value)


_CONTENT: Final = any_of("StringOrBlocks", text, list_of(_content_block))
_USAGE: Final = _named(
    "Usage",
    Member("input_tokens", U64),
    Member("output_tokens", U64),
    optional("cache_creation_tokens", U64),
    optional("cache_read_tokens", U64),
)
_STOP_REASON: Final = names("end_turn", "tool_use", "max_tokens", "stop_sequence", "content_filter", "cancelled")

# ------------------------------------------------------------------------------------------ blocks of the assistant

_META: Final = optional(
    "meta",
    tagged(
        "ProviderMeta",
        "provider",
        {
            "anthropic": (Member("signature", text),),
            "anthropic_redacted": (Member("data", text),),
            "anthropic_compaction": (Member("content", text),),
            "gemini": (Member("thoughtSignature", text),),
            "open_ai": (Member("id", text), optional("encrypted_content", text), optional("phase", text)),
        },
    ),
)
_RAW_PROMPT: Final = _named("RawPromptText", Member("content", text))


def _prompt(value: Json) -> None:
    _RAW_PROMPT(value)
    content = cast("dict[str, str]", value)["content"]
    if not content.strip():
        raise DecodeError("prompt_text must not be empty")
    if len(content) > MAX_PROMPT_CHARACTERS:
        raise DecodeError(f"prompt_text exceeds maximum length of {MAX_PROMPT_CHARACTERS} characters")


_REVISED_PROMPT: Final = tagged(
    "RevisedPromptDisposition",
    "disposition",
    {
        "not_requested": (),
        "unsupported_by_backend": (),
        "unchanged": (),
        "revised": (
            Member("text", _prompt),
            Member("source", names("provider", "meerkat_projection")),
        ),
    },
)
_IMAGE_META: Final = tagged(
    "ProviderImageMetadata",
    "provider",
    {
        "not_emitted": (),
        "open_ai": (
            Member("target_model", text),
            optional("response_id", text),
            optional("image_generation_call_id", text),
        ),
        "gemini": (Member("target_model", text), optional("response_id", text), optional("continuity_ref", text)),
    },
)
_ASSISTANT_BLOCK: Final = beside(
    "AssistantBlock",
    "block_type",
    "data",
    {
        "text": (Member("text", text), _META),
        "transcript": (Member("text", text), Member("source", names("spoken")), _META),
        "reasoning": (Member("text", text, True), _META),
        "tool_use": (Member("id", text), Member("name", text), Member("args", anything), _META),
        "server_tool_content": (optional("id", text), Member("name", text), Member("content", anything), _META),
        "image": (
            Member("image_id", uuid),
            Member("blob_ref", _named("BlobRef", Member("blob_id", text), Member("media_type", text))),
            Member("media_type", text),
            Member("width", U32),
            Member("height", U32),
            Member("revised_prompt", _REVISED_PROMPT),
            Member("meta", _IMAGE_META),
        ),
    },
)

# ------------------------------------------------------------------------------------------------------- notices

_OPERATION: Final = names("add", "remove", "reload")
_PHASE: Final = names("pending", "applied", "draining", "forced", "failed")
_NOTICE_CONTENT: Final = Member("content", list_of(_content_block), True)
_TEXTS: Final = list_of(text)
_STATUS_INFO: Final = tagged(
    "ToolConfigChangeStatus",
    "kind",
    {
        "boundary_applied": (
            Member("base_changed", truth),
            Member("visible_changed", truth),
            Member("revision", U64),
        ),
        "deferred_catalog_delta": (
            Member("added_hidden_count", USIZE),
            Member("removed_hidden_count", USIZE),
            Member("pending_source_count", USIZE),
        ),
        "warning_failed_closed": (Member("error", text),),
        "external_tool_delta": (Member("phase", _PHASE), optional("detail", text)),
        "legacy_status": (Member("status", text),),
    },
)
_WIRE_PAYLOAD: Final = _named(
    "WirePayload",
    Member("operation", _OPERATION),
    Member("target", text),
    optional("status", text),
    optional("status_info", _STATUS_INFO),
    Member("persisted", truth),
    optional("applied_at_turn", U32),
    optional("domain", names("tool_scope", "deferred_catalog")),
    optional(
        "deferred_catalog_delta",
        _named(
            "DeferredCatalogDelta",
            Member("added_hidden_names", _TEXTS, True),
            Member("removed_hidden_names", _TEXTS, True),
            Member("pending_sources", _TEXTS, True),
        ),
    ),
)


def _tool_config(value: Json) -> None:
    _WIRE_PAYLOAD(value)
    found = cast("dict[str, Json]", value)
    if found.get("status_info") is None and found.get("status") is None:
        raise missing("status_info")


_NOTICE_BLOCKS: Final = {
    "comms": (
        Member("kind", text),
        Member("direction", names("incoming", "outgoing", "internal")),
        optional("peer", _named("SystemNoticePeer", Member("id", text), optional("display_name", text))),
        *(optional(key, text) for key in ("request_id", "intent", "status", "summary")),
        optional("payload", anything),
        _NOTICE_CONTENT,
    ),
    "external_event": (
        Member("source", text),
        Member("event_type", text),
        optional("summary", text),
        optional("body", text),
        optional("payload", anything),
        _NOTICE_CONTENT,
    ),
    "tool_config": (Member("payload", _tool_config),),
    "mcp": (
        optional("server_id", text),
        optional("operation", _OPERATION),
        optional("phase", _PHASE),
        Member("persisted", truth, True),
        optional("detail", text),
        Member("pending_sources", _TEXTS, True),
    ),
    "background_job": (
        Member("job_id", text),
        optional("display_name", text),
        Member("status", names("completed", "failed", "aborted", "cancelled", "retired", "terminated")),
        optional("detail", text),
    ),
    "auth": (Member("state", text), optional("binding", text), optional("detail", text)),
    "runtime_notice": (Member("category", text), optional("detail", text), optional("payload", anything)),
    "unknown": (optional("summary", text), optional("payload", anything)),
}
_KNOWN_NOTICE_BLOCK: Final = tagged("SystemNoticeBlockKnown", "type", _NOTICE_BLOCKS)


def _notice_block(value: Json) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        raise DecodeError("missing system notice block type")
    if kind in _NOTICE_BLOCKS:
        _KNOWN_NOTICE_BLOCK(value)


# ------------------------------------------------------------------------------------------------------ messages

_RENDER_METADATA: Final = _named(
    "RenderMetadata",
    Member(
        "class",
        names(
            "user_prompt",
            "peer_message",
            "peer_request",
            "peer_response",
            "external_event",
            "flow_step",
            "continuation",
            "system_notice",
            "tool_scope_notice",
            "ops_progress",
        ),
    ),
    Member("salience", names("background", "normal", "important", "urgent"), True),
)
_NOTICE_KIND: Final = names(
    "generic",
    "comms",
    "external_event",
    "mcp_pending",
    "mcp",
    "background_job",
    "tool_scope",
    "tool_scope_warning",
    "auth_reauth_required",
)
_MESSAGE: Final = tagged(
    "MessageWire",
    "role",
    {
        "system": (Member("content", text), _TIME),
        "system_notice": (
            Member("kind", _NOTICE_KIND),
            optional("body", text),
            Member("blocks", list_of(_notice_block), True),
            _TIME,
        ),
        "user": (Member("content", _CONTENT), optional("render_metadata", _RENDER_METADATA), _TIME),
        "assistant": (
            Member("content", text),
            Member(
                "tool_calls",
                list_of(_named("ToolCall", Member("id", text), Member("name", text), Member("args", anything))),
                True,
            ),
            Member("stop_reason", _STOP_REASON),
            Member("usage", _USAGE),
            _TIME,
        ),
        "block_assistant": (
            Member("blocks", list_of(_ASSISTANT_BLOCK)),
            Member("stop_reason", _STOP_REASON),
            _TIME,
        ),
        "tool_results": (
            Member(
                "results",
                list_of(
                    _named(
                        "ToolResult",
                        Member("tool_use_id", text),
                        Member("content", _CONTENT),
                        Member("is_error", truth, True),
                    )
                ),
            ),
            _TIME,
        ),
    },
)
_SESSION: Final = _named(
    "SessionSerde",
    Member("version", U32, True),
    Member("id", uuid),
    Member("messages", list_of(_MESSAGE)),
    Member("created_at", _system_time),
    Member("updated_at", _system_time),
    Member("metadata", a_map, True),
    Member("usage", _USAGE, True),
)

# --------------------------------------------------------------------------------------------------------- graphs

_COMMIT: Final = _named(
    "TranscriptRewriteCommit",
    Member("parent_revision", text),
    Member("revision", text),
    Member(
        "selection",
        tagged("TranscriptRewriteSelection", "type", {"message_range": (Member("start", USIZE), Member("end", USIZE))}),
    ),
    Member("original_span_digest", text),
    Member("replacement_digest", text),
    Member("messages_before", USIZE),
    Member("messages_after", USIZE),
    Member("reason", _named("TranscriptRewriteReason", Member("kind", text), optional("note", text))),
    optional("actor", text),
    Member("committed_at", _system_time),
)
_BODY: Final = _named(
    "TranscriptRevisionBody",
    Member("revision", text),
    Member("parent_revision", nullable(text), True),
    Member("messages", list_of(_MESSAGE)),
    Member("created_at", _system_time),
)
_HISTORY: Final = _named(
    "TranscriptHistoryState",
    Member("head", text),
    Member("commits", list_of(_COMMIT), True),
    Member("revisions", list_of(_BODY), True),
)

# -------------------------------------------------------------------------------------------------------- answers


def document_problem(data: bytes) -> str:
    """What Meerkat says of a document that cannot be read."""
    try:
        value = decode_value(data)
    except NotStrict as reason:
        return f"{_REFUSED}{syntax_problem(data) or reason}"
    if not isinstance(value, dict):
        return _NO_OBJECT
    return f"{_REFUSED}{_first_fault(migrate(value).document, _SESSION)}"


def history_problem(value: Json) -> str:
    """What Meerkat says of a revision graph that cannot be decoded."""
    return _first_fault(value, _HISTORY)


def _first_fault(value: Json, look: Look) -> str:
    try:
        look(value)
    except DecodeError as problem:
        return str(problem)
    return _UNTOLD
