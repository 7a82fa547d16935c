"""System notices in words for people (formats/meerkat.md §2.5): every block type that any release writes."""

from __future__ import annotations

from collections.abc import Callable

from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.content import Spot, as_object, as_text, notice_block, plain_text, unknown_block
from store.values.message import NoticeBlock, UnknownBlock

Words = tuple[str, str, Json]
"""Title, text, and what is shown as stored."""

_KIND_TITLES = {
    "generic": "Notice",
    "comms": "Message between agents",
    "external_event": "External event",
    "mcp_pending": "Tool servers are connecting",
    "mcp": "Tool server",
    "background_job": "Background job",
    "tool_scope": "Tools changed",
    "tool_scope_warning": "Tools could not be changed",
    "auth_reauth_required": "Sign-in needed",
    "tool_process_recovery": "Tool process recovered",
}


def notice_title(kind: str) -> str:
    """The title of a notice that has nothing but its kind."""
    return _KIND_TITLES.get(kind, f"Notice: {kind}" if kind else "Notice")


def notice_item(value: Json, kind: str, spot: Spot) -> NoticeBlock | UnknownBlock:
    """Decode one block of a system notice; `kind` is that of the notice around it."""
    item = as_object(value)
    block_type = as_text(item.get("type"))
    words_of = _WORDS.get(block_type)
    if words_of is None:
        summary = next((item[key] for key in ("summary", "body", "detail") if isinstance(item.get(key), str)), None)
        if isinstance(summary, str):
            return notice_block(block_type or kind, notice_title(block_type or kind), summary, item, spot)
        return unknown_block(block_type or "notice block", value, spot)
    title, text, details = words_of(item)
    return notice_block(block_type if block_type != "unknown" else kind, title, text, details, spot)


def _said(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _and(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _list(value: Json) -> str:
    return ", ".join(as_text(entry) for entry in value if as_text(entry)) if isinstance(value, list) else ""


def _comms(item: dict[str, Json]) -> Words:
    peer = as_object(item.get("peer"))
    name = as_text(peer.get("display_name")) or as_text(peer.get("id")) or "a peer"
    kind = as_text(item.get("kind")).replace("_", " ") or "message"
    direction = {"incoming": f"from {name}", "outgoing": f"to {name}", "internal": f"with {name}"}
    title = f"{kind.capitalize()} {direction.get(as_text(item.get('direction')), name)}"
    facts = _and(as_text(item.get("intent")), as_text(item.get("status")))
    return title, _said(facts, as_text(item.get("summary")), plain_text(item.get("content"))), item.get("payload")


def _external_event(item: dict[str, Json]) -> Words:
    title = _and("External event", as_text(item.get("source")), as_text(item.get("event_type")))
    text = _said(as_text(item.get("summary")), as_text(item.get("body")), plain_text(item.get("content")))
    return title, text, item.get("payload")


def _tool_config(item: dict[str, Json]) -> Words:
    payload = as_object(item.get("payload"))
    operation = as_text(payload.get("operation")).replace("_", " ") or "change"
    title = _and("Tools changed", f"{operation} {as_text(payload.get('target'))}".strip())
    status = as_text(payload.get("status"))
    delta = as_object(payload.get("deferred_catalog_delta"))
    lists = [
        f"{words}: {_list(delta.get(key))}"
        for words, key in (("Added", "added_hidden_names"), ("Removed", "removed_hidden_names"))
        if _list(delta.get(key))
    ]
    return title, _said(status, *lists), payload.get("status_info")


def _mcp(item: dict[str, Json]) -> Words:
    server = as_text(item.get("server_id")) or _list(item.get("pending_sources"))
    phase = {
        "pending": "is connecting",
        "applied": "is ready",
        "draining": "is being removed",
        "forced": "was removed",
        "failed": "failed",
    }.get(as_text(item.get("phase")), as_text(item.get("phase")))
    title = " ".join(part for part in ("Tool server", server, phase) if part)
    waiting = _list(item.get("pending_sources"))
    refusal = item.get("confinement_refusal")
    return title, _said(as_text(item.get("detail")), f"Waiting for: {waiting}" if waiting else ""), refusal


def _background_job(item: dict[str, Json]) -> Words:
    name = as_text(item.get("display_name")) or as_text(item.get("job_id"))
    title = " ".join(part for part in ("Background job", name, as_text(item.get("status"))) if part)
    return title, as_text(item.get("detail")), None


def _auth(item: dict[str, Json]) -> Words:
    state = as_text(item.get("state")).replace("_", " ")
    return _and("Sign-in", state), as_text(item.get("detail")), None


def _runtime_notice(item: dict[str, Json]) -> Words:
    title = _and("Runtime", as_text(item.get("category")).replace("_", " "))
    return title, _said(as_text(item.get("detail")), plain_text(item.get("content"))), item.get("payload")


def _tool_process(item: dict[str, Json]) -> Words:
    facts = {key: value for key, value in item.items() if key != "type"}
    return "A tool's process was interrupted", _and(as_text(item.get("cessation")), as_text(item.get("spawner"))), facts


def _fork_boundary(item: dict[str, Json]) -> Words:
    source = as_object(item.get("source"))
    name = as_text(source.get("session_id")) or as_text(source.get("member"))
    return f"Forked from {name}" if name else "Forked", as_text(item.get("summary")), None


def _unknown(item: dict[str, Json]) -> Words:
    payload = as_object(item.get("payload"))
    kind = as_text(payload.get("type"))
    return notice_title(kind), as_text(item.get("summary")), item.get("payload")


_WORDS: dict[str, Callable[[dict[str, Json]], Words]] = {
    "comms": _comms,
    "external_event": _external_event,
    "tool_config": _tool_config,
    "mcp": _mcp,
    "background_job": _background_job,
    "auth": _auth,
    "runtime_notice": _runtime_notice,
    "tool_process_interrupted": _tool_process,
    "fork_boundary": _fork_boundary,
    "unknown": _unknown,
}
