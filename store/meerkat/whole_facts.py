"""What whole documents say of their sessions, for the catalogue: nothing is left to a look at the beginning.

A document up to half a megabyte is decoded at once; a longer one, and the rows of a strand, are walked as they are when
a transcript is opened, so that no moment needs much memory and no step holds the interpreter for long.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence

from store.cancel import CancelToken
from store.errors import SessionError
from store.meerkat.codec.peek import cut_text
from store.meerkat.codec.strict_json import Json, NotStrict, parse
from store.meerkat.generation import Layout
from store.meerkat.heads.head_rows import read_head_rows
from store.meerkat.listing import IN_HEADS, IN_SESSIONS, IN_SNAPSHOTS, IN_WHOLE_BLOBS, rows_by_table
from store.meerkat.messages.content import as_count
from store.meerkat.messages.secrets import hide_secrets
from store.meerkat.messages.times import rfc3339_ms
from store.meerkat.messages.titles import as_object_or_empty, first_prompt, is_answer, one_line, prompt_text, title_of
from store.meerkat.messages.transcript_index import TranscriptIndex
from store.meerkat.places import find_place
from store.meerkat.row_facts import RowFacts, has_history, labels_of, name_of, provider_name
from store.meerkat.session_detail import index_with_faults
from store.meerkat.session_rows import read_orphan_rows, read_session_rows
from store.meerkat.summaries import is_readable
from store.meerkat.transcripts import read_messages
from store.meerkat.whole_blob_rows import read_whole_blob_rows
from store.values.listing import CatalogueFacts
from store.values.message import MessageKind
from store.values.session import TitleSource

WHOLE_BYTES = 512 * 1024
"""Up to here a document is decoded at once, which takes about 3 ms."""

BATCH_ROWS = 20
BATCH_BYTES = 1024 * 1024
"""Documents that are decoded before the first of them is done with: what lives long is looked at by the collector."""

YIELD_S = 0.002
"""After so long whoever draws comes first."""

MAX_LABELS = 1_000
MAX_EXAMINED = 200
"""Messages looked at for a first prompt, for a time, or for a notice, in a transcript that is walked."""

EDGE_BYTES = 200
_LAST_TIME = re.compile(rb'"created_at":"([0-9A-Z:.+-]{1,60})"\}$')

HARMLESS = ("copies-differ", "unfinished-run", "newer-version")
"""Faults of an index that leave a session what it is."""


def read_catalogue_facts(
    connection: sqlite3.Connection, layout: Layout, handles: Sequence[int], token: CancelToken
) -> tuple[CatalogueFacts, ...]:
    """Read what whole documents say, one answer a handle; the id of one that is gone is ""."""
    answers: list[CatalogueFacts] = []
    begin, count = 0, 1
    yielded_s = time.monotonic()
    while begin < len(handles):
        token.check()
        found, size_bytes = _read_batch(connection, layout, handles[begin : begin + count], token)
        answers.extend(found)
        begin += count
        # Sessions of one time are often of one size.
        count = max(1, min(BATCH_ROWS, BATCH_BYTES // max(1, size_bytes // count)))
        if time.monotonic() - yielded_s > YIELD_S:
            time.sleep(0)
            yielded_s = time.monotonic()
    return tuple(answers)


def _read_batch(
    connection: sqlite3.Connection, layout: Layout, handles: Sequence[int], token: CancelToken
) -> tuple[list[CatalogueFacts], int]:
    """The answers for a few handles, and how many bytes were stored for them."""
    found = _read_rows(connection, layout, handles, token)
    size_bytes = sum(facts.size_bytes or 0 for facts in found.values())
    answers = []
    for handle in handles:
        token.check()
        # One by one: to free what all of them hold at once would take long.
        facts = found.pop(handle, None)
        if facts is None:
            facts = RowFacts("", handle)
            facts.damage("vanished", "This session is not in the store any more.")
            times: list[int] = []
            is_forked = False
        elif facts.are_all_messages and facts.are_whole:
            times, is_forked = times_of(facts)
        else:
            times, is_forked = _from_walk(connection, layout, facts, token)
        answers.append(answer_of(facts, times, is_forked))
    return answers, size_bytes


def _read_rows(
    connection: sqlite3.Connection, layout: Layout, handles: Sequence[int], token: CancelToken
) -> dict[int, RowFacts]:
    by_table = rows_by_table(handles)
    rows: list[RowFacts] = []
    by_table = {table: rowids for table, rowids in by_table.items() if is_readable(layout, table)}
    if IN_SESSIONS in by_table:
        rows.extend(read_session_rows(connection, layout, by_table[IN_SESSIONS], token, WHOLE_BYTES).values())
    if IN_SNAPSHOTS in by_table:
        rows.extend(read_orphan_rows(connection, layout, by_table[IN_SNAPSHOTS], token, WHOLE_BYTES).values())
    if IN_HEADS in by_table:
        rows.extend(read_head_rows(connection, layout, by_table[IN_HEADS], token).values())
    if IN_WHOLE_BLOBS in by_table:
        blobs = read_whole_blob_rows(connection, layout, by_table[IN_WHOLE_BLOBS], token, WHOLE_BYTES)
        rows.extend(blobs.values())
    return {facts.handle: facts for facts in rows}


def times_of(facts: RowFacts) -> tuple[list[int], bool]:
    """First and last time of a decoded transcript, and whether it says that it was forked."""
    messages = facts.messages
    damaged_count = 0
    has_answer = has_notice = False
    for message in messages:
        if type(message) is not dict:
            damaged_count += 1
        elif message.get("role") == "system_notice":
            has_notice = True
        elif not has_answer:
            has_answer = is_answer(message)
    facts.has_answer = has_answer
    _note_damaged(facts, damaged_count)
    times = [_first_time(messages), _first_time(reversed(messages))]
    is_forked = has_notice and any(_tells_fork(message, facts.session_id) for message in messages)
    return [one for one in times if one is not None], is_forked


def _first_time(messages: Iterable[Json]) -> int | None:
    for message in messages:
        found = _time_of(message)
        if found is not None:
            return found
    return None


def _time_of(message: Json) -> int | None:
    value = message.get("created_at") if isinstance(message, dict) else None
    return rfc3339_ms(value) if isinstance(value, str) else None


def _tells_fork(message: Json, session_id: str) -> bool:
    """Whether a notice says that this very session was forked; such notices are copied into later forks."""
    if not isinstance(message, dict) or message.get("role") != "system_notice":
        return False
    blocks = message.get("blocks")
    return any(
        isinstance(block, dict) and block.get("type") == "fork_boundary" and block.get("child_session_id") == session_id
        for block in (blocks if isinstance(blocks, list) else ())
    )


def _note_damaged(facts: RowFacts, count: int) -> None:
    if count:
        what = "One message of the session" if count == 1 else f"{count:,} messages of the session"
        facts.damage("bad-message", f"{what} cannot be read.")


def _from_walk(
    connection: sqlite3.Connection, layout: Layout, facts: RowFacts, token: CancelToken
) -> tuple[list[int], bool]:
    """The same of a transcript that is too long to be decoded at once, or stands in rows of its own."""
    try:
        indexed = index_with_faults(connection, layout, find_place(connection, layout, facts.session_id), token)
    except SessionError as error:
        facts.damage(error.code, error.sentence)
        return [], False
    index = indexed.index
    for fault in index.faults:
        (facts.note if fault.code in HARMLESS else facts.damage)(fault.code, fault.sentence)
    _note_damaged(facts, index.kinds.count(MessageKind.DAMAGED))
    facts.has_answer = index.kinds.find(bytes((MessageKind.ASSISTANT,))) >= 0
    facts.are_all_messages = True
    walked = Walked(index, lambda number: read_messages(connection, indexed, (number,), token)[number])
    if not first_prompt(facts.messages):
        facts.prompt = walked.first_prompt()
    return walked.times(), walked.tells_fork(facts.session_id)


class Walked:
    """Single messages of a transcript that was walked."""

    def __init__(self, index: TranscriptIndex, read: Callable[[int], bytes]) -> None:
        self._index = index
        self._read = read

    def first_prompt(self) -> str:
        """The first text that a person wrote, or an empty one."""
        for number in self._of_kind(MessageKind.PROMPT):
            message = self._message(number)
            text = prompt_text(message) if isinstance(message, dict) else ""
            if text:
                return text
        return ""

    def times(self) -> list[int]:
        """Time of the first and of the last message that has one; milliseconds since 1970."""
        count = self._index.count
        ends = (range(min(count, MAX_EXAMINED)), range(count - 1, max(-1, count - 1 - MAX_EXAMINED), -1))
        times = [_first_time(self._message(number) for number in numbers) for numbers in ends]
        return [one for one in times if one is not None]

    def tells_fork(self, session_id: str) -> bool:
        """Whether a notice says that this session was forked."""
        return any(_tells_fork(self._message(number), session_id) for number in self._of_kind(MessageKind.NOTICE))

    def _of_kind(self, kind: MessageKind) -> Iterable[int]:
        at = -1
        for _ in range(MAX_EXAMINED):
            at = self._index.kinds.find(bytes((kind,)), at + 1)
            if at < 0:
                return
            yield at

    def _message(self, number: int) -> Json:
        try:
            data = self._read(number)
            return parse(data)[1] if len(data) <= WHOLE_BYTES else _ends_of(data)
        except (NotStrict, SessionError):
            return None


def _ends_of(data: bytes) -> dict[str, Json]:
    """What the two ends of a very long message tell: a person's first words, and its time, which comes last."""
    stamp = _LAST_TIME.search(data[-EDGE_BYTES:])
    found: dict[str, Json] = {"created_at": stamp.group(1).decode("ascii") if stamp else None}
    text = cut_text(data)
    return found | ({"role": "user", "content": text} if text else {})


def answer_of(facts: RowFacts, times: Sequence[int], is_forked: bool) -> CatalogueFacts:
    """Put together what a whole document says.

    Args:
        times: of the first and the last message that has one, milliseconds since 1970; fewer than two if none has.
    """
    metadata = facts.metadata
    prompt = one_line(first_prompt(facts.messages) or facts.prompt)
    title, title_from = title_of(facts.session_id, metadata, prompt)
    about = as_object_or_empty(metadata.get("session_metadata"))
    usage = as_object_or_empty(facts.usage)
    duration_ms = times[-1] - times[0] if len(times) > 1 else None
    return CatalogueFacts(
        session_id=facts.session_id,
        title=title,
        title_from=title_from.value,
        model=name_of(about.get("model")),
        provider=provider_name(about.get("provider")),
        labels=labels_of(metadata, MAX_LABELS),
        first_prompt=title if title_from is TitleSource.FIRST_PROMPT else hide_secrets(prompt),
        duration_ms=duration_ms if duration_ms is not None and duration_ms >= 0 else None,
        input_tokens=as_count(usage.get("input_tokens")),
        output_tokens=as_count(usage.get("output_tokens")),
        is_archived=facts.is_archived(),
        has_no_answer=facts.has_no_answer() is True,
        is_rewritten=facts.is_rewritten or has_history(metadata),
        is_damaged=facts.is_damaged,
        is_forked=True if is_forked else None,
        faults=tuple((fault.code, fault.sentence) for fault in facts.faults),
    )
