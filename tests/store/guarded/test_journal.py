"""The receipts as they are kept: names that are no text, contents that are kept once, what is forgotten."""

from __future__ import annotations

import pytest

from store import OwnPaths
from store.cancel import CancelToken
from store.changing import Image, RowImage
from store.guarded.journal import Decided, Journal, Opening, named, stored
from store.guarded.journal_tables import Stage
from store.guarded.receipt_id import new_receipt_id
from store.guarded.receipts import NOT_DECIDED, read_before, read_open
from store.values.changes import Action, EntryState, Receipt, Request, Scope, SessionPlan, UndoState
from store.values.store import StoreKey

TOKEN = CancelToken()
NO_TEXT = "ab\udcff"
DOCUMENT = b"d" * 5_000


@pytest.fixture
def journal(own_paths: OwnPaths) -> Journal:
    return Journal(own_paths)


def _begin(journal: Journal, *ids: str, undoes: str = "") -> int:
    sessions = tuple((one, f"title of {one}", None) for one in ids)
    path = StoreKey(f"/a/{NO_TEXT}/sessions.sqlite3")
    request = Request(Action.ARCHIVE)
    return journal.begin(Opening(new_receipt_id(1), 1, request, Scope.STORE, path, NO_TEXT, sessions, undoes))


def _image(session_id: str, document: bytes = DOCUMENT) -> Image:
    columns = (("id", session_id), ("document", document))
    return Image((RowImage("sessions", columns[:1], columns, None), RowImage("snapshots", columns[:1], columns, None)))


def _intend(journal: Journal, number: int, position: int, session_id: str, decided: tuple[Decided, ...] = ()) -> None:
    journal.intend(number, position, SessionPlan(session_id, ""), "", _image(session_id), decided)


def _receipts(journal: Journal) -> list[Receipt]:
    found = journal.read(lambda connection: read_before(connection, None, 10, TOKEN), TOKEN)
    return [one.receipt for one in found]


def _contents(journal: Journal) -> int:
    return int(journal.read(lambda one: one.execute("SELECT count(*) FROM contents").fetchone()[0], TOKEN))


def test_names_that_are_no_unicode_come_back_as_they_were(journal: Journal) -> None:
    number = _begin(journal, NO_TEXT)
    _intend(journal, number, 0, NO_TEXT)
    journal.close(number, [Decided(0, Stage.DONE)], False, 1)
    (receipt,) = _receipts(journal)
    assert receipt.store.path == f"/a/{NO_TEXT}/sessions.sqlite3"
    assert receipt.entries[0].session_id == NO_TEXT
    assert receipt.store_name == "ab?"
    assert named(stored("plain")) == "plain"


def test_l7_one_content_of_many_sessions_is_kept_once_and_goes_with_the_last_one(journal: Journal) -> None:
    number = _begin(journal, "a", "b")
    _intend(journal, number, 0, "a")
    _intend(journal, number, 1, "b")
    assert _contents(journal) == 1
    journal.decide(number, [Decided(0, Stage.NOT_DONE)])
    assert journal.image(number, 0, TOKEN) is None
    assert journal.image(number, 1, TOKEN) == _image("b")
    journal.close(number, [Decided(1, Stage.NOT_DONE)], False, 1)
    assert _contents(journal) == 0


def test_what_became_of_a_session_may_come_with_the_next_intent(journal: Journal) -> None:
    number = _begin(journal, "a", "b", "c")
    _intend(journal, number, 0, "a")
    _intend(journal, number, 1, "b", (Decided(0, Stage.DONE),))
    (receipt,) = _receipts(journal)
    assert [entry.state for entry in receipt.entries] == [EntryState.DONE, EntryState.UNKNOWN, EntryState.NOT_DONE]
    assert receipt.entries[1].refusal == NOT_DECIDED


def test_a_change_stays_open_until_everything_that_was_begun_is_decided(journal: Journal) -> None:
    number = _begin(journal, "a", "b")
    _intend(journal, number, 0, "a")
    journal.close(number, [], True, 1)
    assert [one.number for one in journal.read(lambda one: read_open(one, TOKEN), TOKEN)] == [number]
    journal.close(number, [Decided(0, Stage.UNKNOWN)], True, 1)
    assert not journal.is_open(number, TOKEN)
    (receipt,) = _receipts(journal)
    assert (receipt.undo, receipt.is_cancelled) == (UndoState.NOTHING, True)


def test_undo_and_undo_of_the_undo_turn_the_first_change_over_each_time(journal: Journal) -> None:
    undoes, numbers = "", []
    for _ in range(4):
        number = _begin(journal, "a", undoes=undoes)
        _intend(journal, number, 0, "a")
        journal.close(number, [Decided(0, Stage.DONE)], False, 1)
        numbers.append(number)
        undoes = _receipts(journal)[0].receipt_id
        states = [receipt.entries[0].state for receipt in reversed(_receipts(journal))]
        expected = [EntryState.DONE if (len(numbers) - at) % 2 else EntryState.UNDONE for at in range(len(numbers))]
        assert states == expected


def test_ids_of_receipts_are_of_version_7_and_sort_by_time() -> None:
    ids = [new_receipt_id(at_ms) for at_ms in (1, 1_700_000_000_000, 1_800_000_000_000)]
    assert ids == sorted(ids)
    assert {(one[14], one[19] in "89ab") for one in ids} == {("7", True)}
    assert ids[1].startswith("018bcfe5-6800-7")
