"""The shapes of stored messages: the fields of each kind, in the order that is hashed (formats/meerkat.md §2.3–§2.5).

A superset of all releases from 0.3 to 0.9.8: what a later one added stands where that one puts it, and is simply absent
from older messages. Names of enumerations are not judged here, since newer releases know more. Data more than code; it
reads beside the format document.
"""

from __future__ import annotations

from typing import Final, cast

from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.structs import (
    U32,
    U64,
    Field,
    Fields,
    NotTyped,
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
    uuid,
)

# ------------------------------------------------------------------------------- content of users, results, notices

IMAGE_SOURCE = tagged(
    "image source", "source", {"inline": (required("data", text),), "blob": (required("blob_id", text),)}
)
_VIDEO_SOURCE = tagged("video source", "source", {"inline": (required("data", text),), "uri": (required("uri", text),)})

CONTENT_BLOCK = tagged(
    "content type",
    "type",
    {
        "text": (required("text", text),),
        "image": (required("media_type", text), spread(IMAGE_SOURCE)),
        "video": (required("media_type", text), required("duration_ms", U64), spread(_VIDEO_SOURCE)),
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


CONTENT = content_with(CONTENT_BLOCK)


# ------------------------------------------------------------------------------------------ blocks of the assistant

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

_IMAGE_META = tagged(
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


def image_block_with(read_source: Read, read_meta: Read) -> Read:
    """A reader of a made picture, with the sources of a revised prompt and the metadata that a release knows."""
    revised = (required("text", struct("revised text", required("content", text))), required("source", read_source))
    prompts: dict[str, tuple[Field, ...]] = {
        "not_requested": (),
        "unsupported_by_backend": (),
        "unchanged": (),
        "revised": revised,
    }
    return struct(
        "image block",
        required("image_id", uuid),
        required("blob_ref", struct("blob reference", required("blob_id", text), required("media_type", text))),
        required("media_type", text),
        required("width", U32),
        required("height", U32),
        required("revised_prompt", tagged("revised prompt", "disposition", prompts)),
        required("meta", read_meta),
    )


_SERVER_TOOL = tagged(
    "server tool", "kind", {"web_search": (), "google_search": (), "provider_native": (required("name", text),)}
)


def _server_tool_named(value: Json) -> Json:
    """By its name up to 0.6, by its kind from 0.7 on: whichever is stored."""
    key, read = ("kind", _SERVER_TOOL) if "kind" in fields_of(value, "server tool content") else ("name", text)
    made: Fields = {}
    take(made, cast(Fields, value), (required(key, read),))
    return cast(Json, made)


_CALL: Final = (required("id", text), required("name", text), required("args", free))


def spoken_blocks_with(meta: Field, read_source: Read) -> dict[str, Read]:
    """Readers of the blocks that every release has, with the metadata and the sources of a transcript that it knows."""
    return {
        "text": struct("text block", required("text", text), meta),
        "transcript": struct("transcript block", required("text", text), required("source", read_source), meta),
        "reasoning": struct("reasoning block", filled("text", text, ""), meta),
        "tool_use": struct("tool call", *_CALL, meta),
    }


_ASSISTANT_BLOCKS: Final = {
    **spoken_blocks_with(_META, text),
    "server_tool_content": struct(
        "server tool content", optional("id", text), spread(_server_tool_named), required("content", free), _META
    ),
    "image": image_block_with(text, _IMAGE_META),
}

ASSISTANT_BLOCK = tagged(
    "block type", "block_type", {name: (required("data", read),) for name, read in _ASSISTANT_BLOCKS.items()}
)

USAGE = struct(
    "usage",
    required("input_tokens", U64),
    required("output_tokens", U64),
    nullable("cache_creation_tokens", U64),
    nullable("cache_read_tokens", U64),
    optional("reasoning_tokens", U64),
    optional("provider_accounting", kept),
)

TOOL_CALL = struct("tool call", *_CALL)

_TOOL_RESULT = struct(
    "tool result",
    required("tool_use_id", text),
    required("content", CONTENT),
    filled("is_error", truth, False),
    full("settlement_failures", kept),
    full("host_metadata", free_map),
)

# -------------------------------------------------------------------------------------------------------- notices


def status_kinds(read_phase: Read) -> dict[str, tuple[Field, ...]]:
    """What a tool's status may be, with the phases that a release knows."""
    return {
        "boundary_applied": (
            required("base_changed", truth),
            required("visible_changed", truth),
            required("revision", U64),
        ),
        "deferred_catalog_delta": (
            required("added_hidden_count", U64),
            required("removed_hidden_count", U64),
            required("pending_source_count", U64),
        ),
        "warning_failed_closed": (required("error", text),),
        "external_tool_delta": (required("phase", read_phase), optional("detail", text)),
        "legacy_status": (required("status", text),),
    }


def status_with(read_phase: Read) -> Field:
    """The two fields of a tool's status: the text is told from the information, each time it is written."""
    read_info = tagged("tool status", "kind", status_kinds(read_phase))

    def read(value: Json) -> Json:
        found = fields_of(value, "tool configuration")
        info = found.get("status_info")
        if info is None:
            info = {"kind": "legacy_status", "status": found.get("status")}
        known = cast(Fields, read_info(info))
        return {"status": _status_text(known), "status_info": cast(Json, known)}

    return spread(read)


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


def _settled_or(persisted: Field) -> Field:
    """Whether a change was settled (0.9.4) or persisted (before): older rows keep their key."""

    def read(value: Json) -> Json:
        found = fields_of(value, "notice")
        made: Fields = {}
        take(made, found, (required("settled", truth) if "settled" in found else persisted,))
        return cast(Json, made)

    return spread(read)


_NOTICE_CONTENT = full("content", list_of(CONTENT_BLOCK))
NAMES = list_of(text)
CATALOGUE_CHANGE = struct(
    "catalogue change",
    full("added_hidden_names", NAMES),
    full("removed_hidden_names", NAMES),
    full("pending_sources", NAMES),
)
PEER = struct("peer", required("id", text), optional("display_name", text))

EVENT: Final = (
    required("source", text),
    required("event_type", text),
    optional("summary", text),
    optional("body", text),
    optional("payload", free),
)

_TOOL_CONFIG = struct(
    "tool configuration",
    required("operation", text),
    required("target", text),
    status_with(text),
    _settled_or(required("persisted", truth)),
    optional("applied_at_turn", U32),
    optional("domain", text),
    optional("deferred_catalog_delta", CATALOGUE_CHANGE),
)

_NOTICE_BLOCKS: Final[dict[str, tuple[Field, ...]]] = {
    "comms": (
        required("kind", text),
        required("direction", text),
        optional("peer", PEER),
        optional("sender_taint", kept),
        optional("request_id", text),
        optional("intent", text),
        optional("status", text),
        optional("summary", text),
        optional("payload", free),
        _NOTICE_CONTENT,
        optional("delivery_id", text),
        optional("in_reply_to", text),
    ),
    "external_event": (*EVENT, _NOTICE_CONTENT),
    "tool_config": (required("payload", _TOOL_CONFIG),),
    "mcp": (
        optional("server_id", text),
        optional("operation", text),
        optional("phase", text),
        _settled_or(filled("persisted", truth, False)),
        optional("detail", text),
        optional("confinement_refusal", kept),
        full("pending_sources", NAMES),
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
        _NOTICE_CONTENT,
    ),
    "tool_process_interrupted": (
        required("run_id", text),
        optional("tool_call_id", text),
        required("spawner", kept),
        required("cessation", kept),
        required("disposition", kept),
    ),
    "unknown": (optional("summary", text), optional("payload", free)),
}
_SUMMARIES: Final = ("summary", "body", "detail")


def notice_block_with(blocks: dict[str, tuple[Field, ...]]) -> Read:
    """A reader of a notice's blocks. One of an unknown type is put into an `unknown` block, and hashed so."""
    read_known = tagged("notice block", "type", blocks)

    def read(value: Json) -> Json:
        found = fields_of(value, "notice block")
        kind = found.get("type")
        if type(kind) is not str:
            raise NotTyped("its notice block has no “type”")
        if kind in blocks:
            return read_known(value)
        made: Fields = {"type": "unknown"}
        summary = next((found[key] for key in _SUMMARIES if key in found), None)
        if isinstance(summary, str):
            made["summary"] = summary
        made["payload"] = free(value)
        return cast(Json, made)

    return read


_READ_NOTICE = notice_block_with(_NOTICE_BLOCKS)


def notice_block(value: Json) -> Json:
    """Read a block of a notice."""
    if fields_of(value, "notice block").get("type") == "fork_boundary":
        return kept(value)  # Its fields are not all known (0.9.5); it was written in their order.
    return _READ_NOTICE(value)


# ------------------------------------------------------------------------------------------------------- messages

_RENDER_METADATA = struct("render metadata", required("class", text), filled("salience", text, "normal"))

_TURN_IDENTITY = struct(
    "identity",
    optional("interaction_id", text),
    optional("run_id", text),
    optional("objective_id", text),
    optional("realtime_origin", kept),
    optional("turn_input", kept),
)

_RUNTIME_ORIGIN = struct(
    "runtime origin",
    required("session_id", text),
    required("run_id", text),
    required("input_id", text),
    required("append_ordinal", U64),
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
        optional("runtime_origin", _RUNTIME_ORIGIN),
        optional("body", text),
        full("blocks", list_of(notice_block)),
    ),
    "user": (
        required("content", CONTENT),
        optional("render_metadata", _RENDER_METADATA),
        optional("identity", _TURN_IDENTITY),
        optional("transcript_role", text),
    ),
    "assistant": (
        required("content", text),
        filled("tool_calls", list_of(TOOL_CALL), []),
        required("stop_reason", text),
        required("usage", USAGE),
    ),
    "block_assistant": (
        required("blocks", list_of(ASSISTANT_BLOCK)),
        optional("stop_reason", text),
        optional("identity", _TURN_IDENTITY),
        optional("assistant_message_id", text),
    ),
    "tool_results": (required("results", list_of(_TOOL_RESULT)),),
}
"""The fields of each role between `role` and `created_at`."""
