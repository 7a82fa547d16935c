"""`burrow show`: one session, as readable text or as JSON, message after message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from store.backend import Backend
from store.cancel import CancelToken
from store.cli import transcript_text
from store.cli.arguments import ShowArguments
from store.cli.exit_code import ExitCode
from store.cli.json_shapes import Shape, Whole, encoded, fault_shape, message_shape, metadata_shape, session_shape
from store.cli.noting import Notes
from store.cli.opened import complain_of, open_paths, the_open
from store.cli.revision_choice import CURRENT, choose_revision, revision_line, revision_shape
from store.cli.running import Output
from store.cli.session_choice import the_session
from store.cli.terminal import Surface
from store.cli.visible import visible_line
from store.errors import OpenError, SessionError, SessionMissing
from store.library import Library
from store.values.fault import Fault
from store.values.message import Message, Outline, WholeRef
from store.values.notes import NOTHING_NOTED, Noted, with_notes
from store.values.revisions import Revision
from store.values.session import SessionDetail
from store.values.store import SessionKey, StoreKind

PAGE_MESSAGES = 100
"""Messages decoded at once."""

WriteMessage = Callable[[Message, Whole, bytes | None], str]
"""Puts a message into words or JSON; is given what fetches uncut texts, and the stored bytes where they are wanted."""


def show_session(
    arguments: ShowArguments, library: Library, surface: Surface, token: CancelToken, output: Output, notes: Notes
) -> int:
    """Write one session, with what is noted of it.

    Returns:
        0; 1 when it or one of its messages has a fault; 2 when the path cannot be opened.

    Raises:
        SessionMissing, AmbiguousSession: the beginning fits none, or several.
        RevisionMissing: so it is with the revision, or its messages are not stored any more.
    """
    stores = open_paths(library, (arguments.path,), token)
    complain_of(stores, output)
    opened = the_open(library, stores)
    if not opened:
        return ExitCode.UNUSABLE
    store, session_id = the_session(opened, arguments.session, token)
    noted = notes.get(SessionKey(store.facts.key, session_id), NOTHING_NOTED)
    reading = _Reading(store.backend, session_id, arguments.is_raw, arguments.revision, token, noted)
    if arguments.is_json:
        _write_json(reading, store.facts.kind, output)
    else:
        _write_text(reading, surface, output)
    for fault in reading.late_faults:
        output.complain(f"burrow: {visible_line(fault.sentence)}")
    has_faults = reading.has_faulty_message or reading.late_faults or reading.detail.summary.faults
    return ExitCode.FAULTS if has_faults or any(facts.faults for facts in stores) else ExitCode.WELL


class _Reading:
    """One session being read from beginning to end.

    Attributes:
        detail: what stands over the transcript, with the faults of the transcript as a whole, and what is noted.
        noted: what is noted of the session.
        revisions: oldest first, the current one last; empty where they cannot be told.
        shown: the older one that is read instead of the current one; None for the current one.
        late_faults: what ended the reading early; empty when it was read whole.
        has_faulty_message: whether a message or block that was read has a fault.
    """

    def __init__(
        self,
        backend: Backend,
        session_id: str,
        is_raw: bool,
        revision: str | None,
        token: CancelToken,
        noted: Noted = NOTHING_NOTED,
    ) -> None:
        self.noted = noted
        self._backend, self._session_id, self._is_raw, self._token = backend, session_id, is_raw, token
        self.late_faults: list[Fault] = []
        self.has_faulty_message = False
        self._outline: Outline | None = None
        detail = backend.detail(session_id, token)
        faults = detail.summary.faults
        try:
            self._outline = backend.outline(session_id, token)
            faults += tuple(fault for fault in self._outline.faults if fault not in faults)
        except SessionMissing:
            raise
        except SessionError as error:
            fault = Fault(error.code, error.sentence)
            faults += () if fault in faults else (fault,)
        self.detail: SessionDetail = replace(detail, summary=with_notes(replace(detail.summary, faults=faults), noted))
        self.revisions: tuple[Revision, ...] = ()
        self.shown: Revision | None = None
        self._find_revision(revision)

    def _find_revision(self, wanted: str | None) -> None:
        """Find out which revision is read. Raises RevisionMissing."""
        try:
            self.revisions = self._backend.revisions(self._session_id, self._token)
        except SessionMissing:
            raise
        except SessionError:
            # Why it cannot be read stands among the faults already; to ask for an older one is another matter.
            if wanted is not None and wanted not in CURRENT:
                raise
        if wanted is not None and self.revisions:
            chosen = choose_revision(self.revisions, wanted)
            self.shown = None if chosen.is_head else chosen

    @property
    def count(self) -> int:
        """Messages that are read."""
        if self.shown is not None:
            return self.shown.message_count or 0
        return self._outline.count if self._outline is not None else 0

    def messages(self, write: WriteMessage) -> Iterator[str]:
        """Messages in their order, as `write` puts them; the reading ends early, and says so, where it must."""
        count = self.count
        begin = 0
        try:
            while begin < count:
                self._token.report(begin, count, "Reading the transcript", "messages")
                end = min(begin + PAGE_MESSAGES, count)
                for message in self._page(begin, end):
                    self._note_faults(message)
                    yield write(message, self.whole, self._raw_of(message))
                    begin = message.index + 1
        except (SessionError, OpenError) as error:
            self.late_faults.append(Fault(error.code, f"{error.sentence} The messages from {begin} on are missing."))

    def _page(self, begin: int, end: int) -> tuple[Message, ...]:
        name = self.shown.revision if self.shown is not None else None
        if name is None:
            return self._backend.messages(self._session_id, begin, end, self._token)
        return self._backend.revision_messages(self._session_id, name, begin, end, self._token)

    def whole(self, ref: WholeRef) -> str:
        """The uncut text of what was cut."""
        name = self.shown.revision if self.shown is not None else None
        if name is None:
            return self._backend.whole(self._session_id, ref, self._token)
        return self._backend.revision_whole(self._session_id, name, ref, self._token)

    def _raw_of(self, message: Message) -> bytes | None:
        if not self._is_raw:
            return None
        name = self.shown.revision if self.shown is not None else None
        if name is None:
            return self._backend.raw(self._session_id, message.index, self._token)
        return self._backend.revision_raw(self._session_id, name, message.index, self._token)

    def _note_faults(self, message: Message) -> None:
        if message.faults or any(getattr(block, "fault", None) is not None for block in message.blocks):
            self.has_faulty_message = True


def _write_text(reading: _Reading, surface: Surface, output: Output) -> None:
    output.say(transcript_text.head_text(reading.detail, surface, reading.noted.note or ""))
    if reading.revisions:
        shown = reading.shown or reading.revisions[-1]
        output.say(revision_line(reading.revisions, shown, surface))
    for text in reading.messages(partial(transcript_text.message_text, surface)):
        output.say(text)


def _write_json(reading: _Reading, kind: StoreKind, output: Output) -> None:
    """Write the document message by message; what ended it early stands at its end."""
    session = encoded(_shown_session(reading, kind))
    shown = encoded(revision_shape(reading.shown)) if reading.shown is not None else "null"
    output.say(f'{{"session": {session},\n"revision": {shown},\n"messages": [')
    lead = "\n"
    for text in reading.messages(lambda message, whole, raw: encoded(message_shape(message, whole, raw))):
        output.say(lead + text)
        lead = ",\n"
    faults = ", ".join(encoded(fault_shape(fault)) for fault in reading.late_faults)
    output.say(f'],\n"faults": [{faults}]}}\n')


def _shown_session(reading: _Reading, kind: StoreKind) -> Shape:
    """The session; what is said of revisions is of the current one, whichever is shown."""
    revisions = reading.revisions
    current = revisions[-1] if revisions else None
    return {
        **session_shape(reading.detail.summary, kind),
        "revision": current.revision if current is not None else None,
        "revision_count": len(revisions) or None,
        "digest_format": current.digest_format if current is not None else None,
        "revisions": [revision_shape(revision) for revision in revisions],
        "metadata": metadata_shape(reading.detail.metadata),
        "note": reading.noted.note,
    }
