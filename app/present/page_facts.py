"""What the head of a session's page says, as facts made of runs of text. Pure, any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from app.present.one_line import one_line
from app.present.sizes import ABSENT, exact_count, exact_size, short_count, short_size
from app.present.summary import STATE_SIGNS, Sign, duration_words, shown_state, token_tip
from app.present.times import local_text, span_text, utc_text
from store.values.fault import Fault
from store.values.listing import CatalogueFacts
from store.values.session import SessionSummary

NOTE_TIP_LINES = 12


@dataclass(frozen=True, slots=True)
class HeadFact:
    """One fact of a line: a strong part and a plain one, and what the tool tip says."""

    strong: str
    plain: str
    tip: str = ""

    @property
    def text(self) -> str:
        """Both parts."""
        return f"{self.strong} {self.plain}".strip()


@dataclass(frozen=True, slots=True)
class HeadText:
    """Everything a page head shows.

    Attributes:
        title: one line.
        state: sign of the shown state.
        first, second: facts of line 2 (model, times, duration) and line 3 (messages, tokens, size).
        session_id, short_id: to copy, and to show.
        is_rewritten: badge.
        fault_count: badge; 0 for none.
        fault_tip: sentences.
        has_note: badge.
        note_tip: the beginning of the note, as far as it was read.
    """

    title: str
    state: Sign
    first: tuple[HeadFact, ...]
    second: tuple[HeadFact, ...]
    session_id: str
    short_id: str
    is_rewritten: bool
    fault_count: int
    fault_tip: str
    has_note: bool = False
    note_tip: str = ""


def head_text(
    summary: SessionSummary,
    faults: tuple[Fault, ...],
    zone: tzinfo | None = None,
    known: CatalogueFacts | None = None,
    note: str | None = None,
) -> HeadText:
    """Make the texts of a page head.

    Args:
        faults: of the session as far as it was read; may be more than the list knows.
        known: what the catalogue knows of it as it is now; None until it does.
        note: what a person wrote on it; None until it was read.
    """
    title = one_line(summary.title)
    session_id = summary.key.session_id
    sentences = tuple(dict.fromkeys(one_line(fault.sentence) for fault in faults))
    return HeadText(
        title=title,
        state=STATE_SIGNS[shown_state(summary)],
        first=_first_line(summary, zone, known),
        second=_second_line(summary),
        session_id=session_id,
        short_id=short_id(session_id),
        is_rewritten=summary.is_rewritten,
        fault_count=len(sentences),
        fault_tip="\n".join(sentences[:10]),
        has_note=summary.has_note,
        note_tip="\n".join(one_line(line) for line in (note or "").splitlines()[:NOTE_TIP_LINES]),
    )


def short_id(session_id: str) -> str:
    """Beginning and end of an id; all of it if it is short."""
    line = one_line(session_id)
    return line if len(line) <= 16 else f"{line[:8]}…{line[-4:]}"


def _first_line(summary: SessionSummary, zone: tzinfo | None, known: CatalogueFacts | None) -> tuple[HeadFact, ...]:
    facts = [HeadFact("", one_line(summary.model), "Model")] if summary.model else []
    span = span_text(summary.created_at_ms, summary.updated_at_ms, zone)
    if span:
        facts.append(HeadFact("", span, _span_tip(summary)))
    passed = duration_words(summary, known)
    if passed != ABSENT:
        tip = "Not catalogued yet" if known is None else "From the first to the last message"
        facts.append(HeadFact("", passed, tip))
    return tuple(facts)


def _span_tip(summary: SessionSummary) -> str:
    lines = []
    for word, time_ms in (("Created", summary.created_at_ms), ("Updated", summary.updated_at_ms)):
        if time_ms is not None:
            lines.append(f"{word} {local_text(time_ms)}\n{utc_text(time_ms)}")
    return "\n".join(lines)


def _second_line(summary: SessionSummary) -> tuple[HeadFact, ...]:
    facts = []
    if summary.message_count is not None:
        noun = "message" if summary.message_count == 1 else "messages"
        facts.append(HeadFact(exact_count(summary.message_count), noun, "Messages of the transcript"))
    if summary.total_tokens is not None:
        noun = "token" if summary.total_tokens == 1 else "tokens"
        facts.append(HeadFact(short_count(summary.total_tokens), noun, token_tip(summary)))
    if summary.size_bytes is not None:
        facts.append(HeadFact("", short_size(summary.size_bytes), f"{exact_size(summary.size_bytes)} in the store"))
    return tuple(facts)
