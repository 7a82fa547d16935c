"""Plans of changes that are kept in our own notes: hide, show again, own labels; and what refuses them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from store.backend import Backend
from store.blocking import may_wait
from store.cancel import CancelToken
from store.changing import Columns, Value, columns_bytes, image_digest
from store.errors import BurrowError, Cancelled, ChangeRefused, SessionError
from store.own import Annotations
from store.values.changes import Action, LabelEdit, Plan, Refusal, RefusalCode, Request, RowPlan, Scope, SessionPlan
from store.values.notes import NOTHING_NOTED, Noted
from store.values.store import SessionKey, StoreKey

NOTES_TABLE = "Burrow's notes"

ROWS_A_SESSION = 1_000
"""To find a session's title by itself takes as long as going over so many rows of the store."""

PAGE_ROWS = 5_000

OWN_ACTIONS = frozenset({Action.HIDE, Action.UNHIDE, Action.LABEL})

HIDDEN_EFFECT = "Burrow lists {0} under Archived, as hidden. The agent still lists {1}."
SHOWN_EFFECT = "Burrow lists {0} again where it did before."
LABELS_EFFECT = "Burrow shows these labels of {0}. The agent does not see them."


def plan_own(
    annotations: Annotations,
    backend: Backend,
    base: Plan | None,
    request: Request,
    store: StoreKey,
    session_ids: Sequence[str],
    now_ms: int,
    token: CancelToken,
) -> Plan:
    """The plan of a change that is kept in our notes.

    Args:
        base: the plan by which a store said that it does not take the change; its words stay. None where it was not
            asked.
    """
    may_wait("plan a change")
    facts = backend.facts(token)
    titles = titles_of(backend, session_ids, facts.session_count or 0, token)
    with in_words_of_a_refusal():
        noted = annotations.noted([SessionKey(store, one) for one in session_ids], token)
    notes = {key.session_id: one for key, one in noted.items()}
    sessions = tuple(
        planned(one, titles[one], notes, request) if one in titles else SessionPlan(one, one, refusal=_missing())
        for one in session_ids
    )
    return Plan(
        request=request,
        store=store,
        store_name=facts.name,
        scope=Scope.OWN,
        family=base.family if base is not None else "",
        family_reason=base.family_reason if base is not None else "The store itself is not written to.",
        planned_at_ms=now_ms,
        sessions=sessions,
        effects=(base.effects if base is not None else ()) or (_effect_of(request.action, sessions),),
        warnings=base.warnings if base is not None else (),
        image_bytes=sum(row.before_bytes or 0 for one in sessions for row in one.rows),
    )


def planned(session_id: str, title: str, notes: dict[str, Noted], request: Request) -> SessionPlan:
    """What a request would do to the note of one session, or why nothing."""
    noted = notes.get(session_id, NOTHING_NOTED)
    try:
        wanted = applied(noted, request)
    except ChangeRefused as error:
        return SessionPlan(session_id, title, refusal=error.refusal)
    if wanted == noted:
        return SessionPlan(session_id, title, refusal=_already_so(request.action))
    names = names_of(request.action)
    before, after = columns_of(noted, names), columns_of(wanted, names)
    row = RowPlan(NOTES_TABLE, session_id, columns_bytes(before), columns_bytes(after))
    return SessionPlan(session_id, title, (row,), state=image_digest(before))


def titles_of(backend: Backend, session_ids: Sequence[str], count: int, token: CancelToken) -> dict[str, str]:
    """Titles of sessions, as the list shows them; those that are not in the store are left out.

    Args:
        count: of all sessions in the store.
    """
    if count > len(session_ids) * ROWS_A_SESSION:
        found = {}
        for session_id in session_ids:
            token.check()
            try:
                found[session_id] = backend.detail(session_id, token).summary.title
            except SessionError:
                if session_id in backend.matching_ids(session_id, token):
                    found[session_id] = session_id
        return found
    wanted = set(session_ids)
    handles: list[int] = []
    after: int | None = None
    while wanted and (page := backend.census(after, PAGE_ROWS, token)):
        handles.extend(row.handle for row in page if row.session_id in wanted)
        wanted.difference_update(row.session_id for row in page)
        after = page[-1].handle
        token.check()
    return {row.key.session_id: row.title for row in backend.summaries(handles, token)}


def applied(noted: Noted, request: Request) -> Noted:
    """What a request makes of a note. Raises ChangeRefused: there is no note for it."""
    if request.action in (Action.HIDE, Action.UNHIDE):
        return replace(noted, is_hidden=request.action is Action.HIDE)
    if request.action is Action.LABEL and isinstance(request.edit, LabelEdit):
        return noted.edited(request.edit)
    raise ChangeRefused(
        Refusal(RefusalCode.READ_ONLY, "This is written into the store or not at all; there is no note for it.")
    )


def names_of(action: Action) -> tuple[str, ...]:
    """What of a note an action changes."""
    return ("labels_put", "labels_removed") if action is Action.LABEL else ("is_hidden",)


def columns_of(noted: Noted, names: tuple[str, ...]) -> Columns:
    """What a note holds under these names, as the row of an image."""
    values: dict[str, Value] = {
        "labels_put": json.dumps(noted.labels_put),
        "labels_removed": json.dumps(noted.labels_removed),
        "is_hidden": int(noted.is_hidden),
    }
    return tuple((name, values[name]) for name in names)


@contextmanager
def in_words_of_a_refusal() -> Iterator[None]:
    """Say as a refusal that our notes cannot be read or written."""
    try:
        yield
    except (ChangeRefused, Cancelled):
        raise
    except BurrowError as error:
        raise ChangeRefused(Refusal(RefusalCode.CANNOT_WRITE, error.sentence, error.advice)) from error


def _effect_of(action: Action, sessions: Sequence[SessionPlan]) -> str:
    is_one = sum(session.refusal is None for session in sessions) == 1
    sentence = {Action.HIDE: HIDDEN_EFFECT, Action.UNHIDE: SHOWN_EFFECT}.get(action, LABELS_EFFECT)
    return sentence.format(*(("the session", "it") if is_one else ("the sessions", "them")))


def _already_so(action: Action) -> Refusal:
    sentence = {
        Action.HIDE: "The session is hidden already.",
        Action.UNHIDE: "The session is not hidden.",
    }.get(action, "The session has these labels already.")
    return Refusal(RefusalCode.ALREADY_SO, sentence)


def _missing() -> Refusal:
    return Refusal(RefusalCode.MISSING, "The store does not hold this session.", "Reload the list.")
