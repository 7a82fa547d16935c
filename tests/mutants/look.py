"""What the program shows of a store, asked through its door as the window and the command line ask it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from store import Backend, BurrowError, CancelToken, Library
from store.errors import Cancelled, WouldBlock
from store.values.checks import Finding, SessionCheck, SizeBreakdown
from store.values.fault import Fault
from store.values.listing import CatalogueFacts
from store.values.message import ImageBlock, Message, Outline, ToolResultBlock
from store.values.revisions import Revision
from store.values.session import SessionDetail, SessionSummary, SortKey, SortOrder
from store.values.store import StoreFacts

T = TypeVar("T")

MAX_MESSAGES = 300
"""Of a longer transcript the first and the last ones are read."""

MAX_REVISIONS = 6
MAX_LAST = 40
"""Messages that are read of the end of a long transcript, and of a retained revision."""

MAX_RAW = 8
MAX_CPU_S = 1.0
"""A question that takes longer hangs; measured as work of the processor, so that a busy machine is not blamed."""

MAX_SESSION_CPU_S = 4.0
"""So much work at most for all questions about a session, of which a person asks three or four at once."""

MAX_WALL_S = 10.0
"""What waits so long without working hangs as well, however busy the machine."""


@dataclass
class ShownSession:
    """All answers about one session.

    Attributes:
        errors: typed errors by question.
        messages: of the transcript, in order; without its middle where it is long.
        raws: stored bytes of messages, by number.
        parts: whole texts and images that the messages refer to, in order.
        bodies: messages of retained revisions, by name.
    """

    session_id: str
    row: SessionSummary | None = None
    detail: SessionDetail | None = None
    outline: Outline | None = None
    messages: tuple[Message, ...] = ()
    raws: dict[int, bytes] = field(default_factory=dict)
    parts: list[object] = field(default_factory=list)
    facts: CatalogueFacts | None = None
    revisions: tuple[Revision, ...] = ()
    bodies: dict[str, tuple[Message, ...]] = field(default_factory=dict)
    check: SessionCheck | None = None
    sizes: SizeBreakdown | None = None
    errors: dict[str, BurrowError] = field(default_factory=dict)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All that is said to be wrong with the session, of whatever part of it."""
        found = list(self.row.faults if self.row is not None else ())
        found += self.detail.summary.faults if self.detail is not None else ()
        found += self.outline.faults if self.outline is not None else ()
        for message in self.messages:
            found += message.faults
            found += [fault for block in message.blocks if (fault := getattr(block, "fault", None)) is not None]
        return tuple(found)

    @property
    def words(self) -> set[str]:
        """Everything that is said to be wrong with the session."""
        said = {fault.sentence for fault in self.faults} | {f"{name}: {one}" for name, one in self.errors.items()}
        if self.check is not None:
            said |= {f"{result.name.value}: {result.sentence} {result.found}" for result in self.check.failed}
            said |= {finding.sentence for finding in self.check.findings}
        if self.facts is not None:
            said |= {sentence for _code, sentence in self.facts.faults}
        return said


@dataclass
class ShownStore:
    """All answers about one store.

    Attributes:
        rows: of the list, by session id.
        findings: of the store as a whole.
        failure: the typed error by which the whole store was refused, or a part of it that all sessions need.
    """

    facts: StoreFacts
    backend: Backend | None = None
    rows: dict[str, SessionSummary] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    failure: BurrowError | None = None

    @property
    def words(self) -> set[str]:
        """Codes of everything that is said to be wrong with the store as a whole."""
        said = {fault.code for fault in self.facts.faults} | {finding.code for finding in self.findings}
        return said if self.failure is None else said | {self.failure.code}


class Slow(Exception):
    """A question took so long that a person would call it hanging."""


def open_store(library: Library, path: Path) -> ShownStore:
    """Open a store and ask for its list."""
    token = CancelToken()
    (first, *_more) = _timed("open", lambda: library.open(path, token))
    shown = ShownStore(replace(first, is_running=False))
    if not first.is_open:
        return shown
    backend = library.backend(first.key)
    shown.backend = backend
    try:
        for key in SortKey:
            handles = backend.ids(SortOrder(key), token).handles
        for row in backend.summaries(handles, token):
            # Twice the same id is twice in the list: the second one is judged as one more session.
            name = row.key.session_id
            while name in shown.rows:
                name += "′"
            shown.rows[name] = replace(row, is_running=False)
    except (Cancelled, WouldBlock):
        raise
    except BurrowError as error:
        shown.failure = error
    return shown


def look_at_store(shown: ShownStore) -> None:
    """Ask what else there is to know of a store as a whole, above all what is wrong with it."""
    backend, token = shown.backend, CancelToken()
    if backend is None or shown.failure is not None:
        return
    try:
        _census(backend, token)
        backend.running_ids(token)
        shown.findings = _timed("findings", lambda: backend.store_findings(token))
        backend.store_sizes(token)
    except (Cancelled, WouldBlock):
        raise
    except BurrowError as error:
        shown.failure = error


def _census(backend: Backend, token: CancelToken) -> None:
    """Go through all pages of the census, as the catalogue does."""
    after: int | None = None
    while page := backend.census(after, 50, token):
        after = page[-1].handle


def look_at_session(store: ShownStore, session_id: str, changed: Sequence[int] = ()) -> ShownSession:
    """Ask everything there is to ask about one session.

    Args:
        changed: messages whose stored bytes are asked for, beside some others.

    Raises:
        Slow: a question took more than a second of work.
    """
    assert store.backend is not None
    asking = _Asking(store.backend, store.rows.get(session_id), session_id, changed)
    return _timed(session_id, asking.all, MAX_SESSION_CPU_S)


class _Asking:
    """One round of questions about one session."""

    def __init__(self, backend: Backend, row: SessionSummary | None, session_id: str, changed: Sequence[int]) -> None:
        self._changed = [number for number in changed if number >= 0]
        self._backend = backend
        self._id = session_id
        self._token = CancelToken()
        self._shown = ShownSession(session_id, row)

    def all(self) -> ShownSession:
        """Ask."""
        shown, backend, token, session_id = self._shown, self._backend, self._token, self._id
        shown.detail = self._ask("detail", lambda: backend.detail(session_id, token))
        if shown.detail is not None:
            shown.detail = replace(shown.detail, summary=replace(shown.detail.summary, is_running=False))
        self._ask("ids", lambda: backend.matching_ids(session_id[:13], token))
        if shown.row is not None:
            handle = shown.row.handle
            (shown.facts,) = self._ask("facts", lambda: backend.catalogue_facts([handle], token)) or (None,)
        self._ask("beginning", lambda: backend.beginning(session_id, 10, token))
        shown.outline = self._ask("outline", lambda: backend.outline(session_id, token))
        if shown.outline is not None:
            self._transcript(shown.outline)
        self._revisions()
        (shown.check,) = self._ask("checks", lambda: backend.checks([session_id], token)) or (None,)
        shown.sizes = self._ask("sizes", lambda: backend.sizes(session_id, token))
        return shown

    def _ask(self, name: str, question: Callable[[], T]) -> T | None:
        try:
            return _timed(f"{name} of {self._id}", question)
        except (Cancelled, WouldBlock):
            raise
        except BurrowError as error:
            self._shown.errors[name] = error
            return None

    def _transcript(self, outline: Outline) -> None:
        shown, backend, token, session_id = self._shown, self._backend, self._token, self._id
        count = outline.count
        begins = [(0, count)] if count <= MAX_MESSAGES else [(0, MAX_MESSAGES), (count - MAX_LAST, count)]
        for begin, end in begins:
            page = self._ask("messages", lambda: backend.messages(session_id, begin, end, token))  # noqa: B023
            shown.messages += page or ()
        numbers = [message.index for message in shown.messages]
        step = max(1, -(-len(numbers) // MAX_RAW))
        for number in sorted({*numbers[::step], *(number for number in self._changed if number < count)}):
            raw = self._ask("raw", lambda: backend.raw(session_id, number, token))  # noqa: B023
            if raw is not None:
                shown.raws[number] = raw
        self._ask("picked", lambda: backend.messages_at(session_id, numbers[-3:], token))
        self._ask("candidates", lambda: backend.candidates(session_id, ["the"], 0, count, token))
        self._ask("texts", lambda: backend.plain_texts(session_id, numbers[:50], token))
        self._ask("follow", lambda: backend.follow(session_id, outline, token))
        self._parts()

    def _parts(self) -> None:
        """What is fetched when a person asks for more: whole texts and images."""
        backend, token, session_id = self._backend, self._token, self._id
        for message in self._shown.messages:
            refs = [message.whole, *(getattr(block, "whole", None) for block in message.blocks)]
            for ref in refs:
                if ref is not None:
                    self._keep("whole", lambda: backend.whole(session_id, ref, token))  # noqa: B023
            for block in message.blocks:
                inner = block.blocks if isinstance(block, ToolResultBlock) else (block,)
                for image in inner:
                    if isinstance(image, ImageBlock):
                        self._keep("image", lambda: backend.image(session_id, image.ref, token))  # noqa: B023

    def _keep(self, name: str, question: Callable[[], object]) -> None:
        self._shown.parts.append(self._ask(name, question))

    def _revisions(self) -> None:
        shown, backend, token, session_id = self._shown, self._backend, self._token, self._id
        shown.revisions = self._ask("revisions", lambda: backend.revisions(session_id, token)) or ()
        for revision in shown.revisions[-MAX_REVISIONS:]:
            name = revision.revision
            if not revision.is_stored:
                continue
            count = min(revision.message_count or 0, MAX_LAST)
            body = self._ask(
                "revision",
                lambda: backend.revision_messages(session_id, name, 0, count, token),  # noqa: B023
            )
            if body is not None:
                shown.bodies[name] = body


def _timed(name: str, question: Callable[[], T], max_cpu_s: float = MAX_CPU_S) -> T:
    wall_s, cpu_s = time.perf_counter(), time.thread_time()
    answer = question()
    wall_s, cpu_s = time.perf_counter() - wall_s, time.thread_time() - cpu_s
    if cpu_s > max_cpu_s or wall_s > MAX_WALL_S:
        raise Slow(f"{name} took {cpu_s:.1f} s of work in {wall_s:.1f} s")
    return answer
