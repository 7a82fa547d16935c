"""Reading a list of messages out of a document, without decoding those of the usual spelling. Worker threads only."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Final

from store.cancel import CancelToken
from store.meerkat.codec.walker import Broken, Walker
from store.meerkat.reference.message_list import ListBuilder, MessageList
from store.meerkat.reference.usual_spelling import End

TURN_MESSAGES: Final = 512
"""After so many messages others may have a turn."""

Print = Callable[[bytes], bytes]
"""Reads a stored message and prints it in canonical bytes."""


class NoList(ValueError):
    """There is another value in the place of a list."""


def read_list(
    walker: Walker, data: bytes, begin: int, usual: End, print_anew: Print, token: CancelToken
) -> tuple[MessageList, int]:
    """Read the list of messages that begins at `begin` of a document.

    Args:
        walker: over the same document.
        usual: tells where messages end that are canonical as they stand.
        print_anew: is given every other one.

    Returns:
        Its messages, which share their bytes with the document where they can, and the offset after it.

    Raises:
        NoList: there is another value.
        Broken: the list breaks off. And whatever `print_anew` raises.
    """
    builder = ListBuilder(data)
    mark, at = walker.char(begin)
    if mark != "[":
        raise NoList
    mark, at = walker.char(at + 1)
    while mark != "]":
        begins, end = _usual_run(data, at, usual)
        if begins:
            builder.share(begins, end)
        else:
            end = walker.skip(at)
            builder.take(at, end, print_anew(data[at:end]))
        token.take_turn()
        mark, at = walker.char(end)
        if mark == ",":
            mark, at = walker.char(at + 1)
            if mark == "]":
                raise Broken(at)
        elif mark != "]":
            raise Broken(at)
    return builder.made(), at + 1


def _usual_run(data: bytes, at: int, usual: End) -> tuple[array[int], int]:
    """The usual messages from `at` on that follow each other at once: where they begin, and the end of the last."""
    begins = array("Q")
    end = at
    while len(begins) < TURN_MESSAGES:
        found = usual(data, at)
        if not found:
            break
        begins.append(at)
        end = found
        if data[end : end + 1] != b",":
            break
        at = end + 1
    return begins, end
