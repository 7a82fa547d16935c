"""What must hold of every mutant, and the sentences about what does not.

1. A session whose stored bytes are as they were is shown as it was: its row, its messages and its checks.
2. What is shown of a session whose bytes changed is what they say now, or something is said about the damage; a change
   that a digest, a second copy or a receipt could prove is never without a word.
3. A session that has a row is in the list, or the store says that it is damaged; nothing is shown of another session.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import orjson

from store.values.checks import CheckName, Outcome, SessionCheck
from store.values.message import Message
from store.values.session import SessionSummary
from tests.mutants.base import Form
from tests.mutants.look import ShownSession, ShownStore
from tests.mutants.mutant import Mutant
from tests.mutants.plain import PlainStore, Rows, holds, stored_messages

MAX_TOUCHED = 3
MAX_UNTOUCHED = 2

PROOFS = {CheckName.REVISION_DIGEST, CheckName.COPIES, CheckName.ROW_LINEAGE}
"""Checks that prove every message: when one of them passed before, no other transcript can be shown in silence."""

HEAD_PROOFS = {CheckName.HEAD_TOKEN, CheckName.METADATA_CELLS}
"""Checks that prove what stands around the messages of a session that has a head."""


class Comparison:
    """One mutant beside the sample it was made of: what stands in both, and what is shown of both.

    Attributes:
        touched: sessions of which anything that is stored differs, those that came or went among them.
        untouched: all others.
        is_certain: the whole mutant could be read by other means, so that it is known what is untouched.
    """

    def __init__(
        self, mutant: Mutant, before: PlainStore, after: PlainStore, shown_before: ShownStore, shown: ShownStore
    ) -> None:
        self.mutant, self.before, self.after = mutant, before, after
        self.shown_before, self.shown = shown_before, shown
        self.is_certain = not after.broken and after.is_whole
        self.has_other_schema = before.schema != after.schema
        names = before.sessions.keys() | after.sessions.keys()
        self.touched = sorted(name for name in names if self._is_touched(name))
        self.untouched = sorted(names - set(self.touched))

    def _is_touched(self, name: str) -> bool:
        if self.before.sessions.get(name) != self.after.sessions.get(name):
            return True
        rows = self.before.sessions.get(name, {})
        return any(_concerns(path, name, rows) for path in self.mutant.changed)

    def chosen(self) -> list[str]:
        """The sessions that are looked at closely: what was touched first, then some of the others."""
        chance = Random(self.mutant.seed)
        listed = [name for name in self.touched if name in self.shown.rows]
        touched = chance.sample(listed, min(MAX_TOUCHED, len(listed)))
        others = [name for name in self.untouched if name in self.shown.rows]
        return touched + chance.sample(others, min(MAX_UNTOUCHED, len(others)))

    def changed(self, name: str) -> list[int]:
        """Numbers of the first messages of a session that are stored otherwise than before."""
        before, after = stored_messages(self.before, name) or [], stored_messages(self.after, name) or []
        return [number for number, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]][:5]

    # --------------------------------------------------------------------------------------------------- the list

    def about_list(self) -> Iterator[str]:
        """What is wrong with the list."""
        has_word = bool(self.shown.words - self.shown_before.words)
        if not self.shown.facts.is_open or self.shown.failure is not None:
            if not has_word:
                yield "the store cannot be read, and nothing is said"
            elif self.is_certain and not self.has_other_schema and not self._may_be_refused():
                yield f"a store that can be read was refused: {sorted(self.shown.words)}"
            return
        if self.mutant.sample.form is Form.DOCUMENT:
            return  # its own id is all that says which session it is, and that was mutated too
        for name in sorted(self.shown_before.rows.keys() | self.after.listed):
            if name in self.shown.rows or has_word:
                continue
            if name in self.shown_before.rows and (name not in self.after.sessions or self._is_older):
                continue  # nothing of it is left that could speak of it
            yield f"session {name} vanished without a word"
        for name in sorted(self.shown.rows.keys() - self.shown_before.rows.keys() - self.after.sessions.keys()):
            if not self.shown.rows[name].faults and not has_word:
                yield f"session {name} appeared without a word"
        for name in self.untouched:
            if (row := self.shown.rows.get(name)) is None or name not in self.shown_before.rows:
                continue
            was = self.shown_before.rows[name]
            if _row_alike(row) != _row_alike(was) and not self._is_excused(has_word or row.faults != was.faults):
                yield f"the row of {name}, which was not touched, differs: {_difference(was, row)}"

    @property
    def _is_older(self) -> bool:
        """Without its log, or with the beginning of it, a database is a sound older state of itself."""
        return self.mutant.kind.startswith("log")

    def _may_be_refused(self) -> bool:
        """Whether the file as a whole is such that it cannot be read: a journal, a log, a page, impossible row ids."""
        kinds = ("page", "log", "file", "row: other row number")
        return self.mutant.sample.form is Form.DOCUMENT or self.mutant.kind.startswith(kinds)

    def _is_excused(self, has_word: bool) -> bool:
        """Where pages are damaged so that nobody can tell what they held, it is enough that this is said."""
        return has_word and not self.is_certain

    # --------------------------------------------------------------------------------------------- single sessions

    def about_session(self, was: ShownSession | None, now: ShownSession) -> Iterator[str]:
        """What is wrong with one session."""
        has_word = bool(self.shown.words - self.shown_before.words)
        name = now.session_id
        if was is not None and name in self.untouched and not self.has_other_schema:
            if not self._is_excused(has_word or now.words > was.words):
                yield from (f"{name}, which was not touched: {sentence}" for sentence in _differences(was, now))
            return
        yield from self._about_oracle(now)
        said = now.words - (was.words if was is not None else set())
        if said or has_word:
            return
        if was is None:
            is_known = name.lower() in self.before.sessions  # an id in capitals is the same id
            if self.mutant.sample.form is not Form.DOCUMENT and now.messages and not is_known:
                yield f"{name} came from nowhere, without a word"
            return
        if not self._is_older:
            yield from self._about_silence(was, now)

    def _about_oracle(self, now: ShownSession) -> Iterator[str]:
        """Whether what is shown stands in what is stored of this very session."""
        if self.after.broken or self.mutant.sample.form is Form.DOCUMENT:
            return
        if not self.is_certain and (now.words or self.shown.words - self.shown_before.words):
            return
        rows = self.after.sessions.get(now.session_id, {})
        for number, raw in now.raws.items():
            if not holds(rows, raw):
                yield f"message {number} of {now.session_id} shows what is not stored of it"
                return
        stored = stored_messages(self.after, now.session_id)
        if stored is None or now.outline is None or now.words:
            return
        if now.outline.count != len(stored):
            yield f"{now.session_id} shows {now.outline.count} messages, stored are {len(stored)}"
        wrong = [number for number, raw in now.raws.items() if number < len(stored) and not _is(raw, stored[number])]
        if wrong:
            yield f"{now.session_id} shows other messages than are stored: {wrong[:5]}"

    def _about_silence(self, was: ShownSession, now: ShownSession) -> Iterator[str]:
        """A session that says nothing of damage must not differ where a proof said how it was."""
        proofs = _passed(was.check) & PROOFS
        is_other = (_unmeasured(was), was.parts) != (_unmeasured(now), now.parts)
        if is_other and proofs:
            yield f"{now.session_id} shows another transcript, without a word; {_names(proofs)} proved the old one"
        counts = (was.outline.count if was.outline else None, now.outline.count if now.outline else None)
        if counts[0] != counts[1] and self.mutant.sample.form is Form.DATABASE:
            yield f"{now.session_id} shows {counts[1]} messages in the place of {counts[0]} without a word"
        proofs = _passed(was.check) & HEAD_PROOFS
        if proofs and _around(was) != _around(now):
            yield f"{now.session_id} shows other metadata or usage, without a word; {_names(proofs)} proved the old one"
        lost = _passed(was.check) - _passed(now.check)
        # Rows of the runtime that a store need not have: without them there is less to prove.
        may_go = {CheckName.BOUNDARY_RECEIPTS, CheckName.BLOBS, CheckName.COPIES, CheckName.AUTHORITY}
        if lost - may_go and self.mutant.sample.form is Form.DATABASE:
            yield f"{now.session_id}: {_names(lost)} cannot be proved any more, without a word"


def _concerns(path: str, name: str, rows: Rows) -> bool:
    """Whether a file belongs to a session: by its name, or because the session refers to it."""
    if name and name in path:
        return True
    if path.startswith("blobs/"):
        return holds(rows, path.split("/")[-1].removesuffix(".json").encode())
    return path.endswith((".seq", ".toml", "realm_manifest.json")) and name == ""


def _row_alike(row: SessionSummary) -> SessionSummary:
    """A row without its handle, which a table that was written anew gives another number."""
    return replace(row, handle=0)


def _around(shown: ShownSession) -> tuple[object, ...] | None:
    detail = shown.detail
    return None if detail is None else (detail.metadata, detail.usage, detail.document_version)


def _unmeasured(shown: ShownSession) -> list[Message]:
    """The messages without their sizes: a key that no release knows is no part of what a digest proves."""
    return [replace(message, size_bytes=0) for message in shown.messages]


def _transcript(shown: ShownSession) -> tuple[object, ...]:
    return (shown.messages, shown.raws, shown.parts)


def _differences(was: ShownSession, now: ShownSession) -> Iterator[str]:
    if {name: error.code for name, error in was.errors.items()} != {n: e.code for n, e in now.errors.items()}:
        yield f"errors {_codes(was)} became {_codes(now)}"
    if _transcript(was) != _transcript(now):
        yield "its messages differ"
    if was.outline is not None and now.outline is not None and was.outline.faults != now.outline.faults:
        yield f"faults {was.outline.faults} became {now.outline.faults}"
    if was.check != now.check:
        yield f"its checks differ: {_check_difference(was.check, now.check)}"
    if was.revisions != now.revisions or was.bodies != now.bodies:
        yield "its revisions differ"


def _check_difference(was: SessionCheck | None, now: SessionCheck | None) -> str:
    if was is None or now is None:
        return f"{was} became {now}"
    results = [f"{old} became {new}" for old, new in zip(was.results, now.results, strict=False) if old != new]
    findings = [str(finding) for finding in set(was.findings) ^ set(now.findings)]
    return "; ".join(results + findings)[:600] or "in what can be written"


def _difference(was: SessionSummary, now: SessionSummary) -> str:
    names = [name for name in was.__slots__ if getattr(was, name) != getattr(now, name) and name != "handle"]
    return ", ".join(f"{name} {getattr(was, name)!r} → {getattr(now, name)!r}" for name in names)[:400]


def _codes(shown: ShownSession) -> dict[str, str]:
    return {name: error.code for name, error in shown.errors.items()}


def _passed(check: SessionCheck | None) -> set[CheckName]:
    results = check.results if check is not None else ()
    return {result.name for result in results if result.outcome is Outcome.PASSED}


def _names(checks: set[CheckName]) -> str:
    return ", ".join(sorted(check.value for check in checks))


def _is(raw: bytes, value: object) -> bool:
    try:
        return bool(orjson.loads(raw) == value)
    except ValueError:
        return False
