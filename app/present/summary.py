"""What a person sees of a session's state, in the list and in the page head: words, signs, tokens, duration.

Pure, any thread. What is not recorded reads "–", never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.present.sizes import ABSENT, counted
from app.present.times import duration_text
from store.values.listing import CatalogueFacts
from store.values.session import SessionState, SessionSummary

NOT_KNOWN = "…"
"""What only the catalogue can tell reads so until it does."""


class ShownState(Enum):
    """The state a person sees; the value is its word. Shape, word and colour go together, see STATE_SIGNS."""

    DAMAGED = "Damaged"
    RUNNING = "Running"
    ARCHIVED = "Archived"
    HIDDEN = "Hidden"
    NEVER_RUN = "Never run"
    ENDED = "Ended"
    ACTIVE = "Active"


@dataclass(frozen=True, slots=True)
class Sign:
    """An icon and the word that says the same.

    Attributes:
        icon: file name in resources/icons, without ending.
        word: for people and screen readers.
        role: colour role of icon and word; "" where both follow the text around them.
    """

    icon: str
    word: str
    role: str = ""


STATE_SIGNS = {
    ShownState.DAMAGED: Sign("triangle-alert", "Damaged", "error"),
    ShownState.RUNNING: Sign("activity", "Running", "ok"),
    ShownState.ARCHIVED: Sign("archive", "Archived"),
    ShownState.HIDDEN: Sign("eye-off", "Hidden"),
    ShownState.NEVER_RUN: Sign("circle-dashed", "Never run"),
    ShownState.ENDED: Sign("circle-check", "Ended"),
    ShownState.ACTIVE: Sign("circle", "Active"),
}
PINNED = Sign("pin", "Pinned")
NOTED = Sign("file-pen", "Note")
FORKED = Sign("git-fork", "Forked")
REWRITTEN = Sign("history", "Rewritten")
WITH_FAULTS = Sign("triangle-alert", "Faults", "warn")


def shown_state(summary: SessionSummary) -> ShownState:
    """The first state that fits: damaged, running, archived, hidden, never run, then what the store says."""
    if summary.state is SessionState.DAMAGED:
        return ShownState.DAMAGED
    if summary.is_running:
        return ShownState.RUNNING
    if summary.state is SessionState.ARCHIVED:
        return ShownState.ARCHIVED
    if summary.is_hidden:
        return ShownState.HIDDEN
    if summary.has_no_answer:
        return ShownState.NEVER_RUN
    return ShownState.ENDED if summary.state is SessionState.ENDED else ShownState.ACTIVE


def badges(summary: SessionSummary, known: CatalogueFacts | None = None, is_pinned: bool = False) -> tuple[Sign, ...]:
    """Signs beside a row's second line; a damaged row says its fault in words and needs none."""
    found = [PINNED] if is_pinned else []
    if summary.has_note:
        found.append(NOTED)
    if summary.is_hidden and shown_state(summary) is not ShownState.HIDDEN:
        found.append(STATE_SIGNS[ShownState.HIDDEN])
    if summary.is_rewritten:
        found.append(REWRITTEN)
    if known is not None and known.is_forked:
        found.append(FORKED)
    if summary.faults and summary.state is not SessionState.DAMAGED:
        found.append(WITH_FAULTS)
    return tuple(found)


def duration_words(summary: SessionSummary, known: CatalogueFacts | None) -> str:
    """From the first message to the last: "…" until the catalogue knows, "–" where it is not recorded."""
    if known is not None:
        return duration_text(known.duration_ms)
    # Of a record that cannot be read there is nothing more to come.
    return ABSENT if shown_state(summary) is ShownState.DAMAGED else NOT_KNOWN


def token_tip(summary: SessionSummary) -> str:
    """Tokens exact, with input and output where they are recorded."""
    if summary.total_tokens is None:
        return "Not recorded"
    lines = [counted(summary.total_tokens, "token")]
    if summary.input_tokens is not None:
        lines.append(f"{summary.input_tokens:,} in")
    if summary.output_tokens is not None:
        lines.append(f"{summary.output_tokens:,} out")
    return "\n".join(lines)
