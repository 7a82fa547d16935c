"""When a transcript is compacted, and what it is afterwards (formats/meerkat.md §4.4). Pure, over canonical messages.

Source:
    Meerkat 0.6.24; the same algorithm since 0.4.0. C-1 to C-9 are here, the commit (C-10) in `compacting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

from store.blocking import may_wait
from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json
from store.meerkat.reference.stored_messages import ASSISTANT, SYSTEM, TOOL_RESULTS, USER, fields_at, role_of
from store.meerkat.shapes.structs import Fields
from store.meerkat.shapes.typed import typed_message

SUMMARY_MARKER: Final = (
    "[Context compacted] A previous context produced the following summary of work so far. "
    "The current tool and session state is preserved. "
    "Use this summary to continue without duplicating work:\n\n"
)
"""What the message with the summary begins with; readers know it by exactly this text."""


@dataclass(frozen=True, slots=True)
class CompactionConfig:
    """When and how much is compacted; the defaults are those of the reference.

    Attributes:
        auto_compact_threshold: tokens from which on it is done.
        recent_turn_budget: how many of the last turns stay as they are.
        max_summary_tokens: what a summary may have, for whoever writes it.
        min_turns_between_compactions: boundaries from one compaction to the next.
    """

    auto_compact_threshold: int = 100_000
    recent_turn_budget: int = 4
    max_summary_tokens: int = 4_096
    min_turns_between_compactions: int = 3


DEFAULT_CONFIG: Final = CompactionConfig()


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often the model was asked in a session, over all its runs.

    Attributes:
        boundary: calls of the model so far.
        last_compacted: the boundary of the last compaction; None before the first.
    """

    boundary: int = 0
    last_compacted: int | None = None


def should_compact(
    cadence: Cadence, last_input_tokens: int, history_tokens: int, config: CompactionConfig = DEFAULT_CONFIG
) -> bool:
    """Say whether a transcript is to be compacted before the next call of the model (C-1 to C-3).

    Args:
        last_input_tokens: what the last call reported; 0 where none did.
        history_tokens: `estimate_tokens` of the transcript.
    """
    if cadence.boundary == 0:
        return False
    if cadence.last_compacted is not None:
        since = max(cadence.boundary - cadence.last_compacted, 0)
        if since < config.min_turns_between_compactions:
            return False
    return max(last_input_tokens, history_tokens) >= config.auto_compact_threshold


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A compacted transcript.

    Attributes:
        messages: the new transcript, canonical.
        kept: how many messages at the end of it are old ones, unchanged.
        discarded: old messages that are not in it any more, in their order. Neither kept nor discarded are system
            messages behind the first one at the beginning.
    """

    messages: tuple[bytes, ...]
    kept: int
    discarded: tuple[bytes, ...]


def rebuild(
    messages: Sequence[bytes], summary: str, created_at: str, config: CompactionConfig = DEFAULT_CONFIG
) -> Rebuilt:
    """Put a summary in the place of all but the last turns (C-5 to C-8).

    Args:
        messages: the whole transcript, canonical.
        created_at: the time of the message with the summary, as messages hold it.
    """
    may_wait("decode a message")
    first = [messages[0]] if messages and role_of(messages[0]) == SYSTEM else []
    # Where there are only system messages the first one stays twice, as in the reference.
    begin = next((number for number, data in enumerate(messages) if role_of(data) != SYSTEM), 0)
    history = messages[begin:]
    keep_from = _first_kept(history, config.recent_turn_budget)
    kept = history[keep_from:]
    return Rebuilt(
        messages=(*first, summary_message(summary, created_at), *kept),
        kept=len(kept),
        discarded=tuple(history[:keep_from]),
    )


def _first_kept(history: Sequence[bytes], budget: int) -> int:
    """Where the last turns begin; a turn begins with each message of the user."""
    if budget == 0:
        return len(history)
    turns = [number for number, data in enumerate(history) if role_of(data) == USER]
    return turns[-budget] if len(turns) > budget else 0


def summary_message(summary: str, created_at: str) -> bytes:
    """The message that a summary is kept in."""
    return encode(typed_message({"role": USER, "content": f"{SUMMARY_MARKER}{summary}", "created_at": created_at}))


def summariser_input(messages: Sequence[bytes]) -> Iterator[bytes]:
    """The transcript as it is given to whoever summarises it (C-9).

    Images and videos are named instead of shown, what the assistant reasoned is left out, and so is a message of it in
    which nothing stays. The messages themselves are not changed.
    """
    may_wait("decode a message")
    for data in messages:
        role = role_of(data)
        if role not in (USER, ASSISTANT, TOOL_RESULTS):
            yield data
            continue
        message = dict(fields_at(data))
        if role == USER:
            message["content"] = _in_words(message["content"])
        elif role == TOOL_RESULTS:
            results = cast("list[Fields]", message["results"])
            message["results"] = [result | {"content": _in_words(result["content"])} for result in results]
        else:
            blocks = cast("list[Fields]", message["blocks"])
            spoken = [block for block in blocks if block["block_type"] != "reasoning"]
            if not spoken:
                continue
            message["blocks"] = cast(Json, spoken)
        yield encode(typed_message(message))


def _in_words(content: Json) -> Json:
    if isinstance(content, str):
        return content
    return [_block_in_words(block) for block in cast("list[Fields]", content)]


def _block_in_words(block: Fields) -> Json:
    kind = block["type"]
    if kind in ("image", "video"):
        return {"type": "text", "text": f"[{kind}: {block['media_type']}]"}
    return cast(Json, block)
