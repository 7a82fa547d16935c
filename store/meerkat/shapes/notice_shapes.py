"""The shapes of notices and of their blocks (formats/meerkat.md §2.3, §2.5). Pure."""

from __future__ import annotations

from typing import Final, cast

from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.content_shapes import CONTENT_BLOCK
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
    full,
    kept,
    list_of,
    optional,
    required,
    spread,
    struct,
    tagged,
    take,
    text,
    truth,
)


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
