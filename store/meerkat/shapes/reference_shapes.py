"""What Meerkat 0.6.24 accepts of a message, and what it knows of it (formats/meerkat.md §2.3–§2.5, "since").

The same pieces as `message_shapes`, with everything left out that came later and with the names of its enumerations. A
field that it does not know it drops at its next save; a name that it does not know makes it refuse the whole document.
"""

from __future__ import annotations

from typing import Final

from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.content_shapes import IMAGE_SOURCE, content_with
from store.meerkat.shapes.message_shapes import TOOL_CALL, image_block_with, spoken_blocks_with
from store.meerkat.shapes.notice_shapes import CATALOGUE_CHANGE, EVENT, NAMES, PEER, notice_block_with, status_with
from store.meerkat.shapes.structs import (
    U32,
    U64,
    Field,
    Fields,
    NotTyped,
    filled,
    free,
    full,
    list_of,
    nullable,
    one_of,
    optional,
    required,
    spread,
    struct,
    tagged,
    text,
    truth,
)
from store.meerkat.shapes.typed import read_message

_STOP_REASON: Final = one_of("end_turn", "tool_use", "max_tokens", "stop_sequence", "content_filter", "cancelled")
_VIDEO_SOURCE: Final = tagged("video source", "source", {"inline": (required("data", text),)})

_CONTENT_BLOCK = tagged(
    "content type",
    "type",
    {
        "text": (required("text", text),),
        "image": (required("media_type", text), spread(IMAGE_SOURCE)),
        "video": (required("media_type", text), required("duration_ms", U64), spread(_VIDEO_SOURCE)),
    },
)
_CONTENT = content_with(_CONTENT_BLOCK)

_META = optional(
    "meta",
    tagged(
        "provider metadata",
        "provider",
        {
            "anthropic": (required("signature", text),),
            "anthropic_redacted": (required("data", text),),
            "anthropic_compaction": (required("content", text),),
            "gemini": (required("thoughtSignature", text),),
            "open_ai": (required("id", text), optional("encrypted_content", text), optional("phase", text)),
        },
    ),
)

_IMAGE_META = tagged(
    "image metadata",
    "provider",
    {
        "open_ai": (
            required("target_model", text),
            optional("response_id", text),
            optional("image_generation_call_id", text),
        ),
        "gemini": (required("target_model", text), optional("response_id", text), optional("continuity_ref", text)),
        "not_emitted": (),
    },
)

MAX_PROMPT_CHARACTERS: Final = 32_000


def _prompt(value: Json) -> Json:
    """Read the revised prompt of a picture, which must say something and has a greatest length."""
    found = text(value)
    if not isinstance(found, str) or not found.strip() or len(found) > MAX_PROMPT_CHARACTERS:
        raise NotTyped("its revised prompt is empty or too long")
    return found


_ASSISTANT_BLOCKS: Final = {
    **spoken_blocks_with(_META, one_of("spoken")),
    "server_tool_content": struct(
        "server tool content", optional("id", text), required("name", text), required("content", free), _META
    ),
    "image": image_block_with(one_of("provider", "meerkat_projection"), _IMAGE_META, _prompt),
}
_ASSISTANT_BLOCK = tagged(
    "block type", "block_type", {name: (required("data", read),) for name, read in _ASSISTANT_BLOCKS.items()}
)

REFERENCE_USAGE = struct(
    "usage",
    required("input_tokens", U64),
    required("output_tokens", U64),
    nullable("cache_creation_tokens", U64),
    nullable("cache_read_tokens", U64),
)
_NOTICE_CONTENT = full("content", list_of(_CONTENT_BLOCK))
_OPERATION: Final = one_of("add", "remove", "reload")
_PHASE: Final = one_of("pending", "applied", "draining", "forced", "failed")

_NOTICE_BLOCKS: Final[dict[str, tuple[Field, ...]]] = {
    "comms": (
        required("kind", text),
        required("direction", one_of("incoming", "outgoing", "internal")),
        optional("peer", PEER),
        optional("request_id", text),
        optional("intent", text),
        optional("status", text),
        optional("summary", text),
        optional("payload", free),
        _NOTICE_CONTENT,
    ),
    "external_event": (*EVENT, _NOTICE_CONTENT),
    "tool_config": (
        required(
            "payload",
            struct(
                "tool configuration",
                required("operation", _OPERATION),
                required("target", text),
                status_with(_PHASE),
                required("persisted", truth),
                optional("applied_at_turn", U32),
                optional("domain", one_of("tool_scope", "deferred_catalog")),
                optional("deferred_catalog_delta", CATALOGUE_CHANGE),
            ),
        ),
    ),
    "mcp": (
        optional("server_id", text),
        optional("operation", _OPERATION),
        optional("phase", _PHASE),
        filled("persisted", truth, False),
        optional("detail", text),
        full("pending_sources", NAMES),
    ),
    "background_job": (
        required("job_id", text),
        optional("display_name", text),
        required("status", one_of("completed", "failed", "aborted", "cancelled", "retired", "terminated")),
        optional("detail", text),
    ),
    "auth": (required("state", text), optional("binding", text), optional("detail", text)),
    "runtime_notice": (required("category", text), optional("detail", text), optional("payload", free)),
    "unknown": (optional("summary", text), optional("payload", free)),
}

_RENDER_CLASSES: Final = (
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
)
_NOTICE_KINDS: Final = (
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

_MESSAGES: Final[dict[str, tuple[Field, ...]]] = {
    "system": (required("content", text),),
    "system_notice": (
        required("kind", one_of(*_NOTICE_KINDS)),
        optional("body", text),
        full("blocks", list_of(notice_block_with(_NOTICE_BLOCKS))),
    ),
    "user": (
        required("content", _CONTENT),
        optional(
            "render_metadata",
            struct(
                "render metadata",
                required("class", one_of(*_RENDER_CLASSES)),
                filled("salience", one_of("background", "normal", "important", "urgent"), "normal"),
            ),
        ),
    ),
    "assistant": (
        required("content", text),
        filled("tool_calls", list_of(TOOL_CALL), []),
        required("stop_reason", _STOP_REASON),
        required("usage", REFERENCE_USAGE),
    ),
    "block_assistant": (required("blocks", list_of(_ASSISTANT_BLOCK)), required("stop_reason", _STOP_REASON)),
    "tool_results": (
        required(
            "results",
            list_of(
                struct(
                    "tool result",
                    required("tool_use_id", text),
                    required("content", _CONTENT),
                    filled("is_error", truth, False),
                )
            ),
        ),
    ),
}


def reference_message(message: Json, missing_time: str | None = None) -> Fields:
    """Read a decoded message as Meerkat 0.6.24 does. Raises NotTyped, TimeMissing; see `typed.typed_message`."""
    return read_message(message, _MESSAGES, (), missing_time)
