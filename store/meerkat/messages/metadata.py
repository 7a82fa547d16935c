"""The metadata of a session as a tree for people, secrets masked, whatever its size."""

from __future__ import annotations

from dataclasses import dataclass

from store.meerkat.codec.strict_json import Json
from store.meerkat.messages.secrets import is_secret_name, looks_secret, masked_place
from store.values.amounts import counted
from store.values.session import MetadataNode

Path = tuple[str | int, ...]

MAX_CHILDREN = 500
MAX_DEPTH = 40
MAX_NODES = 20_000
MAX_TEXT_CHARS = 4_000
GRAPH_KEY = "session_transcript_history_state_v1"


@dataclass(slots=True)
class Budget:
    """How many nodes a tree may still get."""

    left: int = MAX_NODES


def large_node(key: str, size_bytes: int, is_list: bool = False) -> MetadataNode:
    """The node of a value that is too large to be decoded for a tree."""
    return MetadataNode(key, (key,), f"{size_bytes:,} bytes, not shown", None, True, is_list, is_cut=True)


def node(name: str, path: Path, value: Json, budget: Budget) -> MetadataNode:
    """Build the node of one value; what is withheld has no children."""
    budget.left -= 1
    what = _withheld(name, path, value)
    if what is not None:
        is_container = isinstance(value, (dict, list))
        return MetadataNode(
            name, path, what, None, is_container=is_container, is_list=isinstance(value, list), is_masked=True
        )
    if isinstance(value, dict):
        return _object(name, path, value, budget)
    if isinstance(value, list):
        return _list(name, path, value, budget)
    return _scalar(name, path, value)


def _withheld(name: str, path: Path, value: Json) -> str | None:
    """What a withheld value is, for people; None if it may be seen."""
    is_empty = value is None or value == "" or value == {} or value == []
    if is_empty:
        return None
    what = masked_place(path)
    if what is not None:
        return f"{what}, withheld"
    is_named = is_secret_name(name) and not isinstance(value, (bool, int, float))
    if is_named or (isinstance(value, str) and looks_secret(value)):
        return "secret, withheld"
    return None


def _object(name: str, path: Path, value: dict[str, Json], budget: Budget) -> MetadataNode:
    count = len(value)
    text = counted(count, "entry", "entries")
    if path == (GRAPH_KEY,):
        return MetadataNode(name, path, _graph_words(value), None, is_container=True, is_cut=True)
    if len(path) >= MAX_DEPTH or budget.left <= 0:
        return MetadataNode(name, path, text, None, is_container=True, is_cut=count > 0)
    children: list[MetadataNode] = []
    for key, child in value.items():
        if len(children) >= MAX_CHILDREN or budget.left <= 0:
            break
        children.append(node(key, (*path, key), child, budget))
    return MetadataNode(
        name, path, text, None, is_container=True, is_cut=len(children) < count, children=tuple(children)
    )


def _list(name: str, path: Path, value: list[Json], budget: Budget) -> MetadataNode:
    count = len(value)
    text = counted(count, "entry", "entries")
    children: list[MetadataNode] = []
    if len(path) < MAX_DEPTH:
        for position, child in enumerate(value[:MAX_CHILDREN]):
            if budget.left <= 0:
                break
            children.append(node(f"[{position}]", (*path, position), child, budget))
    is_cut = len(children) < count
    return MetadataNode(
        name, path, text, None, is_container=True, is_list=True, is_cut=is_cut, children=tuple(children)
    )


def _scalar(name: str, path: Path, value: bool | int | float | str | None) -> MetadataNode:
    if isinstance(value, str):
        is_cut = len(value) > MAX_TEXT_CHARS
        text = value[:MAX_TEXT_CHARS]
        return MetadataNode(name, path, text, text, is_cut=is_cut)
    if isinstance(value, bool):
        return MetadataNode(name, path, "true" if value else "false", value)
    return MetadataNode(name, path, "null" if value is None else str(value), value)


def _graph_words(graph: dict[str, Json]) -> str:
    """A revision graph in words; its bodies are old transcripts and no metadata."""
    commits, revisions = graph.get("commits"), graph.get("revisions")
    commit_count = len(commits) if isinstance(commits, list) else 0
    revision_count = len(revisions) if isinstance(revisions, list) else 0
    rewrites = counted(commit_count, "rewrite")
    kept = counted(revision_count, "retained revision")
    return f"{rewrites}, {kept}"


def value_at(metadata: Json, path: Path) -> tuple[bool, Json]:
    """Follow a path of keys and positions; says whether there is a value, and which."""
    value = metadata
    for step in path:
        if isinstance(value, dict) and isinstance(step, str) and step in value:
            value = value[step]
            continue
        if not isinstance(value, list) or not isinstance(step, int) or not 0 <= step < len(value):
            return False, None
        value = value[step]
    return True, value
