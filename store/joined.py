"""Columns of integers that come out of SQLite as one text.

SQLite joins them (`group_concat`) with the interpreter's lock free, and the text is read in pieces: a million of them
take half the time of a million rows. It keeps the order of a subquery under `group_concat`; a `LIMIT` that would say so
once more makes its sorter five times slower.
"""

from __future__ import annotations

from array import array

import orjson

from store.cancel import CancelToken

PIECE_BYTES = 64 * 1024
"""Read between two looks at the token."""


def joined_numbers(joined: str | bytes | None, code: str, token: CancelToken) -> array[int]:
    """Read integers between commas.

    Args:
        joined: what `group_concat` gave; None for no rows.
        code: type code of the array.

    Raises:
        Cancelled: token was cancelled.
    """
    text = joined if isinstance(joined, bytes) else (joined or "").encode()
    numbers = array(code)
    begin = 0
    while begin < len(text):
        token.check()
        end = text.find(b",", begin + PIECE_BYTES)
        end = len(text) if end < 0 else end
        numbers.extend(orjson.loads(b"[" + text[begin:end] + b"]"))
        begin = end + 1
    return numbers
