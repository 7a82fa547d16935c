"""The place where a text stops being JSON is named as Meerkat's parser names it (L1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.meerkat.codec.strict_json import NotStrict
from store.meerkat.reference.canonical import decode_value
from store.meerkat.reference.syntax import syntax_problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        # Each of these was asked of the real 0.6.24.
        (b"", "EOF while parsing a value at line 1 column 0"),
        (b"not json", "expected ident at line 1 column 2"),
        (b" \ntru", "EOF while parsing a value at line 2 column 3"),
        (b" \nNaN", "expected value at line 2 column 1"),
        (b" \n-", "EOF while parsing a value at line 2 column 1"),
        (b" \n-x", "invalid number at line 2 column 2"),
        (b" \n01", "invalid number at line 2 column 2"),
        (b" \n1.", "EOF while parsing a value at line 2 column 2"),
        (b" \n1.e", "invalid number at line 2 column 3"),
        (b" \n1e", "EOF while parsing a value at line 2 column 2"),
        (b" \n1ex", "invalid number at line 2 column 3"),
        (b" \n1e400", "number out of range at line 2 column 5"),
        (b" \n1e99999999999", "number out of range at line 2 column 12"),
        (b' \n"a', "EOF while parsing a string at line 2 column 2"),
        (b' \n"\\u12"', "EOF while parsing a string at line 2 column 6"),
        (b' \n"\\x"', "invalid escape at line 2 column 3"),
        (b' \n"\\ud800"', "unexpected end of hex escape at line 2 column 8"),
        (b' \n"\\ud800\\u0041"', "lone leading surrogate in hex escape at line 2 column 13"),
        (b' \n"\\udc00"', "lone leading surrogate in hex escape at line 2 column 7"),
        (b' \n"\xff"', "invalid unicode code point at line 2 column 2"),
        (b'"a\n', "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0"),
        (b"[1,]", "trailing comma at line 1 column 4"),
        (b"[1 2]", "expected `,` or `]` at line 1 column 4"),
        (b"[", "EOF while parsing a list at line 1 column 1"),
        (b"[1,", "EOF while parsing a value at line 1 column 3"),
        (b"{", "EOF while parsing an object at line 1 column 1"),
        (b"{a:1}", "key must be a string at line 1 column 2"),
        (b'{"a" 1}', "expected `:` at line 1 column 6"),
        (b'{"a"', "EOF while parsing an object at line 1 column 4"),
        (b'{"a":', "EOF while parsing a value at line 1 column 5"),
        (b'{"a":1,}', "trailing comma at line 1 column 8"),
        (b'{"a":1 "b":2}', "expected `,` or `}` at line 1 column 8"),
        (b'{"a":1,b', "key must be a string at line 1 column 8"),
        (b"{} x", "trailing characters at line 1 column 4"),
        (b"[" * 128, "recursion limit exceeded at line 1 column 128"),
        (b"\xef\xbb\xbf{}", "expected value at line 1 column 1"),
    ],
)
def test_l1_a_fault_is_named_with_its_place(text: bytes, problem: str) -> None:
    assert syntax_problem(text) == problem


@pytest.mark.parametrize(
    "text", [b"null", b' {"a":[1,-0.5e-400,"\\ud83d\\ude00"]} ', b"[" * 127 + b"]" * 127, b"0e9999999999"]
)
def test_l1_what_the_parser_reads_has_no_fault(text: bytes) -> None:
    assert syntax_problem(text) == ""


@given(st.binary(max_size=12) | st.text('{}[],:"\\u0de1.- \n', max_size=16).map(str.encode))
def test_p3_a_text_has_a_fault_exactly_where_it_is_not_read(text: bytes) -> None:
    try:
        decode_value(text)
    except NotStrict:
        assert syntax_problem(text)
    else:
        assert syntax_problem(text) == ""
