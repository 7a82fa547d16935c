"""What Meerkat 0.6.24 accepts of a message, and what it knows of it (formats/meerkat.md §2.3–§2.5, "since").

The same pieces as `message_shapes`, with everything left out that came later and with the names of its enumerations. A
field that it does not know it drops at its next save; a name that it does not know makes it refuse the whole document.
"""

from __future__ import annotations

from typing import Final

from store.meerkat.message_shapes import content_with, notice_block_with, status_fields
from store.meerkat.strict_json import Json
from store.meerkat.structs import (
    Field,
    Fields,
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
    u32,
    u64,
)
from store.meerkat.typed import read_message

_STOP_REASON: Final = one_of("end_turn", "tool_use", "max_tokens", "stop_sequence", "content_filter", "cancelled")
_IMAGE_SOURCE: Final = tagged(
    "image source", "source", {"inline": (required("data", text),), "blob": (required("blob_id", text),)}
)
_VIDEO_SOURCE: Final = tagged("video source", "source", {"inline": (required("data", text),)})

_content_block = tagged(
    "content type",
    "type",
    {
        "text": (required("text", text),),
        "image": (required("media_type", text), spread(_IMAGE_SOURCE)),
        "video": (required("media_type", text), required("duration_ms", u64), spread(_VIDEO_SOURCE)),
    },
)
_content = content_with(_content_block)

_meta = optional(
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

_image = struct(
    "image block",
    required("image_id", text),
    required("blob_ref", struct("blob reference", required("blob_id", text), required("media_type", text))),
    required("media_type", text),
    required("width", u32),
    required("height", u32),
    required(
        "revised_prompt",
        tagged(
            "revised prompt",
            "disposition",
            {
                "not_requested": (),
                "unsupported_by_backend": (),
                "unchanged": (),
                "revised": (
                    required("text", struct("revised text", required("content", text))),
                    required("source", one_of("provider", "meerkat_projection")),
                ),
            },
        ),
    ),
    required(
        "meta",
        tagged(
            "image metadata",
            "provider",
            {
                "open_ai": (
                    required("target_model", text),
                    optional("response_id", text),
                    optional("image_generation_call_id", text),
                ),
                "gemini": (required("target_model", text), optional("response_id", text)),
                "not_emitted": (),
            },
        ),
    ),
)

_ASSISTANT_BLOCKS: Final = {
    "text": struct("text block", required("text", text), _meta),
    "transcript": struct("transcript block", required("text", text), required("source", one_of("spoken")), _meta),
    "reasoning": struct("reasoning block", required("text", text), _meta),
    "tool_use": struct("tool call", required("id", text), required("name", text), required("args", free), _meta),
    "server_tool_content": struct(
        "server tool content", optional("id", text), required("name", text), required("content", free), _meta
    ),
    "image": _image,
}
_assistant_block = tagged(
    "block type", "block_type", {name: (required("data", read),) for name, read in _ASSISTANT_BLOCKS.items()}
)

_usage = struct(
    "usage",
    required("input_tokens", u64),
    required("output_tokens", u64),
    nullable("cache_creation_tokens", u64),
    nullable("cache_read_tokens", u64),
)
_notice_content = full("content", list_of(_content_block))
_names = list_of(text)
_persisted = filled("persisted", truth, False)

_NOTICE_BLOCKS: Final[dict[str, tuple[Field, ...]]] = {
    "comms": (
        required("kind", text),
        required("direction", one_of("incoming", "outgoing", "internal")),
        optional("peer", struct("peer", required("id", text), optional("display_name", text))),
        optional("request_id", text),
        optional("intent", text),
        optional("status", text),
        optional("summary", text),
        optional("payload", free),
        _notice_content,
    ),
    "external_event": (
        required("source", text),
        required("event_type", text),
        optional("summary", text),
        optional("body", text),
        optional("payload", free),
        _notice_content,
    ),
    "tool_config": (
        required(
            "payload",
            struct(
                "tool configuration",
                required("operation", text),
                required("target", text),
                spread(status_fields),
                _persisted,
                optional("applied_at_turn", u32),
                optional("domain", one_of("tool_scope", "deferred_catalog")),
                optional(
                    "deferred_catalog_delta",
                    struct(
                        "catalogue change",
                        full("added_hidden_names", _names),
                        full("removed_hidden_names", _names),
                        full("pending_sources", _names),
                    ),
                ),
            ),
        ),
    ),
    "mcp": (
        optional("server_id", text),
        optional("operation", text),
        optional("phase", one_of("pending", "applied", "draining", "forced", "failed")),
        _persisted,
        optional("detail", text),
        full("pending_sources", _names),
    ),
    "background_job": (
        required("job_id", text),
        optional("display_name", text),
        required("status", one_of("completed", "failed", "aborted", "cancelled", "retired", "terminated")),
        optional("detail", text),
    ),
    "auth": (required("state", text), optional("binding", text), optional("detail", text)),
    "runtime_notice": (required("category", text), optional("detail", text), optional("payload", free)),
    "unknown": (optional("summary", text), required("payload", free)),
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
        required("content", _content),
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
        filled(
            "tool_calls",
            list_of(struct("tool call", required("id", text), required("name", text), required("args", free))),
            [],
        ),
        required("stop_reason", _STOP_REASON),
        required("usage", _usage),
    ),
    "block_assistant": (required("blocks", list_of(_assistant_block)), required("stop_reason", _STOP_REASON)),
    "tool_results": (
        required(
            "results",
            list_of(
                struct(
                    "tool result",
                    required("tool_use_id", text),
                    required("content", _content),
                    filled("is_error", truth, False),
                )
            ),
        ),
    ),
}


def reference_message(message: Json, missing_time: str | None = None) -> Fields:
    """Read a decoded message as Meerkat 0.6.24 does. Raises NotTyped, TimeMissing; see `typed.typed_message`."""
    return read_message(message, _MESSAGES, (), missing_time)
