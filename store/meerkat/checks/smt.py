"""The sparse Merkle tree over the metadata cells of a head (formats/meerkat.md §1.5 rule 9). Pure.

Each key has a route of 256 bits through a binary tree whose other leaves are empty. Only nodes on the way to a key that
is there are computed; all others are the empty tree of their depth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache

DEPTH = 256
VALUE_PREFIX = "head-metadata-value-sha256:"
ROOT_PREFIX = "head-metadata-smt-sha256:"
_DOMAIN = b"rkat:session-head-metadata:"
_ROUTE = _DOMAIN + b"key-route:v1\0"
_VALUE = _DOMAIN + b"value-exact:v1\0"
_LEAF = _DOMAIN + b"leaf-exact:v1\0"
_EMPTY_LEAF = _DOMAIN + b"empty-leaf-exact:v1\0"
_NODE = _DOMAIN + b"node-exact:v1\0"


def route_of(key: bytes) -> bytes:
    """The way to a key's leaf: 32 bytes, the first bit is the turn at the root."""
    return hashlib.sha256(_ROUTE + key).digest()


def value_digest(value: bytes) -> str:
    """The name of a cell's value, from the stored bytes of its JSON."""
    return VALUE_PREFIX + _value(value).hex()


def root_of(cells: Mapping[bytes, bytes]) -> str:
    """The root over all cells of a head.

    Args:
        cells: the stored bytes of each key's JSON, by the key in UTF-8.
    """
    leaves = sorted((route_of(key), _leaf(key, value)) for key, value in cells.items())
    return ROOT_PREFIX + _tree(leaves, 0).hex()


def _value(value: bytes) -> bytes:
    return hashlib.sha256(_VALUE + value).digest()


def _leaf(key: bytes, value: bytes) -> bytes:
    return hashlib.sha256(_LEAF + len(key).to_bytes(8, "big") + key + route_of(key) + _value(value)).digest()


def _node(depth: int, left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + depth.to_bytes(2, "big") + left + right).digest()


@cache
def _empty_trees() -> tuple[bytes, ...]:
    """The empty tree of each depth, 0 the root to 256 the leaf."""
    trees = [hashlib.sha256(_EMPTY_LEAF).digest()]
    for depth in range(DEPTH - 1, -1, -1):
        trees.append(_node(depth, trees[-1], trees[-1]))
    return tuple(reversed(trees))


def _tree(leaves: Sequence[tuple[bytes, bytes]], depth: int) -> bytes:
    """The subtree at a depth that holds these leaves, sorted by route."""
    if not leaves:
        return _empty_trees()[depth]
    if len(leaves) == 1:
        return _chain(leaves[0], depth)
    first_right = next((at for at, leaf in enumerate(leaves) if _turns_right(leaf[0], depth)), len(leaves))
    return _node(depth, _tree(leaves[:first_right], depth + 1), _tree(leaves[first_right:], depth + 1))


def _chain(leaf: tuple[bytes, bytes], top: int) -> bytes:
    """The subtree at depth `top` that holds one leaf alone: from the leaf upwards, nothing beside it."""
    route, state = leaf
    empty = _empty_trees()
    for depth in range(DEPTH - 1, top - 1, -1):
        beside = empty[depth + 1]
        state = _node(depth, beside, state) if _turns_right(route, depth) else _node(depth, state, beside)
    return state


def _turns_right(route: bytes, depth: int) -> bool:
    return bool(route[depth >> 3] >> (7 - (depth & 7)) & 1)
