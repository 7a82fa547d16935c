"""Which actions on the chosen sessions are possible, and why not, as far as that can be told before a plan. Pure text.

The plan is what decides; this is what a menu says before it. Where it is not known for all that were chosen, an action
is offered: its plan says of each session what is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.commands import ActionId
from app.present.one_line import one_line
from app.present.refusal_words import HIDEABLE
from store.values.changes import Refusal, RefusalCode

NOT_ARCHIVED_VIEW = "Deleting is offered in the view Archived only, which lists what can be deleted"
OF_ONE_STORE = "A working store is copied from one store: choose sessions of one store at a time"
WITHOUT_ARCHIVED = "Only archived sessions can be restored"
WITHOUT_HIDDEN = "Only sessions that were hidden here can be shown again"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the chosen sessions stand, from looking at them.

    Attributes:
        count: how many are chosen.
        is_all_looked_at: the numbers below are of all of them, not only of the first.
        active, archived, hidden: of those looked at; a hidden one is one of the others as well.
        is_archived_view: the list shows the view Archived.
        can_write: one of their stores at least may be written.
        only_writable: all of them may.
        store_reason: why a store may not be written; "" where all may.
        refusal: why nothing could be written to any of them now; None where something could, or that is not known.
        label_refusal: the same of labels, which may be our own.
        store_count: in how many stores they lie.
    """

    count: int = 0
    is_all_looked_at: bool = True
    active: int = 0
    archived: int = 0
    hidden: int = 0
    is_archived_view: bool = False
    can_write: bool = True
    only_writable: bool = True
    store_reason: str = ""
    refusal: Refusal | None = None
    label_refusal: Refusal | None = None
    store_count: int = 1


def reasons(standing: Standing) -> Mapping[ActionId, str]:
    """Why actions are not possible now, one or two sentences each; those that are possible are left out."""
    found = {
        ActionId.ARCHIVE: _archive(standing),
        ActionId.RESTORE: _restore(standing),
        ActionId.DELETE: _delete(standing),
        ActionId.HIDE: _hide(standing),
        ActionId.UNHIDE: "" if standing.hidden or not standing.is_all_looked_at else WITHOUT_HIDDEN,
        ActionId.LABELS: _words(standing.label_refusal),
        ActionId.COPY_TO_WORKING_STORE: "" if standing.store_count < 2 else OF_ONE_STORE,
    }
    return {name: reason for name, reason in found.items() if reason}


def _words(refusal: Refusal | None) -> str:
    if refusal is None or refusal.code in (RefusalCode.ALREADY_SO, RefusalCode.NOT_ARCHIVED):
        return ""
    return one_line(f"{refusal.sentence} {refusal.advice}".strip())


def _not_written(standing: Standing) -> str:
    return "" if standing.can_write else one_line(standing.store_reason)


def _archive(standing: Standing) -> str:
    if not standing.can_write:
        return f"{one_line(standing.store_reason)} Hide here does it in Burrow only."
    if standing.is_all_looked_at and standing.archived and not standing.active:
        return "It is archived already" if standing.count == 1 else "All of them are archived already"
    return _words(standing.refusal)


def _restore(standing: Standing) -> str:
    if standing.is_all_looked_at and not standing.archived:
        return WITHOUT_ARCHIVED
    return _not_written(standing) or _words(standing.refusal)


def _delete(standing: Standing) -> str:
    if not standing.is_archived_view:
        return NOT_ARCHIVED_VIEW
    if standing.is_all_looked_at and not standing.archived:
        return "Only archived sessions can be deleted"
    return _not_written(standing) or _words(standing.refusal)


def _hide(standing: Standing) -> str:
    if standing.only_writable and (standing.refusal is None or standing.refusal.code not in HIDEABLE):
        return "The store can be written: archive does it there, for every program"
    if standing.is_all_looked_at and standing.hidden == standing.count:
        return "It is hidden already" if standing.count == 1 else "All of them are hidden already"
    return ""
