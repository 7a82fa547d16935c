"""The shapes of stored messages: the fields of each kind, in the order that is hashed (formats/meerkat.md §2.3–§2.5).

A superset of all releases from 0.3 to 0.9.8: what a later one added stands where that one puts it, and is simply absent
from older messages. Names of enumerations are not judged here, since newer releases know more. Data more than code; it
reads beside the format document.
"""

from __future__ import annotations

from typing import Final, cast

from store.meerkat.strict_json import Json
from store.meerkat.structs import (
    Field,
    Fields,
    Read,
    fields_of,
    filled,
    free,
    free_map,
    full,
    kept,
    list_of,
    nullable,
    optional,
    required,
    spread,
    struct,
    tagged,
    take,
    text,
    truth,
    u32,
    u64,
)

# ------------------------------------------------------------------------------- content of users, results, notices

_IMAGE_SOURCE = tagged(
    "image source", "source", {"inline": (required("data", text),), "blob": (required("blob_id", text),)}
)
_VIDEO_SOURCE = tagged("video source", "source", {"inline": (required("data", text),), "uri": (required("uri", text),)})

content_block = tagged(
    "content type",
    "type",
    {
        "text": (required("text", text),),
        "image": (required("media_type", text), spread(_IMAGE_SOURCE)),
        "video": (required("media_type", text), required("duration_ms", u64), spread(_VIDEO_SOURCE)),
        "structured": (required("data", free),),
        "skill_context": (required("skill_key", text), required("text", text)),
    },
)


def content_with(read_block: Read) -> Read:
    """A reader of content: a text when it is exactly one block of text, otherwise a list of blocks."""
    read_list = list_of(read_block)

    def read(value: Json) -> Json:
        if type(value) is str:
            return value
        blocks = cast("list[Fields]", read_list(value))
        if len(blocks) == 1 and blocks[0]["type"] == "text":
            return blocks[0]["text"]
        return cast(Json, blocks)

    return read


content = content_with(content_block)


# ------------------------------------------------------------------------------------------ blocks of the assistant

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
            "open_ai": (
                required("id", text),
                optional("encrypted_content", text),
                optional("phase", text),
                optional("response_id", text),
            ),
            "open_ai_response": (required("response_id", text),),
            "open_ai_assistant_message": (
                required("id", text),
                optional("phase", text),
                optional("response_id", text),
            ),
            "gemini_function_call": (required("provider_id", text), optional("thoughtSignature", text)),
        },
    ),
)

_image_meta = tagged(
    "image metadata",
    "provider",
    {
        "open_ai": (
            required("target_model", text),
            optional("response_id", text),
            optional("image_generation_call_id", text),
        ),
        "gemini": (required("target_model", text), optional("response_id", text), optional("thoughtSignature", text)),
        "not_emitted": (),
    },
)

_revised_prompt = tagged(
    "revised prompt",
    "disposition",
    {
        "not_requested": (),
        "unsupported_by_backend": (),
        "unchanged": (),
        "revised": (
            required("text", struct("revised text", required("content", text))),
            required("source", text),
        ),
    },
)

_server_tool = tagged(
    "server tool", "kind", {"web_search": (), "google_search": (), "provider_native": (required("name", text),)}
)


def _server_tool_named(value: Json) -> Json:
    """By its name up to 0.6, by its kind from 0.7 on: whichever is stored."""
    key, read = ("kind", _server_tool) if "kind" in fields_of(value, "server tool content") else ("name", text)
    made: Fields = {}
    take(made, cast(Fields, value), (required(key, read),))
    return cast(Json, made)


_ASSISTANT_BLOCKS: Final = {
    "text": struct("text block", required("text", text), _meta),
    "transcript": struct("transcript block", required("text", text), required("source", text), _meta),
    "reasoning": struct("reasoning block", required("text", text), _meta),
    "tool_use": struct("tool call", required("id", text), required("name", text), required("args", free), _meta),
    "server_tool_content": struct(
        "server tool content", optional("id", text), spread(_server_tool_named), required("content", free), _meta
    ),
    "image": struct(
        "image block",
        required("image_id", text),
        required("blob_ref", struct("blob reference", required("blob_id", text), required("media_type", text))),
        required("media_type", text),
        required("width", u32),
        required("height", u32),
        required("revised_prompt", _revised_prompt),
        required("meta", _image_meta),
    ),
}

assistant_block = tagged(
    "block type", "block_type", {name: (required("data", read),) for name, read in _ASSISTANT_BLOCKS.items()}
)

usage = struct(
    "usage",
    required("input_tokens", u64),
    required("output_tokens", u64),
    nullable("cache_creation_tokens", u64),
    nullable("cache_read_tokens", u64),
    optional("reasoning_tokens", u64),
    optional("provider_accounting", kept),
)

_tool_call = struct("tool call", required("id", text), required("name", text), required("args", free))

_tool_result = struct(
    "tool result",
    required("tool_use_id", text),
    required("content", content),
    filled("is_error", truth, False),
    full("settlement_failures", kept),
    full("host_metadata", free_map),
)

# -------------------------------------------------------------------------------------------------------- notices

_STATUS_KINDS: Final[dict[str, tuple[Field, ...]]] = {
    "boundary_applied": (
        required("base_changed", truth),
        required("visible_changed", truth),
        required("revision", u64),
    ),
    "deferred_catalog_delta": (
        required("added_hidden_count", u64),
        required("removed_hidden_count", u64),
        required("pending_source_count", u64),
    ),
    "warning_failed_closed": (required("error", text),),
    "external_tool_delta": (required("phase", text), optional("detail", text)),
    "legacy_status": (required("status", text),),
}
_status_info = tagged("tool status", "kind", _STATUS_KINDS)


def status_fields(value: Json) -> Json:
    """The two fields of a tool's status: the text is told from the information, each time it is written."""
    found = fields_of(value, "tool configuration")
    info = found.get("status_info")
    if info is None:
        info = {"kind": "legacy_status", "status": found.get("status")}
    known = cast(Fields, _status_info(info))
    return {"status": _status_text(known), "status_info": cast(Json, known)}


def _status_text(info: Fields) -> str:
    def said(key: str) -> str:
        value = info[key]
        return ("true" if value else "false") if isinstance(value, bool) else str(value)

    match info["kind"]:
        case "boundary_applied":
            inner = ("base_changed", "visible_changed", "revision")
            return f"boundary_applied({','.join(f'{key}={said(key)}' for key in inner)})"
        case "deferred_catalog_delta":
            added, removed, pending = map(said, ("added_hidden_count", "removed_hidden_count", "pending_source_count"))
            return f"deferred_catalog_delta(added_hidden={added},removed_hidden={removed},pending_sources={pending})"
        case "warning_failed_closed":
            return f"warning_failed_closed({said('error')})"
        case "external_tool_delta":
            return f"{said('phase')}: {said('detail')}" if "detail" in info else said("phase")
        case _:
            return said("status")


def _settled(value: Json) -> Json:
    """Whether a change was settled (0.9.4) or persisted (before): older rows keep their key."""
    key = "settled" if "settled" in fields_of(value, "notice") else "persisted"
    made: Fields = {}
    take(made, cast(Fields, value), (filled(key, truth, False),))
    return cast(Json, made)


_notice_content = full("content", list_of(content_block))
_names = list_of(text)

_tool_config = struct(
    "tool configuration",
    required("operation", text),
    required("target", text),
    spread(status_fields),
    spread(_settled),
    optional("applied_at_turn", u32),
    optional("domain", text),
    optional(
        "deferred_catalog_delta",
        struct(
            "catalogue change",
            full("added_hidden_names", _names),
            full("removed_hidden_names", _names),
            full("pending_sources", _names),
        ),
    ),
)

_NOTICE_BLOCKS: Final[dict[str, tuple[Field, ...]]] = {
    "comms": (
        required("kind", text),
        required("direction", text),
        optional("peer", struct("peer", required("id", text), optional("display_name", text))),
        optional("sender_taint", kept),
        optional("request_id", text),
        optional("intent", text),
        optional("status", text),
        optional("summary", text),
        optional("payload", free),
        _notice_content,
        optional("delivery_id", text),
        optional("in_reply_to", text),
    ),
    "external_event": (
        required("source", text),
        required("event_type", text),
        optional("summary", text),
        optional("body", text),
        optional("payload", free),
        _notice_content,
    ),
    "tool_config": (required("payload", _tool_config),),
    "mcp": (
        optional("server_id", text),
        optional("operation", text),
        optional("phase", text),
        spread(_settled),
        optional("detail", text),
        optional("confinement_refusal", kept),
        full("pending_sources", _names),
    ),
    "background_job": (
        required("job_id", text),
        optional("display_name", text),
        required("status", text),
        optional("detail", text),
        optional("persisted", truth),
    ),
    "auth": (required("state", text), optional("binding", text), optional("detail", text)),
    "runtime_notice": (
        required("category", text),
        optional("detail", text),
        optional("payload", free),
        _notice_content,
    ),
    "tool_process_interrupted": (
        required("run_id", text),
        optional("tool_call_id", text),
        required("spawner", kept),
        required("cessation", kept),
        required("disposition", kept),
    ),
    "unknown": (optional("summary", text), required("payload", free)),
}
_SUMMARIES: Final = ("summary", "body", "detail")


def notice_block_with(blocks: dict[str, tuple[Field, ...]]) -> Read:
    """A reader of a notice's blocks. One of an unknown type is put into an `unknown` block, and hashed so."""
    read_known = tagged("notice block", "type", blocks)

    def read(value: Json) -> Json:
        found = fields_of(value, "notice block")
        kind = found.get("type")
        if type(kind) is str and kind in blocks:
            return read_known(value)
        made: Fields = {"type": "unknown"}
        summary = next((found[key] for key in _SUMMARIES if isinstance(found.get(key), str)), None)
        if summary is not None:
            made["summary"] = summary
        made["payload"] = free(value)
        return cast(Json, made)

    return read


_read_notice = notice_block_with(_NOTICE_BLOCKS)


def notice_block(value: Json) -> Json:
    """Read a block of a notice."""
    if fields_of(value, "notice block").get("type") == "fork_boundary":
        return kept(value)  # Its fields are not all known (0.9.5); it was written in their order.
    return _read_notice(value)


# ------------------------------------------------------------------------------------------------------- messages

_render_metadata = struct("render metadata", required("class", text), filled("salience", text, "normal"))

_turn_identity = struct(
    "identity",
    optional("interaction_id", text),
    optional("run_id", text),
    optional("objective_id", text),
    optional("realtime_origin", kept),
    optional("turn_input", kept),
)

_runtime_origin = struct(
    "runtime origin",
    required("session_id", text),
    required("run_id", text),
    required("input_id", text),
    required("append_ordinal", u64),
)

_SYSTEM: Final = (required("content", text), optional("mutation_kind", text))
SYSTEM_AFTER_TIME: Final = (
    optional("identity", struct("identity", optional("source", kept), optional("idempotency_key", kept))),
    optional("prompt_version", struct("prompt version", required("key", kept), required("version", kept))),
    optional("instruction_activation", kept),
)
"""From 0.8.11 on these stand behind the time, which is the last field everywhere else."""

MESSAGES: Final[dict[str, tuple[Field, ...]]] = {
    "system": _SYSTEM,
    "system_notice": (
        required("kind", text),
        optional("runtime_origin", _runtime_origin),
        optional("body", text),
        full("blocks", list_of(notice_block)),
    ),
    "user": (
        required("content", content),
        optional("render_metadata", _render_metadata),
        optional("identity", _turn_identity),
        optional("transcript_role", text),
    ),
    "assistant": (
        required("content", text),
        filled("tool_calls", list_of(_tool_call), []),
        required("stop_reason", text),
        required("usage", usage),
    ),
    "block_assistant": (
        required("blocks", list_of(assistant_block)),
        optional("stop_reason", text),
        optional("identity", _turn_identity),
        optional("assistant_message_id", text),
    ),
    "tool_results": (required("results", list_of(_tool_result)),),
}
"""The fields of each role between `role` and `created_at`."""
