"""What is said of a damaged message is said once (1-case-5)."""

from __future__ import annotations

from dataclasses import replace

from app.present.show_message import show_message
from app.present.shown import ShownCard
from store.values.fault import Fault
from store.values.message import Message, MessageKind, Role, UnknownBlock

DEEP = Fault("too-deep", "This message cannot be read: it is nested too deeply.")
BLOCK = UnknownBlock("damaged message", "[[[", 3, fault=DEEP)


def damaged(*faults: Fault) -> Message:
    return Message(0, Role.UNKNOWN, MessageKind.DAMAGED, "", None, None, None, None, 3, (BLOCK,), 1, faults)


def cards(message: Message) -> list[tuple[str, str]]:
    return [(card.title, card.sentence) for card in show_message(message).blocks if isinstance(card, ShownCard)]


def test_2_4_a_fault_that_a_block_says_is_not_said_again_below_it() -> None:
    assert cards(damaged(DEEP)) == [("Damaged block", DEEP.sentence)]


def test_2_4_a_fault_of_its_own_is_said_below_the_blocks() -> None:
    other = Fault("other", "Something else is wrong.")
    message = damaged(DEEP, other)
    assert cards(message) == [("Damaged block", DEEP.sentence), ("Damaged message", other.sentence)]
    assert cards(replace(message, blocks=(), block_count=0)) == [
        ("Damaged message", f"{DEEP.sentence} {other.sentence}")
    ]
