"""The library's tree: kind → store, with one mark, a count, and words for screen readers."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QModelIndex, Qt
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
        "  ci-nightly [Snapshot] 1,912\n"
        "  orchard 284\n"
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
        ({"is_running": True, "faults": (Fault("newer-schema", "Y."),)}, Badge.NEWER),
        ({"is_writable": False, "faults": (Fault("half-bridged", "Y."),)}, Badge.HALF_MIGRATED),
        ({"faults": (Fault("newer-schema", "Y."), Fault("x", "Z."))}, Badge.DAMAGED),
        ({"is_answering": False, "faults": (Fault("not-answering", "Y."),)}, Badge.NOT_ANSWERING),
        ({"generation": None, "access": None, "is_answering": False}, Badge.NOT_ANSWERING),
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
    assert tree(model) == "Meerkat 2,480\n  ci-nightly [Snapshot] 1,912\n  orchard – a 284\n  orchard – b 284\n"


def test_2_2_a_name_never_becomes_a_whole_path_where_the_end_of_it_tells_stores_apart(model) -> None:
    places = ("x/new/first", "x/new/second", "x/old/first", "x/old/second")
    model.put(tuple(dataclasses.replace(ORCHARD, key=StoreKey(f"/{place}/state/s.sqlite3")) for place in places))
    names = [line.strip().removesuffix(" 284") for line in tree(model).splitlines()[1:]]
    assert names == [f"orchard – {place.removeprefix('x/')}" for place in places]


def test_2_case_3_copies_are_marked_and_their_tool_tips_name_each_other(model, qtbot) -> None:
    twin = dataclasses.replace(ORCHARD, key=StoreKey("/backup/orchard/sessions.sqlite3"))
    model.put((ORCHARD, twin, NIGHTLY))
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_copies({ORCHARD.key: (twin.key,), twin.key: (ORCHARD.key,)})
    first, second = (model.index_of(key) for key in (ORCHARD.key, twin.key))
    assert first.data(ROW).badge is Badge.COPY
    assert first.data(ACCESSIBLE_TEXT) == "orchard – realms, Copy, 284 sessions"
    assert twin.key.path in first.data(TOOL_TIP)
    assert ORCHARD.key.path in second.data(TOOL_TIP)
    assert model.index_of(NIGHTLY.key).data(ROW).badge is Badge.SNAPSHOT
    model.set_copies({})
    assert first.data(ROW).badge is None


def test_2_2_a_store_is_marked_as_damaged_where_the_faults_view_has_sessions_of_it(model) -> None:
    model.put((ORCHARD, NIGHTLY))
    model.set_faulty({ORCHARD.key: 8})
    index = model.index_of(ORCHARD.key)
    assert index.data(ROW).badge is Badge.DAMAGED
    assert "8 sessions with faults" in index.data(TOOL_TIP)
    assert model.index_of(NIGHTLY.key).data(ROW).badge is Badge.SNAPSHOT
    model.set_faulty({})
    assert index.data(ROW).badge is None


def test_2_2_all_marks_of_a_store_are_said_not_only_the_one_that_is_shown(model) -> None:
    model.put((dataclasses.replace(NIGHTLY, is_running=True),))
    model.set_copies({NIGHTLY.key: (ORCHARD.key,)})
    index = model.index_of(NIGHTLY.key)
    assert index.data(ROW).badge is Badge.RUNNING
    assert index.data(ACCESSIBLE_TEXT) == "ci-nightly, Running, Copy, Snapshot, 1,912 sessions"
    assert "Running, Copy, Snapshot" in index.data(TOOL_TIP)


def test_2_2_a_kind_can_be_chosen_unless_nothing_of_it_can_be_read(model) -> None:
    model.put((ORCHARD, BROKEN))
    meerkat, unknown = (model.index_of(kind) for kind in (StoreKind.MEERKAT, StoreKind.UNKNOWN))
    assert meerkat.flags() & Qt.ItemFlag.ItemIsSelectable
    assert not unknown.flags() & Qt.ItemFlag.ItemIsSelectable
    assert model.pick_at(meerkat) is StoreKind.MEERKAT
    assert model.pick_at(model.index_of(ORCHARD.key)) == ORCHARD.key


def test_stores_stand_by_name_whatever_order_they_come_in_and_numbers_count_as_numbers(model) -> None:
    names = ("realm-10", "Realm-2", "archive", "realm-1")
    model.put(tuple(dataclasses.replace(ORCHARD, key=StoreKey(f"/{name}/s"), name=name) for name in names))
    assert [facts.name for facts in model.stores()] == ["archive", "realm-1", "Realm-2", "realm-10"]
