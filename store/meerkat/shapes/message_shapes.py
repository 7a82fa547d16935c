"""The shapes of stored messages: the fields of each kind, in the order that is hashed (formats/meerkat.md §2.3–§2.5).

A superset of all releases from 0.3 to 0.9.8: what a later one added stands where that one puts it, and is simply absent
from older messages. Names of enumerations are not judged here, since newer releases know more. Data more than code; it
reads beside the format document.
"""

from __future__ import annotations

from typing import Final, cast

from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.content_shapes import CONTENT
from store.meerkat.shapes.notice_shapes import notice_block
from store.meerkat.shapes.structs import (
    U32,
    U64,
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
    uuid,
)

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
        "gemini": (
            required("target_model", text),
            optional("response_id", text),
            optional("continuity_ref", text),
            optional("thoughtSignature", text),
        ),
        "not_emitted": (),
    },
)


def image_block_with(read_source: Read, read_meta: Read, read_prompt: Read = text) -> Read:
    """A reader of a made picture, with the revised prompts, their sources and the metadata that a release knows."""
    revised = (
        required("text", struct("revised text", required("content", read_prompt))),
        required("source", read_source),
    )
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
