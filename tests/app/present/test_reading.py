"""Which messages are meant by a kind, out of the outline alone (2.4, 2.8)."""

from __future__ import annotations

from array import array

from app.present.reading import Reading, ReadKind, both, count_of_kind, rows_of_kind, shown_rows
from store.values.message import MessageFlag, MessageKind, Outline

TEXT, TOOLS, REASONING, ERROR = (
    MessageFlag.HAS_TEXT,
    MessageFlag.HAS_TOOLS,
    MessageFlag.HAS_REASONING,
    MessageFlag.HAS_ERROR,
)
MESSAGES = (
    (MessageKind.SYSTEM, 0),
    (MessageKind.PROMPT, TEXT),
    (MessageKind.ASSISTANT, TEXT | TOOLS | REASONING),
    (MessageKind.TOOL_RESULTS_JOINED, 0),
    (MessageKind.ASSISTANT, TOOLS | ERROR),
    (MessageKind.TOOL_RESULTS, TOOLS),
    (MessageKind.NOTICE, 0),
    (MessageKind.DAMAGED, ERROR),
)
KINDS = bytes(int(kind) for kind, _ in MESSAGES)
FLAGS = bytes(int(flags) for _, flags in MESSAGES)
COUNT = len(MESSAGES)
OUTLINE = Outline(COUNT, KINDS, FLAGS, array("I", [1] * COUNT), array("I", [1] * COUNT))


def rows(mask: bytes) -> list[int]:
    return [row for row, is_in in enumerate(mask) if is_in]


def test_2_4_each_kind_has_the_messages_that_its_chip_names() -> None:
    found = {kind: rows(rows_of_kind(OUTLINE, kind)) for kind in ReadKind}
    assert found == {
        ReadKind.ALL: [0, 1, 2, 4, 5, 6, 7],
        ReadKind.YOU: [1],
        ReadKind.ASSISTANT: [2, 4],
        ReadKind.TOOLS: [2, 4, 5],
        ReadKind.REASONING: [2],
        ReadKind.ERRORS: [4, 7],
    }


def test_2_8_prompts_and_answers_are_the_messages_in_which_a_person_or_the_model_says_something() -> None:
    assert rows(shown_rows(OUTLINE, Reading(is_prompts_only=True))) == [1, 2]
    assert rows(shown_rows(OUTLINE, Reading(ReadKind.ASSISTANT, is_prompts_only=True))) == [2]


def test_2_8_who_asks_for_tools_sees_them_also_among_prompts_and_answers_only() -> None:
    reading = Reading(ReadKind.TOOLS, is_prompts_only=True)
    assert rows(shown_rows(OUTLINE, reading)) == [2, 4, 5]
    assert not reading.leaves_out_work


def test_2_4_all_counts_the_messages_that_the_session_has_and_a_kind_those_that_it_shows() -> None:
    assert count_of_kind(OUTLINE, Reading()) == COUNT
    assert count_of_kind(OUTLINE, Reading(ReadKind.TOOLS)) == 3
    assert count_of_kind(OUTLINE, Reading(is_prompts_only=True)) == 2


def test_2_4_masks_are_joined_byte_by_byte() -> None:
    assert both(b"\x01\x00\x01\x00", b"\x01\x01\x00\x00") == b"\x01\x00\x00\x00"
    assert both(b"", b"") == b""
