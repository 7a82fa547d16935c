"""Walking through a JSON document of any size without ever holding it whole.

A window of half a megabyte moves over the bytes. They are read as Latin-1, where one character is one byte, so that
every position is an exact byte offset whatever the text holds; JSON's own marks are ASCII and keep their meaning. Names
and texts that come out of here are therefore to be compared or counted, not shown.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from store.cancel import CancelToken
from store.meerkat.codec.byte_source import ByteSource
from store.meerkat.codec.strict_json import SURROGATE_ESCAPE, Json, scan

WINDOW_BYTES = 512 * 1024
MAX_DECODED_BYTES = 4 * 1024 * 1024
"""A value longer than this is not decoded while walking, only stepped over."""

MAX_CHECKED_BYTES = 16 * 1024 * 1024
"""A longer document is not checked for bytes that are no UTF-8 while walking; each message is when it is decoded."""

_BETWEEN = re.compile(r'[^"\[\]{}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"\[\]{}]*+)*+', re.DOTALL)
"""From one bracket to the next, over the whole strings between them."""

_STRING_BODY = re.compile(r'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
"""Possessive: a string that leaves the window is left at once, however many escapes it has."""

_SCALAR = re.compile(r"[-+.0-9A-Za-z]*")
_NOT_SPACE = re.compile(r"[^ \t\r\n]")


def name_of_key(spelled: str, key: str) -> str:
    """The name of a key as text.

    Args:
        spelled: as it stands in the document with its quotes, one character a byte.
        key: what was read from that.
    """
    if not spelled.isascii():
        with suppress(StopIteration, ValueError):
            key = scan(spelled.encode("latin-1").decode("utf-8", "replace"), 0)[0]  # type: ignore[assignment]
    return key if key.isascii() else key.encode("utf-8", "replace").decode("utf-8")


class Broken(ValueError):
    """The document is no JSON from here on.

    Attributes:
        at_byte: offset of the place.
    """

    def __init__(self, at_byte: int) -> None:
        super().__init__(f"broken at byte {at_byte}")
        self.at_byte = at_byte


class Undecodable(ValueError):
    """One value has balanced brackets, and is too long or not strict JSON; what follows it can be read.

    Attributes:
        end: offset after the value.
        is_too_long: it was not looked at because of its length.
    """

    def __init__(self, end: int, is_too_long: bool) -> None:
        super().__init__("undecodable value")
        self.end = end
        self.is_too_long = is_too_long


@dataclass(slots=True)
class Member:
    """One key of an object while it is walked.

    Attributes:
        key: its name, one character a byte; exact where it is ASCII.
        name: its name as text.
        begin: offset of its value.
        end: offset after its value; who reads the value sets it, else the walk steps over it.
    """

    key: str
    begin: int
    end: int | None = None
    name: str = ""


class Walker:
    """The window over one document; positions are byte offsets.

    Attributes:
        size: length of the document.
        text, base: the window, and the offset of its first byte.
        is_suspect: single values need a strict look of their own.
        cut_at: position in the window of the message that is probably cut by its end; 1 where that cannot be guessed.
        end_of_object: offset after the object that was walked last.
    """

    def __init__(self, source: ByteSource, token: CancelToken, window_bytes: int = WINDOW_BYTES) -> None:
        self._source = source
        self._token = token
        self._window_bytes = window_bytes
        self.size = source.size_bytes
        self.text = ""
        self.base = 0
        self.is_suspect = False
        self.cut_at = 0
        self.end_of_object = 0

    @property
    def is_at_end(self) -> bool:
        """Whether the window reaches the end of the document."""
        return self.base + len(self.text) >= self.size

    def fill(self, at: int, at_least: int = 0) -> None:
        """Move the window to `at`."""
        self._token.check()
        data = self._source.read(at, min(max(at_least, self._window_bytes), self.size - at))
        self.text = data.decode("latin-1")
        self.base = at
        is_text = self.size > MAX_CHECKED_BYTES or _is_utf8(data)
        self.is_suspect = not is_text or SURROGATE_ESCAPE.search(self.text) is not None
        self.cut_at = len(self.text) if self.is_at_end else self.text.rfind('},{"role":') + 2

    def char(self, at: int) -> tuple[str, int]:
        """The next character that is no white space, from `at` on, and its offset; "" at the end."""
        while at < self.size:
            if not self.base <= at < self.base + len(self.text):
                self.fill(at)
            found = _NOT_SPACE.search(self.text, at - self.base)
            if found:
                return found.group(), self.base + found.start()
            at = self.base + len(self.text)
        return "", self.size

    def value(self, at: int, max_bytes: int = MAX_DECODED_BYTES) -> tuple[Json, int]:
        """Decode the value at `at`.

        Returns:
            The value and the offset after it.

        Raises:
            Undecodable: it can be stepped over, but not decoded.
            Broken: it has no end.
        """
        if not self.base <= at < self.base + len(self.text):
            self.fill(at)
        try:
            value, end = scan(self.text, at - self.base)
            # A number that is cut in its fraction or exponent ("1e+") still reads as the number before that.
            spare = 2 if type(value) in (int, float) else 0
            if end + spare < len(self.text) or self.is_at_end:
                return value, self.base + end
        except (StopIteration, ValueError, RecursionError):
            pass
        end = self.skip(at)
        if end - at > max_bytes:
            raise Undecodable(end, True)
        self.fill(at, end - at + 1)
        try:
            value, used = scan(self.text, 0)
        except (StopIteration, ValueError, RecursionError):
            raise Undecodable(end, False) from None
        if self.base + used != end:
            raise Undecodable(end, False)
        return value, end

    def skip(self, at: int) -> int:
        """The offset after the value at `at`, found by its brackets and quotes only. Raises Broken."""
        first, at = self.char(at)
        if first == '"':
            return self._skip_string(at + 1)
        if first in ("{", "["):
            # Where it lies whole in the window, decoding is many times as fast.
            try:
                return self.base + scan(self.text, at - self.base)[1]
            except (StopIteration, ValueError, RecursionError):
                pass
        if first not in ("{", "["):
            end = self._skip_scalar(at)
            if end == at:
                raise Broken(at)
            return end
        return self._skip_container(at)

    def _skip_scalar(self, at: int) -> int:
        while at < self.size:
            if not self.base <= at < self.base + len(self.text):
                self.fill(at)
            match = _SCALAR.match(self.text, at - self.base)
            end = at if match is None else self.base + match.end()
            if end < self.base + len(self.text):
                return end
            at = end
        return at

    def _skip_string(self, at: int) -> int:
        """From just after the opening quote to just after the closing one."""
        while at < self.size:
            if not self.base <= at < self.base + len(self.text):
                self.fill(at)
            body = _STRING_BODY.match(self.text, at - self.base)
            end = body.end() if body else at - self.base
            at = self.base + end
            mark = self.text[end : end + 1]
            if mark == '"':
                return at + 1
            if mark:  # an escape that the window cuts
                if self.is_at_end:
                    break
                self.fill(at, 2)
        raise Broken(self.size)

    def _skip_container(self, at: int) -> int:
        open_brackets = bytearray()
        while at < self.size:
            if not self.base <= at < self.base + len(self.text):
                self.fill(at)
            at = self._skip_in_window(at, open_brackets)
            if not open_brackets:
                return at
        raise Broken(self.size)

    def _skip_in_window(self, at: int, open_brackets: bytearray) -> int:
        """Follow brackets from `at` until they balance, the window ends, or a string has led out of it."""
        text = self.text
        position = at - self.base
        while True:
            between = _BETWEEN.match(text, position)
            position = between.end() if between else position
            mark = text[position : position + 1]
            position += 1
            if mark == "":
                return self.base + len(text)
            if mark == '"':  # a string that the window cuts
                return self._skip_string(self.base + position)
            if mark in "{[":
                open_brackets.append(ord(mark) + 2)  # "]" and "}" stand two after their opening brackets
            elif open_brackets.pop() != ord(mark):
                raise Broken(self.base + position - 1)
            elif not open_brackets:
                return self.base + position

    def members(self, at: int) -> Iterator[Member]:
        """Walk the keys of the object at `at`; afterwards `end_of_object` is the offset after it. Raises Broken."""
        mark, at = self.char(at)
        if mark != "{":
            raise Broken(at)
        mark, at = self.char(at + 1)
        if mark == "}":
            self.end_of_object = at + 1
            return
        while True:
            if mark != '"':
                raise Broken(at)
            begin = at
            try:
                key, at = self.value(begin)
            except Undecodable:
                raise Broken(at) from None
            spelled = self.text[begin - self.base : at - self.base]
            mark, at = self.char(at)
            if mark != ":" or not isinstance(key, str):
                raise Broken(at)
            _, at = self.char(at + 1)
            member = Member(key, at, name=name_of_key(spelled, key))
            yield member
            mark, at = self.char(self.skip(member.begin) if member.end is None else member.end)
            if mark == "}":
                self.end_of_object = at + 1
                return
            if mark != ",":
                raise Broken(at)
            mark, at = self.char(at + 1)

    def elements(self, at: int) -> Iterator[Member]:
        """Walk the elements of the list at `at`; their keys are empty. Raises Broken."""
        mark, at = self.char(at)
        if mark != "[":
            raise Broken(at)
        mark, at = self.char(at + 1)
        while mark != "]":
            element = Member("", at)
            yield element
            mark, at = self.char(self.skip(element.begin) if element.end is None else element.end)
            if mark == ",":
                _, at = self.char(at + 1)
            elif mark != "]":
                raise Broken(at)


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8, if cut in the middle of a character at their end."""
    if data.isascii():
        return True
    try:
        codecs.utf_8_decode(data, "strict", False)
    except UnicodeDecodeError:
        return False
    return True
