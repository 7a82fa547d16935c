"""A row of the session list as texts: all that painting looks up, made once when a page of rows arrives.

Pure, any thread. What is not recorded reads "–", never 0; what only the catalogue can tell reads "…" until it does.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import tzinfo

from app.present.columns import Column
from app.present.one_line import one_line
from app.present.sizes import ABSENT, counted, exact_count, exact_size, short_count, short_size
from app.present.summary import NOT_KNOWN, ShownState, Sign, badges, duration_words, shown_state, token_tip
from app.present.times import NO_DATE, clock_text, list_time, time_tip
from store.values.fault import Fault
from store.values.listing import CatalogueFacts
from store.values.session import SessionState, SessionSummary, TitleSource

LABELS_AT_MOST = 12
"""More labels of a session are counted, not named, in its cell."""


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
        summary: what it was made of, with what the catalogue knows beyond the file's row.
        known: what the catalogue knows; None until it does.
        is_pinned: the session is pinned.
        title: one line; of a damaged row without a title its id, then is_mono.
        state: shown state.
        cells: one text a column.
        facts: of the second line, most important first, without the state.
        late_facts: of the second line once every fact above has a column of its own.
        badges: at the end of the second line.
        spoken: the row for screen readers.
    """

    summary: SessionSummary
    known: CatalogueFacts | None
    is_pinned: bool
    title: str
    is_mono: bool
    state: ShownState
    cells: tuple[str, ...]
    facts: tuple[Fact, ...]
    late_facts: tuple[Fact, ...]
    badges: tuple[Sign, ...]
    spoken: str


def with_known(summary: SessionSummary, known: CatalogueFacts | None) -> SessionSummary:
    """A row with what the whole document says; as it is while that is not known, and where it cannot be read."""
    if known is None or summary.state is SessionState.DAMAGED:
        return summary
    state: SessionState = summary.state
    if known.is_damaged:
        state = SessionState.DAMAGED
    elif known.is_archived:
        state = SessionState.ARCHIVED
    # Our own title was read with the row; what the catalogue says of it can be older.
    has_title = bool(known.title) and summary.title_from is not TitleSource.OWN
    return dataclasses.replace(
        summary,
        title=known.title if has_title else summary.title,
        title_from=TitleSource(known.title_from) if has_title else summary.title_from,
        state=state,
        has_no_answer=known.has_no_answer,
        model=known.model or summary.model,
        provider=known.provider or summary.provider,
        labels=known.labels or summary.labels,
        input_tokens=summary.input_tokens if known.input_tokens is None else known.input_tokens,
        output_tokens=summary.output_tokens if known.output_tokens is None else known.output_tokens,
        is_rewritten=summary.is_rewritten or known.is_rewritten,
        faults=tuple(Fault(code, sentence) for code, sentence in known.faults) or summary.faults,
    )


def row_text(
    summary: SessionSummary,
    store_name: str,
    now_ms: int,
    zone: tzinfo | None = None,
    known: CatalogueFacts | None = None,
    is_pinned: bool = False,
    has_many_stores: bool = False,
    is_under_day: bool = False,
) -> RowText:
    """Make the texts of a row.

    Args:
        store_name: what people call the store it lies in.
        now_ms: milliseconds since 1970; decides which times read "today".
        known: what the catalogue knows of it.
        has_many_stores: the list is of several stores, so that it matters of which this one is.
        is_under_day: a heading says the day of its last change, so that the time of day is enough.
    """
    summary = with_known(summary, known)
    state = shown_state(summary)
    title = one_line(summary.title)
    # Of a record that cannot be read there is nothing more to come.
    later = ABSENT if known is not None or state is ShownState.DAMAGED else NOT_KNOWN
    cells = (
        title,
        one_line(store_name),
        state.value,
        one_line(summary.model) if summary.model else ABSENT,
        exact_count(summary.message_count),
        short_count(summary.total_tokens),
        short_size(summary.size_bytes),
        list_time(summary.created_at_ms, now_ms, zone),
        (day_time if is_under_day else list_time)(summary.updated_at_ms, now_ms, zone),
        duration_words(summary, known),
        labels_text(summary.labels) or later,
    )
    return RowText(
        summary=summary,
        known=known,
        is_pinned=is_pinned,
        title=title,
        is_mono=summary.title_from is TitleSource.ID,
        state=state,
        cells=cells,
        facts=_facts(summary, state, cells, has_many_stores),
        late_facts=_late_facts(summary, state, cells, has_many_stores),
        badges=badges(summary, known, is_pinned),
        spoken=_spoken(cells, state, summary, badges(summary, known, is_pinned), has_many_stores),
    )


def day_time(time_ms: int | None, _now_ms: int, zone: tzinfo | None = None) -> str:
    """A time for a column under a heading that says its day: "10:42"."""
    return ABSENT if time_ms is None else clock_text(time_ms, zone).rpartition(":")[0] or NO_DATE


def labels_text(labels: tuple[tuple[str, str], ...]) -> str:
    """Labels on one line: "area=storage, by=dana", "… and 488 more" beyond LABELS_AT_MOST; empty if there are none."""
    named = ", ".join(f"{name}={value}" for name, value in labels[:LABELS_AT_MOST])
    more = len(labels) - LABELS_AT_MOST
    return one_line(f"{named} and {more:,} more" if more > 0 else named)


def cell_tip(row: RowText, column: Column, zone: tzinfo | None = None, has_state: bool = False) -> str:
    """What a cell says in full: times local and UTC, numbers exact, all faults.

    Args:
        has_state: the title's tip says the state as well, since the row shows only its icon.
    """
    summary = row.summary
    if column is Column.TITLE:
        signs = [*([row.state.value] if has_state else []), *(sign.word for sign in row.badges)]
        return "\n".join([row.title, *signs, *(one_line(f.sentence) for f in summary.faults[:5])])
    if column is Column.DURATION and row.cells[column] == NOT_KNOWN:
        return "Not catalogued yet"
    if column is Column.LABELS:
        lines = [one_line(f"{name}={value}") for name, value in summary.labels[:40]]
        more = len(summary.labels) - len(lines)
        none = "Not catalogued yet" if row.cells[column] == NOT_KNOWN else "No labels"
        return "\n".join([*lines, f"{more:,} more"] if more > 0 else lines) or none
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


def _facts(
    summary: SessionSummary, state: ShownState, cells: tuple[str, ...], has_many_stores: bool
) -> tuple[Fact, ...]:
    if state is ShownState.DAMAGED and summary.faults:
        return (Fact(None, _without_stop(one_line(summary.faults[0].sentence))),)
    # The time stands here only in a pane too narrow for its column.
    facts = [] if summary.updated_at_ms is None else [Fact(Column.UPDATED, cells[Column.UPDATED])]
    if has_many_stores and cells[Column.STORE]:
        facts.append(Fact(Column.STORE, cells[Column.STORE]))
    if summary.model:
        facts.append(Fact(Column.MODEL, one_line(summary.model)))
    if summary.message_count is not None:
        facts.append(Fact(Column.MESSAGES, f"{summary.message_count:,} msg"))
    return tuple(facts)


def _late_facts(
    summary: SessionSummary, state: ShownState, cells: tuple[str, ...], has_many_stores: bool
) -> tuple[Fact, ...]:
    if state is ShownState.DAMAGED and summary.faults:
        return ()
    facts = [Fact(Column.STORE, cells[Column.STORE])] if cells[Column.STORE] and not has_many_stores else []
    if cells[Column.DURATION] not in (ABSENT, NOT_KNOWN):
        facts.append(Fact(Column.DURATION, cells[Column.DURATION]))
    if summary.labels:
        facts.append(Fact(Column.LABELS, cells[Column.LABELS]))
    return tuple(facts)


def _spoken(
    cells: tuple[str, ...], state: ShownState, summary: SessionSummary, signs: tuple[Sign, ...], has_many_stores: bool
) -> str:
    parts = [cells[Column.TITLE], state.value]
    if has_many_stores and cells[Column.STORE]:
        parts.append(f"in {cells[Column.STORE]}")
    if summary.model:
        parts.append(cells[Column.MODEL])
    if summary.message_count is not None:
        parts.append(counted(summary.message_count, "message"))
    if summary.total_tokens is not None:
        parts.append(counted(summary.total_tokens, "token"))
    if summary.updated_at_ms is not None:
        parts.append(f"updated {cells[Column.UPDATED]}")
    parts.extend(sign.word.lower() for sign in signs)
    parts.extend(one_line(fault.sentence) for fault in summary.faults[:3])
    return ", ".join(parts)


def _without_stop(sentence: str) -> str:
    return sentence[:-1] if sentence.endswith(".") else sentence
