"""The library's tree: kind → store, with one mark, a count, and words for screen readers."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from app.models.library_model import Badge, LibraryModel, badge_of
from app.models.roles import ACCESSIBLE_TEXT, ROW, TOOL_TIP
from store.values.fault import Fault
from store.values.store import Access, StoreFacts, StoreKey, StoreKind

ORCHARD = StoreFacts(
    key=StoreKey("/realms/orchard/sessions.sqlite3"),
    name="orchard",
    file_name="sessions.sqlite3",
    kind=StoreKind.MEERKAT,
    generation="S-0.6",
    access=Access.UNCHANGED_FILE,
    why="The file is closed and is read as it is.",
    is_writable=True,
    session_count=284,
)
NIGHTLY = dataclasses.replace(
    ORCHARD, key=StoreKey("/realms/ci/sessions.sqlite3"), name="ci-nightly", access=Access.SNAPSHOT, session_count=1912
)
BROKEN = dataclasses.replace(
    ORCHARD,
    key=StoreKey("/tmp/<b>text</b>\n.txt"),
    name="<b>text</b>\n.txt",
    kind=StoreKind.UNKNOWN,
    generation=None,
    access=None,
    session_count=None,
    faults=(Fault("not-a-store", "This is a text file."),),
)


@pytest.fixture
def model(qapp):
    made = LibraryModel()
    made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Warning)
    return made


def tree(model: LibraryModel, parent: QModelIndex | None = None, depth: int = 0) -> str:
    """The tree as text."""
    parent = parent or QModelIndex()
    lines = ""
    for number in range(model.rowCount(parent)):
        index = model.index(number, 0, parent)
        row = index.data(ROW)
        mark = f" [{row.badge.value}]" if row.badge else ""
        lines += f"{'  ' * depth}{row.name}{mark} {row.count_text}".rstrip() + "\n" + tree(model, index, depth + 1)
    return lines


def test_stores_stand_below_their_kind_with_counts_and_one_mark_each(model) -> None:
    model.put((ORCHARD, BROKEN))
    model.put((NIGHTLY,))
    assert tree(model) == (
        "Meerkat 2,196\n"
        "  orchard 284\n"
        "  ci-nightly [Snapshot] 1,912\n"
        "Not readable\n"
        "  <b>text</b> .txt [Cannot be opened]\n"
    )


def test_a_store_that_is_read_again_keeps_its_row(model, qtbot) -> None:
    model.put((ORCHARD, NIGHTLY))
    index = model.index_of(ORCHARD.key)
    with qtbot.assertNotEmitted(model.modelReset):
        model.put((dataclasses.replace(ORCHARD, session_count=285, is_running=True),))
    assert index.data(ROW).count_text == "285"
    assert index.parent().data(ROW).count_text == "2,197"
    assert index.data(ROW).badge is Badge.RUNNING


def test_a_store_can_be_taken_out(model) -> None:
    model.put((ORCHARD, BROKEN))
    model.remove((BROKEN.key, StoreKey("/unknown")))
    assert tree(model) == "Meerkat 284\n  orchard 284\n"
    assert not model.index_of(BROKEN.key).isValid()


@pytest.mark.parametrize(
    ("changes", "badge"),
    [
        ({}, None),
        ({"is_writable": False}, Badge.READ_ONLY),
        ({"access": Access.SNAPSHOT, "is_writable": False}, Badge.SNAPSHOT),
        ({"is_running": True, "access": Access.SNAPSHOT}, Badge.RUNNING),
        ({"is_running": True, "faults": (Fault("x", "Y."),)}, Badge.DAMAGED),
        ({"generation": None, "access": None}, Badge.FAILED),
    ],
)
def test_the_mark_says_what_matters_most(changes, badge) -> None:
    assert badge_of(dataclasses.replace(ORCHARD, **changes)) is badge


def test_the_word_of_the_mark_is_in_the_tool_tip_and_said_to_screen_readers(model) -> None:
    model.put((NIGHTLY,))
    index = model.index_of(NIGHTLY.key)
    assert "Snapshot" in index.data(TOOL_TIP)
    assert index.data(ACCESSIBLE_TEXT) == "ci-nightly, Snapshot, 1,912 sessions"


def test_a_name_is_never_taken_for_markup(model) -> None:
    model.put((BROKEN,))
    row = model.index_of(BROKEN.key).data(ROW)
    assert "&lt;b&gt;" in row.tool_tip
    assert "<b>" not in row.tool_tip
    assert "\n" not in row.name


def test_stores_of_one_name_are_told_apart_by_the_folder_in_which_they_differ(model) -> None:
    copies = [dataclasses.replace(ORCHARD, key=StoreKey(f"/{place}/orchard/sessions.sqlite3")) for place in "ab"]
    model.put((copies[0], NIGHTLY))
    assert "  orchard 284\n" in tree(model)
    model.put((copies[1],))
    assert tree(model) == "Meerkat 2,480\n  orchard – a 284\n  ci-nightly [Snapshot] 1,912\n  orchard – b 284\n"
