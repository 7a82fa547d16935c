"""A session's row and page head as texts: everything that painting looks up, made once when a page of rows arrives.

Pure, any thread. What is not recorded reads "–", never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from enum import Enum

from app.present.columns import Column
from app.present.one_line import one_line
from app.present.sizes import ABSENT, counted, exact_count, exact_size, short_count, short_size
from app.present.times import duration_text, list_time, time_tip
from store.values.session import SessionState, SessionSummary, TitleSource


class ShownState(Enum):
    """The state a person sees; the value is its word. Shape, word and colour go together, see STATE_SIGNS."""

    DAMAGED = "Damaged"
    RUNNING = "Running"
    ARCHIVED = "Archived"
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
    ShownState.NEVER_RUN: Sign("circle-dashed", "Never run"),
    ShownState.ENDED: Sign("circle-check", "Ended"),
    ShownState.ACTIVE: Sign("circle", "Active"),
}
REWRITTEN = Sign("history", "Rewritten")
WITH_FAULTS = Sign("triangle-alert", "Faults", "warn")


def shown_state(summary: SessionSummary) -> ShownState:
    """The first state that fits: damaged, running, archived, never run, then what the store says."""
    if summary.state is SessionState.DAMAGED:
        return ShownState.DAMAGED
    if summary.is_running:
        return ShownState.RUNNING
    if summary.state is SessionState.ARCHIVED:
        return ShownState.ARCHIVED
    if summary.has_no_answer:
        return ShownState.NEVER_RUN
    return ShownState.ENDED if summary.state is SessionState.ENDED else ShownState.ACTIVE


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of the second line.

    Attributes:
        column: where it stands when that column is seen; None if it has none.
    """

    column: Column | None
    text: str


@dataclass(frozen=True, slots=True)
class RowText:
    """One row of the session list, ready to be painted.

    Attributes:
        summary: what it was made of.
        title: one line; of a damaged row without a title its id, then is_mono.
        state: shown state.
        cells: one text a column.
        facts: of the second line, most important first, without the state.
        late_facts: of the second line once every fact above has a column of its own.
        badges: at the end of the second line.
        spoken: the row for screen readers.
    """

    summary: SessionSummary
    title: str
    is_mono: bool
    state: ShownState
    cells: tuple[str, ...]
    facts: tuple[Fact, ...]
    late_facts: tuple[Fact, ...]
    badges: tuple[Sign, ...]
    spoken: str


def row_text(summary: SessionSummary, store_name: str, now_ms: int, zone: tzinfo | None = None) -> RowText:
    """Make the texts of a row.

    Args:
        store_name: what people call the store it lies in.
        now_ms: milliseconds since 1970; decides which times read "today".
    """
    state = shown_state(summary)
    title = one_line(summary.title)
    cells = (
        title,
        state.value,
        one_line(summary.model) if summary.model else ABSENT,
        exact_count(summary.message_count),
        short_count(summary.total_tokens),
        short_size(summary.size_bytes),
        list_time(summary.created_at_ms, now_ms, zone),
        list_time(summary.updated_at_ms, now_ms, zone),
    )
    return RowText(
        summary=summary,
        title=title,
        is_mono=summary.title_from is TitleSource.ID,
        state=state,
        cells=cells,
        facts=_facts(summary, state, cells),
        late_facts=_late_facts(summary, state, store_name),
        badges=badges(summary),
        spoken=_spoken(cells, state, summary),
    )


def badges(summary: SessionSummary) -> tuple[Sign, ...]:
    """Signs beside a row's second line; a damaged row says its fault in words and needs none."""
    found = [REWRITTEN] if summary.is_rewritten else []
    if summary.faults and summary.state is not SessionState.DAMAGED:
        found.append(WITH_FAULTS)
    return tuple(found)


def duration_ms(summary: SessionSummary) -> int | None:
    """From creation to the last change; None if one is not recorded or they are the wrong way round."""
    if summary.created_at_ms is None or summary.updated_at_ms is None:
        return None
    passed_ms = summary.updated_at_ms - summary.created_at_ms
    return passed_ms if passed_ms >= 0 else None


def cell_tip(row: RowText, column: Column, zone: tzinfo | None = None) -> str:
    """What a cell says in full: times local and UTC, numbers exact, all faults."""
    summary = row.summary
    if column is Column.TITLE:
        lines = [row.title, *(sign.word for sign in row.badges), *(one_line(f.sentence) for f in summary.faults[:5])]
        return "\n".join(lines)
    if column is Column.STATE:
        return "\n".join([row.state.value, *(one_line(f.sentence) for f in summary.faults[:5])])
    if column is Column.CREATED:
        return time_tip(summary.created_at_ms, zone)
    if column is Column.UPDATED:
        return time_tip(summary.updated_at_ms, zone)
    if column is Column.TOKENS:
        return token_tip(summary)
    if column is Column.SIZE:
        return "Not recorded" if summary.size_bytes is None else exact_size(summary.size_bytes)
    text = row.cells[column]
    return "Not recorded" if text == ABSENT else text


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


def _facts(summary: SessionSummary, state: ShownState, cells: tuple[str, ...]) -> tuple[Fact, ...]:
    if state is ShownState.DAMAGED and summary.faults:
        return (Fact(None, _without_stop(one_line(summary.faults[0].sentence))),)
    # The time stands here only in a pane too narrow for its column.
    facts = [] if summary.updated_at_ms is None else [Fact(Column.UPDATED, cells[Column.UPDATED])]
    if summary.model:
        facts.append(Fact(Column.MODEL, one_line(summary.model)))
    if summary.message_count is not None:
        facts.append(Fact(Column.MESSAGES, f"{summary.message_count:,} msg"))
    return tuple(facts)


def _late_facts(summary: SessionSummary, state: ShownState, store_name: str) -> tuple[Fact, ...]:
    if state is ShownState.DAMAGED and summary.faults:
        return ()
    facts = [Fact(None, one_line(store_name))] if store_name else []
    if duration_ms(summary):
        facts.append(Fact(None, duration_text(duration_ms(summary))))
    return tuple(facts)


def _spoken(cells: tuple[str, ...], state: ShownState, summary: SessionSummary) -> str:
    parts = [cells[Column.TITLE], state.value]
    if summary.model:
        parts.append(cells[Column.MODEL])
    if summary.message_count is not None:
        parts.append(counted(summary.message_count, "message"))
    if summary.total_tokens is not None:
        parts.append(counted(summary.total_tokens, "token"))
    if summary.updated_at_ms is not None:
        parts.append(f"updated {cells[Column.UPDATED]}")
    parts.extend(sign.word.lower() for sign in badges(summary))
    parts.extend(one_line(fault.sentence) for fault in summary.faults[:3])
    return ", ".join(parts)


def _without_stop(sentence: str) -> str:
    return sentence[:-1] if sentence.endswith(".") else sentence
