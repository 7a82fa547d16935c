"""Screen readers get a document whose children are the messages on the screen (B4)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAccessible

from app.views.transcript.accessible import Speaker, install
from store.values.message import MessageKind


def test_B4_the_tree_names_who_speaks_which_message_and_its_text(
    show: Callable, message: Callable, text: Callable
) -> None:
    install()
    view = show(
        [
            message(0, MessageKind.PROMPT, text("Why **does** it hang?")),
            message(1, MessageKind.ASSISTANT, text("Because.")),
            message(2, MessageKind.TOOL_RESULTS_JOINED),
        ]
    )
    tree = QAccessible.queryAccessibleInterface(view)
    assert tree.role() is QAccessible.Role.Document
    names = [tree.child(number).text(QAccessible.Text.Name) for number in range(tree.childCount())]
    assert names == [
        "You, message 1: Why does it hang?",
        "Assistant, message 2: Because.",
        "Place in the transcript",
    ]
    first = tree.child(0).rect()
    assert tree.childAt(first.x() + 3, first.y() + 3) is tree.child(0)


def test_B4_the_focused_message_is_a_real_text_field_for_the_reader(
    show: Callable, message: Callable, text: Callable
) -> None:
    install()
    view = show([message(0, MessageKind.PROMPT, text("One")), message(1, MessageKind.ASSISTANT, text("Two **2**"))])
    speaker = Speaker(view)
    view.focus_message(1)
    assert speaker.reader.toPlainText() == "Two 2"
    assert speaker.reader.isReadOnly()
    assert QAccessible.queryAccessibleInterface(view).child(1).state().focused


def test_B4_scrolling_past_many_messages_keeps_the_pool_alive(
    show: Callable, message: Callable, text: Callable
) -> None:
    install()
    view = show([message(index, MessageKind.PROMPT, text(f"number {index}")) for index in range(300)])
    tree = QAccessible.queryAccessibleInterface(view)
    kept = tree.child(0)
    for _ in range(60):
        view.scroll_by(311)
        assert kept.isValid()
        assert kept.text(QAccessible.Text.Name).startswith("You, message ")
