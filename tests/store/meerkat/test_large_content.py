"""What is huge is shown cut, can be opened whole, and its bytes stay exact (1-case-6)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store.backend import Backend
from store.cancel import CancelToken
from store.values.message import (
    CUT_TEXT_CHARS,
    MAX_BLOCKS,
    NoticeBlock,
    TextBlock,
    ToolCallBlock,
    ToolResultBlock,
    WholePart,
)

Open = Callable[[Path], Backend]


def test_1_case_6_a_single_line_of_20_mb_is_cut_and_opens_whole(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    line = "0123456789" * 2_000_000
    name = made.add(1, [make.user("before"), make.user(line), make.user("after")], snapshot=None)
    backend = open_store(made.done())
    outline = backend.outline(name, token)
    assert outline.count == 3
    (block,) = backend.messages(name, 1, 2, token)[0].blocks
    assert isinstance(block, TextBlock)
    assert (len(block.text), block.full_chars) == (CUT_TEXT_CHARS, len(line))
    assert block.whole is not None
    assert backend.whole(name, block.whole, token) == line
    assert json.loads(backend.raw(name, 1, token))["content"] == line
    assert [row.title for row in backend.summaries(backend.ids(_order(), token).handles, token)] == ["before"]


def _order() -> Any:
    from store.values.session import SortOrder

    return SortOrder()


def test_1_case_6_a_title_comes_from_a_prompt_whose_end_is_not_read(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    made.add(1, [make.user('Überlanger "Auftrag" ' + "x" * 200_000)], snapshot=None)
    backend = open_store(made.done())
    (row,) = backend.summaries(backend.ids(_order(), token).handles, token)
    assert row.title.startswith('Überlanger "Auftrag" xxx')
    assert len(row.title) == 500


def test_1_case_6_ten_thousand_blocks_are_cut_and_open_whole(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    blocks = [make.said(f"block {number}") for number in range(10_000)]
    items = [{"type": "text", "text": f"item {number}"} for number in range(10_000)]
    name = made.add(1, [make.assistant(*blocks), make.assistant(make.call("c")), make.results(("c", items))])
    backend = open_store(made.done())
    message, calling, _ = backend.messages(name, 0, 3, token)
    assert (len(message.blocks), message.block_count) == (MAX_BLOCKS, 10_000)
    assert message.faults == ()
    assert message.whole is not None
    whole = backend.whole(name, message.whole, token)
    assert whole.startswith("block 0\n\nblock 1\n\n")
    assert whole.endswith("block 9999")
    (call,) = calling.blocks
    assert isinstance(call, ToolCallBlock)
    assert call.result is not None
    last = call.result.blocks[-1]
    assert isinstance(last, NoticeBlock)
    assert last.title == "9,800 more items are not shown here"
    assert last.whole is not None
    assert backend.whole(name, last.whole, token).endswith("item 9999")


def test_1_case_6_a_message_of_5_mb_is_read_with_its_neighbours(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    """The output of a tool, its arguments and its card in the middle of a page."""
    output = "line of output\n" * 350_000
    arguments = {"script": "echo é; " * 100_000}
    name = made.add(
        1,
        [make.user("go"), make.assistant(make.call("c", args=arguments)), make.results(("c", output)), make.user("ok")],
    )
    backend = open_store(made.done())
    messages = backend.messages(name, 0, backend.outline(name, token).count, token)
    (call,) = messages[1].blocks
    assert isinstance(call, ToolCallBlock)
    assert call.whole is not None
    assert call.whole.part is WholePart.ARGUMENTS
    assert json.loads(backend.whole(name, call.whole, token)) == arguments
    result = call.result
    assert isinstance(result, ToolResultBlock)
    assert result.text_chars == len(output)
    (text,) = result.blocks
    assert isinstance(text, TextBlock)
    assert text.whole is not None
    assert backend.whole(name, text.whole, token) == output


def test_1_case_6_a_large_unknown_block_opens_whole_in_its_stored_spelling(
    made: Any, make: Any, open_store: Open, token: CancelToken
) -> None:
    block = {"block_type": "hologram", "data": {"points": list(range(40_000))}}
    name = made.add(1, [make.assistant(make.said("x"), block)])
    backend = open_store(made.done())
    card = backend.messages(name, 0, 1, token)[0].blocks[1]
    assert card.whole is not None  # type: ignore[union-attr]
    assert backend.whole(name, card.whole, token).encode() == make.dump(block)  # type: ignore[union-attr,arg-type]


def test_1_6_raw_is_the_stored_bytes_of_the_message(made: Any, make: Any, open_store: Open, token: CancelToken) -> None:
    """Spacing, escapes, key order and characters of several bytes come out as they went in."""
    first, second = b'{ "role" : "user",\n "content":"\\u00e9 \xc3\xa9" }', b'{"content":"\xe6\x97\xa5","role":"user"}'
    name = make.session_id(1)
    made.add(1, make.document(name, []).replace(b'"messages":[]', b'"messages": [ ' + first + b" ,\t" + second + b" ]"))
    backend = open_store(made.done())
    assert backend.outline(name, token).count == 2
    assert [backend.raw(name, number, token) for number in range(2)] == [first, second]
