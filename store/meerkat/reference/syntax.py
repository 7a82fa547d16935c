"""Where a text stops being JSON, in the words of Meerkat's parser (formats/meerkat.md §2.7, §3.1). Pure.

Asked only of documents that cannot be read. The parser names the line, and how many bytes of it were read; a place that
it only looked at counts as read.
"""

from __future__ import annotations

import re
from typing import Final

from store.meerkat.codec.numbers import loaded_float
from store.meerkat.codec.strict_json import NotStrict
from store.meerkat.reference.usual_spelling import usual_end

MAX_DEPTH: Final = 128
"""At this depth the parser gives up."""

MAX_EXPONENT: Final = (1 << 31) - 1

_SPACE = re.compile(rb"[ \t\r\n]*+")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*+')
_DIGITS = re.compile(rb"[0-9]*+")
_HEX = re.compile(rb"[0-9a-fA-F]{4}")
_ESCAPES: Final = b'"\\/bfnrt'
_NAMES: Final = {b"n": b"null", b"t": b"true", b"f": b"false"}


class _Fault(ValueError):
    """The text is wrong; `at` is how many bytes were read."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason)
        self.at = at


def syntax_problem(data: bytes) -> str:
    """The first fault, with its line and column; "" if the parser would read it."""
    try:
        _Parser(data).document()
    except _Fault as fault:
        begin = data.rfind(b"\n", 0, fault.at) + 1
        line = data.count(b"\n", 0, begin) + 1
        return f"{fault} at line {line} column {fault.at - begin}"
    return ""


class _Parser:
    """One pass over a text; `at` is the offset of the next byte."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def document(self) -> None:
        self._any_value(0)
        if self._next_mark():
            raise self._seen("trailing characters")

    def _next_mark(self) -> bytes:
        """The next byte that is no space; empty at the end."""
        self._at = _SPACE.match(self._data, self._at).end()  # type: ignore[union-attr]  # it matches everywhere
        return self._data[self._at : self._at + 1]

    def _seen(self, reason: str) -> _Fault:
        """A fault of the byte that comes next."""
        return _Fault(reason, min(len(self._data), self._at + 1))

    def _any_value(self, depth: int) -> None:
        mark = self._next_mark()
        if mark in (b"{", b"["):
            if depth + 1 >= MAX_DEPTH:
                raise self._seen("recursion limit exceeded")
            self._at += 1
            self._object(depth + 1) if mark == b"{" else self._array(depth + 1)
        elif mark == b'"':
            self._at += 1
            self._string()
        elif mark in _NAMES:
            self._constant(_NAMES[mark])
        elif mark and mark in b"-0123456789":
            self._number()
        else:
            raise self._seen("expected value" if mark else "EOF while parsing a value")

    def _constant(self, name: bytes) -> None:
        for expected in name:
            if self._at >= len(self._data):
                raise _Fault("EOF while parsing a value", self._at)
            self._at += 1
            if self._data[self._at - 1] != expected:
                raise _Fault("expected ident", self._at)

    def _array(self, depth: int) -> None:
        is_first = True
        while (mark := self._next_mark()) != b"]":
            if not mark:
                raise self._seen("EOF while parsing a list")
            if not is_first:
                self._comma(mark, b"]", "expected `,` or `]`")
            is_first = False
            end = usual_end(self._data, self._at)
            if end and _is_text(self._data[self._at : end]):
                self._at = end
            else:
                self._any_value(depth)
        self._at += 1

    def _object(self, depth: int) -> None:
        is_first = True
        while (mark := self._next_mark()) != b"}":
            if not mark:
                raise self._seen("EOF while parsing an object")
            if not is_first:
                mark = self._comma(mark, b"}", "expected `,` or `}`")
            is_first = False
            if mark != b'"':
                raise self._seen("key must be a string")
            self._at += 1
            self._string()
            mark = self._next_mark()
            if mark != b":":
                raise self._seen("expected `:`" if mark else "EOF while parsing an object")
            self._at += 1
            self._any_value(depth)
        self._at += 1

    def _comma(self, mark: bytes, closing: bytes, expected: str) -> bytes:
        """Step over the comma between two members; returns what follows it."""
        if mark != b",":
            raise self._seen(expected)
        self._at += 1
        mark = self._next_mark()
        if mark == closing:
            raise self._seen("trailing comma")
        if not mark:
            raise self._seen("EOF while parsing a value")
        return mark

    # ------------------------------------------------------------------------------------------------- strings

    def _string(self) -> None:
        """From after the opening quote to after the closing one."""
        content = bytearray()
        while True:
            plain = _PLAIN.match(self._data, self._at)
            assert plain is not None
            content += plain.group()
            self._at = plain.end()
            mark = self._data[self._at : self._at + 1]
            if not mark:
                raise _Fault("EOF while parsing a string", self._at)
            if mark == b'"':
                self._check_text(bytes(content))
                self._at += 1
                return
            self._at += 1
            if mark != b"\\":
                raise _Fault("control character (\\u0000-\\u001F) found while parsing a string", self._at)
            content += self._escape()

    def _check_text(self, content: bytes) -> None:
        try:
            content.decode()
        except UnicodeDecodeError as fault:
            # The parser counts back from the closing quote, over what was read and not over how it was spelled.
            line = self._data.rfind(b"\n", 0, self._at) + 1
            at = max(self._at + 1 - (len(content) - fault.start), line)
            raise _Fault("invalid unicode code point", at) from None

    def _byte(self) -> bytes:
        if self._at >= len(self._data):
            raise _Fault("EOF while parsing a string", self._at)
        self._at += 1
        return self._data[self._at - 1 : self._at]

    def _escape(self) -> bytes:
        """From after the backslash; returns about as many bytes as the escape stands for."""
        mark = self._byte()
        if mark in _ESCAPES:
            return b" "
        if mark != b"u":
            raise _Fault("invalid escape", self._at)
        unit = self._unit()
        if 0xDC00 <= unit <= 0xDFFF:
            raise _Fault("lone leading surrogate in hex escape", self._at)
        if not 0xD800 <= unit <= 0xDBFF:
            return chr(unit).encode()
        for expected in (b"\\", b"u"):
            if self._byte() != expected:
                raise _Fault("unexpected end of hex escape", self._at)
        if not 0xDC00 <= self._unit() <= 0xDFFF:
            raise _Fault("lone leading surrogate in hex escape", self._at)
        return b"    "

    def _unit(self) -> int:
        if len(self._data) - self._at < 4:
            raise _Fault("EOF while parsing a string", len(self._data))
        digits = _HEX.match(self._data, self._at)
        self._at += 4
        if digits is None:
            raise _Fault("invalid escape", self._at)
        return int(digits.group(), 16)

    # ------------------------------------------------------------------------------------------------- numbers

    def _number(self) -> None:
        begin = self._at
        if self._data[self._at : self._at + 1] == b"-":
            self._at += 1
            if self._at >= len(self._data):
                raise _Fault("EOF while parsing a value", self._at)
        first = self._data[self._at : self._at + 1]
        self._at += 1
        if not first.isdigit():
            raise _Fault("invalid number", self._at)
        if first == b"0":
            if self._data[self._at : self._at + 1].isdigit():
                raise self._seen("invalid number")
        else:
            self._digits()
        if self._data[self._at : self._at + 1] == b".":
            self._at += 1
            if not self._digits():
                raise self._seen("invalid number" if self._at < len(self._data) else "EOF while parsing a value")
        digits = self._data[begin : self._at]
        if self._data[self._at : self._at + 1] in (b"e", b"E"):
            self._exponent(is_zero=not digits.strip(b"-.0"))
        try:
            loaded_float(self._data[begin : self._at].decode())
        except NotStrict:
            raise _Fault("number out of range", self._at) from None

    def _digits(self) -> bool:
        found = _DIGITS.match(self._data, self._at)
        assert found is not None
        self._at = found.end()
        return bool(found.group())

    def _exponent(self, *, is_zero: bool) -> None:
        self._at += 1
        sign = self._data[self._at : self._at + 1]
        if sign in (b"+", b"-"):
            self._at += 1
        if self._at >= len(self._data):
            raise _Fault("EOF while parsing a value", self._at)
        begin = self._at
        if not self._digits():
            raise _Fault("invalid number", self._at + 1)
        digits = self._data[begin : self._at]
        if is_zero or sign == b"-" or len(digits.lstrip(b"0")) < len(str(MAX_EXPONENT)):
            return
        # The parser stops at the digit with which the exponent becomes too large.
        for count in range(1, len(digits) + 1):
            if int(digits[:count]) > MAX_EXPONENT:
                raise _Fault("number out of range", begin + count)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
