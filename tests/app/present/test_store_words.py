"""What is odd about an open store is said before any of its sessions is read (3.1)."""

from __future__ import annotations

from dataclasses import replace

from app.present.store_words import store_notice
from store.values.fault import Fault
from store.values.store import Access, StoreFacts, StoreKey, StoreKind

SOUND = StoreFacts(
    StoreKey("/a/sessions.sqlite3"),
    "orchard",
    "sessions.sqlite3",
    StoreKind.MEERKAT,
    "S-0.6",
    Access.UNCHANGED_FILE,
    "",
    is_writable=True,
)


def test_3_1_of_a_store_that_is_as_it_should_be_nothing_is_said() -> None:
    assert store_notice(SOUND) == ""


def test_3_1_of_a_newer_store_its_own_sentence_says_that_it_is_never_written() -> None:
    fault = Fault("newer-schema", "The store has schema 9; what is understood is shown, and it is never written.")
    assert store_notice(replace(SOUND, faults=(fault,), is_writable=False)) == fault.sentence


def test_3_1_of_a_half_migrated_store_it_is_said_that_it_is_read_only() -> None:
    fault = Fault("half-bridged", "A migration stopped half-way.")
    notice = store_notice(replace(SOUND, faults=(fault, fault), is_writable=False))
    assert notice == "A migration stopped half-way. The store is read only."


def test_3_1_what_cannot_be_read_any_more_is_said_elsewhere() -> None:
    fault = Fault("vanished", "Its file is gone.")
    assert store_notice(replace(SOUND, faults=(fault,), advice="Plug it in again.")) == ""
    assert store_notice(replace(SOUND, faults=(fault,), generation=None)) == ""
