"""Mutations of a database as pages of bytes: https://www.sqlite.org/fileformat2.html."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

HEADER_BYTES = 100
BTREE_PAGES = {2, 5, 10, 13}
"""First byte of a page that is a node of a tree: inner and leaf, of an index and of a table."""

HEADER_FIELDS = {
    "page size": (16, 2),
    "write format": (18, 1),
    "read format": (19, 1),
    "reserved bytes": (20, 1),
    "fractions": (21, 3),
    "change counter": (24, 4),
    "page count": (28, 4),
    "first free page": (32, 4),
    "free pages": (36, 4),
    "schema cookie": (40, 4),
    "schema format": (44, 4),
    "largest root": (52, 4),
    "encoding": (56, 4),
    "user version": (60, 4),
    "incremental vacuum": (64, 4),
    "application id": (68, 4),
    "valid for": (92, 4),
}


def page_bytes_of(data: bytes) -> int:
    """Size of a page, as the header of a sound database says it."""
    stored = int.from_bytes(data[16:18], "big")
    return 65536 if stored == 1 else stored


def flipped_bits(data: bytearray, chance: Random) -> str:
    """One to eight bits anywhere after the header."""
    places = [chance.randrange(HEADER_BYTES, len(data)) for _ in range(chance.choice((1, 1, 1, 2, 8)))]
    for place in places:
        data[place] ^= 1 << chance.randrange(8)
    return f"at {places}"


def flipped_tree(data: bytearray, chance: Random) -> str:
    """A byte in the head of a tree's node, or in its list of cells."""
    begin = _tree_page(data, chance)
    place = begin + chance.randrange(0, 32)
    data[place] = chance.randrange(256)
    return f"at {place} in the page at {begin}"


def flipped_cell(data: bytearray, chance: Random) -> str:
    """A byte at the beginning of a cell: its length, its row id, the head of its record."""
    begin = _tree_page(data, chance)
    start = begin + (HEADER_BYTES if begin == 0 else 0)
    is_leaf = data[start] in (10, 13)
    count = int.from_bytes(data[start + 3 : start + 5], "big")
    if not count:
        return flipped_bits(data, chance)
    entry = start + (8 if is_leaf else 12) + 2 * chance.randrange(count)
    cell = begin + int.from_bytes(data[entry : entry + 2], "big")
    place = min(cell + chance.randrange(0, 16), len(data) - 1)
    data[place] = chance.randrange(256)
    return f"at {place} in the page at {begin}"


def zeroed_page(data: bytearray, chance: Random) -> str:
    """A whole page of zeros."""
    begin, size = _page(data, chance)
    data[begin : begin + size] = bytes(size)
    return f"the page at {begin}"


def random_page(data: bytearray, chance: Random) -> str:
    """A whole page of noise."""
    begin, size = _page(data, chance)
    data[begin : begin + size] = chance.randbytes(size)
    return f"the page at {begin}"


def copied_page(data: bytearray, chance: Random) -> str:
    """A page over another one."""
    (source, size), (target, _) = _page(data, chance), _page(data, chance)
    data[target : target + size] = data[source : source + size]
    return f"the page at {source} to {target}"


def swapped_pages(data: bytearray, chance: Random) -> str:
    """Two pages in each other's place."""
    (one, size), (other, _) = _page(data, chance), _page(data, chance)
    data[one : one + size], data[other : other + size] = data[other : other + size], data[one : one + size]
    return f"the pages at {one} and {other}"


def other_overflow(data: bytearray, chance: Random) -> str:
    """The pointer of a page to the one that follows it leads elsewhere."""
    begin, size = _page(data, chance)
    if begin == 0 or data[begin] in BTREE_PAGES:
        return flipped_cell(data, chance)
    target = chance.choice((0, 1, begin // size + 1, chance.randrange(len(data) // size) + 1, 2**31))
    data[begin : begin + 4] = target.to_bytes(4, "big")
    return f"the page at {begin} is followed by {target}"


def header_field(data: bytearray, chance: Random) -> str:
    """A number of the database header."""
    name, (begin, size) = chance.choice(list(HEADER_FIELDS.items()))
    value = chance.choice((0, 1, 2, 3, chance.randrange(256**size), 256**size - 1)) % 256**size
    data[begin : begin + size] = value.to_bytes(size, "big")
    return f"{name} = {value}"


def free_list(data: bytearray, chance: Random) -> str:
    """Pages in use are said to be free."""
    size = page_bytes_of(data)
    page = chance.randrange(2, len(data) // size + 1)
    data[32:36] = page.to_bytes(4, "big")
    data[36:40] = chance.choice((1, 5, 2**31)).to_bytes(4, "big")
    return f"from page {page} on"


def truncated(data: bytearray, chance: Random) -> str:
    """The end of the file is gone."""
    size = page_bytes_of(data)
    kept = chance.choice((chance.randrange(len(data)), chance.randrange(len(data) // size) * size, size, 100, 16, 0))
    del data[kept:]
    return f"after {kept} bytes"


def lengthened(data: bytearray, chance: Random) -> str:
    """Something follows the end of the file."""
    more = chance.randbytes(chance.choice((1, 100, page_bytes_of(data), 3 * page_bytes_of(data))))
    data += more
    return f"by {len(more)} bytes"


def _page(data: bytearray, chance: Random) -> tuple[int, int]:
    size = page_bytes_of(data)
    return chance.randrange(len(data) // size) * size, size


def _tree_page(data: bytearray, chance: Random) -> int:
    """Where a page begins that is a node of a tree; the first one always is."""
    for _ in range(40):
        begin, _size = _page(data, chance)
        if begin and data[begin] in BTREE_PAGES:
            return begin
    return 0


PAGE_MUTATIONS: dict[str, tuple[int, Callable[[bytearray, Random], str]]] = {
    "flipped bits": (5, flipped_bits),
    "flipped head of a node": (4, flipped_tree),
    "flipped cell": (5, flipped_cell),
    "zeroed page": (2, zeroed_page),
    "random page": (1, random_page),
    "copied page": (2, copied_page),
    "swapped pages": (2, swapped_pages),
    "other overflow": (2, other_overflow),
    "header field": (2, header_field),
    "free list": (1, free_list),
    "truncated": (2, truncated),
    "lengthened": (1, lengthened),
}
"""Weight and function of each mutation, by its name."""
