"""Arguments are readable and keep their spelling (1.5)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.present.tool_text import indent_json, line_count, tool_icon, tool_input

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_1_5_indented_json_is_the_same_value(value: object) -> None:
    assert json.loads(indent_json(json.dumps(value))) == value


def test_1_5_numbers_escapes_and_doubled_keys_keep_their_spelling() -> None:
    source = '{"a":1e400,"a":"\\u00e9","b":[],"c":{}, "d":[1,{"e":-0.0}]}'
    lines = ["{", '  "a": 1e400,', '  "a": "\\u00e9",', '  "b": [],', '  "c": {},', '  "d": [', "    1,", "    {"]
    lines += ['      "e": -0.0', "    }", "  ]", "}"]
    assert indent_json(source) == "\n".join(lines)


def test_1_case_5_depth_is_no_trouble() -> None:
    """(1-case-5) A nesting of 10,000 is indented without recursion and stays small."""
    assert len(indent_json("[" * 10_000 + "]" * 10_000)) < 60_000


@pytest.mark.parametrize(
    ("arguments", "text", "argument"),
    [
        ('{"command":"ls -l\\n| wc"}', "ls -l\n| wc", "ls -l | wc"),
        ('{"path":"a.rs","limit":3}', '{\n  "path": "a.rs",\n  "limit": 3\n}', "a.rs"),
        ('{"path":"a","new":"x\\ny","n":1}', "path: a\nnew:\n  x\n  y\nn: 1", "a"),
        ("{}", "", ""),
        ("null", "", ""),
        ('"just text"', "just text", "just text"),
        ("[1,2]", "[\n  1,\n  2\n]", "[1,2]"),
        ("{broken", "{\n  broken", "{broken"),
    ],
)
def test_1_5_arguments_are_shown_as_people_read_them(arguments: str, text: str, argument: str) -> None:
    given_input = tool_input(arguments, is_cut=False)
    assert (given_input.text, given_input.argument) == (text, argument)


def test_1_5_a_tool_gets_an_icon_by_its_name() -> None:
    assert [tool_icon(name) for name in ("bash", "read_file", "edit_file", "grep", "zzz")] == [
        "terminal",
        "file-text",
        "file-pen",
        "search",
        "terminal",
    ]


def test_1_5_lines_are_counted_as_people_count_them() -> None:
    assert [line_count(text) for text in ("", "a", "a\n", "a\nb")] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("name", "arguments", "argument"),
    [
        ("grep", '{"path":"src","pattern":"fn main"}', "fn main"),
        ("search", '{"path":"crates","query":"row_count"}', "row_count"),
        ("Glob", '{"pattern":"**/*.rs","path":"/x"}', "**/*.rs"),
        ("find", '{"path":"/x"}', "/x"),
        ("grep", '{"command":"grep -r x"}', "grep -r x"),
        ("bash", '{"pattern":"x","path":"y","command":"make"}', "make"),
        ("read_file", '{"pattern":"x","path":"a.py"}', "a.py"),
    ],
)
def test_1_5_a_search_names_what_it_looks_for_and_a_shell_its_command(name: str, arguments: str, argument: str) -> None:
    assert tool_input(arguments, False, name).argument == argument
