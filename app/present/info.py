"""What the Info tab says of a session and of its store, as sections of names and values. Pure, any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from app.present.one_line import one_line
from app.present.sizes import ABSENT, counted, exact_count, exact_size, short_size
from app.present.summary import Sign, duration_words, shown_state
from app.present.times import clock_text, local_text, utc_text
from store.values.fault import Fault
from store.values.listing import CatalogueFacts
from store.values.notes import NOTHING_NOTED, Noted
from store.values.session import MetadataNode, SessionDetail, SessionSummary, TitleSource
from store.values.store import Access, StoreFacts, StoreKind

VALUE_LIMIT_CHARS = 2000
NOTE_LINES = 60
ROWS_LIMIT = 100
"""Rows of one section; a store may hold any number of labels."""

ACCESS_SIGNS = {
    Access.UNCHANGED_FILE: Sign("file-text", "Opened as an unchanged file"),
    Access.SNAPSHOT: Sign("camera", "Opened as a private snapshot", "ok"),
    Access.IN_PLACE: Sign("hard-drive", "Read in place", "warn"),
    Access.PLAIN_FILE: Sign("file-text", "Opened as a plain file"),
}
KIND_WORDS = {StoreKind.MEERKAT: "Meerkat", StoreKind.UNKNOWN: "not known"}
TITLE_WORDS = {
    TitleSource.OWN: "you: it is kept by Burrow, the store has its own",
    TitleSource.LABEL: "a label",
    TitleSource.NAME: "the session's name",
    TitleSource.FIRST_PROMPT: "the first prompt",
    TitleSource.ID: "the id, since nothing better is stored",
}

OWN_LABEL = Sign("tag", "Yours, kept by Burrow")
MIGRATED = Sign("history", "Read in its newer form")


@dataclass(frozen=True, slots=True)
class InfoRow:
    """One line: a name and a value that can be copied.

    Attributes:
        sign: an icon before the value, for what must not be overlooked.
        is_unbroken: the value has no places where a line can end, and may be longer than a line.
    """

    name: str
    value: str
    is_mono: bool = False
    sign: Sign | None = None
    is_unbroken: bool = False


@dataclass(frozen=True, slots=True)
class InfoSection:
    """A head, a note at its right, and rows.

    Attributes:
        is_first: stands above sizes and checks.
    """

    title: str
    rows: tuple[InfoRow, ...]
    note: str = ""
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class OpenedText:
    """How the store was opened: icon and words of the access, when the state was current, why."""

    sign: Sign
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What a person noted of a session, and what the store alone says of it."""

    noted: Noted
    stored: SessionSummary


def opened_text(facts: StoreFacts, zone: tzinfo | None = None) -> OpenedText:
    """Say how a store was opened and why."""
    sign = ACCESS_SIGNS[facts.access] if facts.access is not None else Sign("triangle-alert", "Not opened", "error")
    at = "" if facts.state_of_ms is None else f"state of {clock_text(facts.state_of_ms, zone)}"
    return OpenedText(sign, at, one_line(facts.why))


def info_sections(
    detail: SessionDetail,
    facts: StoreFacts,
    faults: tuple[Fault, ...],
    zone: tzinfo | None = None,
    known: CatalogueFacts | None = None,
    own: OwnFacts | None = None,
) -> tuple[InfoSection, ...]:
    """Everything that Info says besides how the store was opened and the metadata tree.

    Args:
        faults: of the session as far as it was read; may be more than `detail` knows.
        known: what the catalogue knows of it as it is now; None until it does.
        own: what is noted of it, and already in `detail`; None if nothing is.
    """
    summary = detail.summary
    noted = own.noted if own is not None else NOTHING_NOTED
    return (
        _faults(faults),
        *([] if own is None else [_yours(own)]),
        _identity(detail),
        _times(summary, zone, known),
        _model(detail),
        _labels(summary, noted),
        _store(facts, detail.family),
    )


def metadata_note(nodes: tuple[MetadataNode, ...]) -> str:
    """How much the metadata tree holds: "17 keys · 3 masked"."""
    masked, stack = 0, list(nodes)
    while stack:
        node = stack.pop()
        masked += node.is_masked
        stack.extend(node.children)
    words = counted(len(nodes), "key")
    return f"{words} · {masked:,} masked" if masked else words


def fault_sentences(faults: tuple[Fault, ...]) -> tuple[str, ...]:
    """Sentences of faults, each once."""
    return tuple(dict.fromkeys(one_line(fault.sentence) for fault in faults))


def _faults(faults: tuple[Fault, ...]) -> InfoSection:
    sign = Sign("triangle-alert", "Fault", "warn")
    each: dict[str, Fault] = {}
    for fault in faults:
        each.setdefault(fault.sentence, fault)
    rows = [InfoRow(one_line(fault.code), _value(fault.sentence), sign=sign) for fault in each.values()]
    return InfoSection("Faults", _cut(rows), counted(len(rows), "fault") if rows else "", is_first=True)


def _yours(own: OwnFacts) -> InfoSection:
    """What a person noted here; the store knows nothing of it."""
    noted, rows = own.noted, []
    if noted.note:
        rows.append(InfoRow("Note", note_lines(noted.note)))
    if noted.title is not None:
        rows.append(InfoRow("Own title", _value(noted.title)))
        rows.append(InfoRow("Title without it", _value(own.stored.title)))
    if noted.is_hidden:
        rows.append(InfoRow("Hidden", "yes: it stands in the view Archived; in its store it stays as it is"))
    if noted.labels_removed:
        rows.append(InfoRow("Labels not shown", _value(", ".join(noted.labels_removed))))
    return InfoSection("Yours", _cut(rows), "kept by Burrow, not in the store" if rows else "", is_first=True)


def note_lines(note: str) -> str:
    """A note as it is shown: its lines, each without what could deceive."""
    lines = [one_line(line, VALUE_LIMIT_CHARS) for line in note.splitlines()[:NOTE_LINES]]
    return "\n".join([*lines, "…"] if len(note.splitlines()) > NOTE_LINES else lines)


def _identity(detail: SessionDetail) -> InfoSection:
    summary = detail.summary
    rows = [
        InfoRow("Id", summary.key.session_id, is_mono=True),
        InfoRow("Title", _value(summary.title)),
        InfoRow("Title taken from", TITLE_WORDS[summary.title_from]),
        InfoRow("State", shown_state(summary).value),
        InfoRow("Shown copy", _value(detail.authority) or ABSENT),
        InfoRow("Document version", _version(detail)),
        InfoRow("Rewritten", "yes" if summary.is_rewritten else "no"),
    ]
    # What was changed for display is nothing that the store says; it must not be overlooked.
    rows.extend(InfoRow("Read in its newer form", _value(change), sign=MIGRATED) for change in detail.migrated)
    rows.extend(InfoRow(_value(name), _value(value) or ABSENT) for name, value in detail.facts)
    return InfoSection("Identity", _cut(rows))


def _version(detail: SessionDetail) -> str:
    """The version of the document and who writes such ones: "2, written by Meerkat 0.6.24 to 0.6.34"."""
    version = "" if detail.document_version is None else str(detail.document_version)
    writer = f"written by {_value(detail.written_by)}" if detail.written_by else ""
    return ", ".join(part for part in (version, writer) if part) or ABSENT


def _times(summary: SessionSummary, zone: tzinfo | None, known: CatalogueFacts | None) -> InfoSection:
    rows = []
    for name, time_ms in (("Created", summary.created_at_ms), ("Updated", summary.updated_at_ms)):
        if time_ms is None:
            rows.append(InfoRow(name, ABSENT))
            continue
        here, exact = local_text(time_ms, None if zone is UTC else zone), utc_text(time_ms)
        # The chosen zone first; the other one stays at hand.
        shown = (
            ((name, here), (f"{name} in UTC", exact)) if zone is not UTC else ((name, exact), (f"{name} here", here))
        )
        rows += [InfoRow(*pair) for pair in shown]
    rows.append(InfoRow("First to last message", duration_words(summary, known)))
    return InfoSection("Times", tuple(rows))


def _model(detail: SessionDetail) -> InfoSection:
    summary, usage = detail.summary, detail.usage
    rows = (
        InfoRow("Model", _value(summary.model or ABSENT)),
        InfoRow("Provider", _value(summary.provider or ABSENT)),
        InfoRow("Messages", exact_count(summary.message_count)),
        InfoRow("Tokens in", exact_count(usage.input_tokens)),
        InfoRow("Tokens out", exact_count(usage.output_tokens)),
        InfoRow("Written to the cache", exact_count(usage.cache_creation_tokens)),
        InfoRow("Read from the cache", exact_count(usage.cache_read_tokens)),
        InfoRow("Tokens, total", exact_count(summary.total_tokens)),
        InfoRow("Size of its rows", exact_size(summary.size_bytes)),
    )
    return InfoSection("Model and usage", rows)


def _labels(summary: SessionSummary, noted: Noted) -> InfoSection:
    own = dict(noted.labels_put)
    rows = [
        InfoRow(_value(name), _value(value), sign=OWN_LABEL if own.get(name) == value else None)
        for name, value in summary.labels
    ]
    words = counted(len(rows), "label") if rows else ""
    return InfoSection("Labels", _cut(rows), f"{words} · {len(own):,} yours" if own else words)


def _store(facts: StoreFacts, family: str) -> InfoSection:
    rows = [
        InfoRow("File", one_line(facts.key.path, VALUE_LIMIT_CHARS), is_mono=True),
        InfoRow("System", KIND_WORDS[facts.kind]),
        InfoRow("Generation", facts.generation or ABSENT),
        InfoRow("Realm", one_line(facts.realm) if facts.realm else ABSENT),
        InfoRow("Can take changes", _with_reason("yes" if facts.is_writable else "no", facts.write_reason)),
        *([InfoRow("Written for", _value(family))] if family else []),
        InfoRow("In use now", "yes" if facts.is_running else "no"),
        InfoRow("Sessions", exact_count(facts.session_count)),
        InfoRow("Size", _store_size(facts.size_bytes)),
    ]
    sign = Sign("triangle-alert", "Fault", "warn")
    rows.extend(InfoRow("Fault", _value(fault.sentence), sign=sign) for fault in facts.faults)
    return InfoSection("Store", _cut(rows))


def _with_reason(word: str, reason: str) -> str:
    return f"{word}: {one_line(reason, VALUE_LIMIT_CHARS)}" if reason else word


def _store_size(size_bytes: int | None) -> str:
    if size_bytes is None or size_bytes < 1000:
        return exact_size(size_bytes)
    return f"{short_size(size_bytes)} ({exact_size(size_bytes)})"


def _value(text: str) -> str:
    return one_line(text, VALUE_LIMIT_CHARS)


def _cut(rows: list[InfoRow]) -> tuple[InfoRow, ...]:
    if len(rows) <= ROWS_LIMIT:
        return tuple(rows)
    return (*rows[:ROWS_LIMIT], InfoRow("…", f"and {len(rows) - ROWS_LIMIT:,} more"))
