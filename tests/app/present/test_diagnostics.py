"""Diagnostics (2.11): versions and numbers for a report, and nothing that a session or its owner could be known by."""

from __future__ import annotations

from app.present.diagnostics import diagnostics_text, store_line, without_home
from store.values.fault import Fault
from store.values.store import Access, StoreFacts, StoreKey, StoreKind

FACTS = StoreFacts(
    key=StoreKey("/home/ada/secret-project/sessions.sqlite3"),
    name="secret-project",
    file_name="sessions.sqlite3",
    kind=StoreKind.MEERKAT,
    generation="S-0.6",
    access=Access.SNAPSHOT,
    why="A program has it open: secret-project",
    session_count=12,
    realm="secret-realm",
    faults=(Fault("torn-row", "secret sentence"), Fault("torn-row", "another"), Fault("no-digest", "x")),
)


def test_2_11_a_store_is_said_in_kind_generation_access_counts_and_codes() -> None:
    assert store_line(FACTS) == "meerkat, S-0.6, snapshot, 12 sessions; faults: no-digest, torn-row ×2"


def test_2_11_no_name_no_place_and_no_sentence_of_a_store_is_in_it() -> None:
    text = diagnostics_text([("Burrow", "1")], [("Theme", "dark")], [("Log", "/home/ada/log")], [FACTS], "/home/ada")
    assert "secret" not in text
    assert "ada" not in text
    assert "~/log" in text


def test_2_11_only_what_lies_in_the_home_folder_is_shortened() -> None:
    assert without_home("/home/ada/x", "/home/ada") == "~/x"
    assert without_home("/home/adam/x", "/home/ada") == "/home/adam/x"
    assert without_home("/x", "") == "/x"
