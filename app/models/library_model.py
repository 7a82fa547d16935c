"""The library as a tree: kind → store. GUI thread only; knows values, opens nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot

from app.models import roles
from app.present.one_line import as_tip, one_line
from app.present.sizes import counted
from app.present.store_words import HALF_CODE, NEWER_CODE, told_apart
from store.values.store import Access, StoreFacts, StoreKey, StoreKind

Index = QModelIndex | QPersistentModelIndex


class Badge(StrEnum):
    """The marks of a store, what matters most first; the value is the word for people."""

    NOT_ANSWERING = "Does not answer"
    FAILED = "Cannot be opened"
    DAMAGED = "Damaged"
    NEWER = "Newer than known"
    HALF_MIGRATED = "Half migrated"
    RUNNING = "Running"
    COPY = "Copy"
    SNAPSHOT = "Snapshot"
    READ_ONLY = "Read-only"


KIND_NAMES = {StoreKind.MEERKAT: "Meerkat", StoreKind.UNKNOWN: "Not readable"}
"""What people call each system."""


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """What one row shows; all text is made when the row is.

    Attributes:
        name: kind or store.
        count_text: sessions, "" when not counted.
        badge: what matters most; None for a store opened unchanged, and for kinds.
        tool_tip: path, all marks, access and faults in words.
        accessible_text: name, all marks and count in words.
        key: None for kinds.
        kind: system.
    """

    name: str
    count_text: str
    badge: Badge | None
    tool_tip: str
    accessible_text: str
    key: StoreKey | None
    kind: StoreKind


@dataclass(eq=False)
class _Node:
    """One node; owned by the model's list, since an index only points at it."""

    row: LibraryRow
    parent: _Node | None = None
    children: list[_Node] = field(default_factory=list)


class LibraryModel(QAbstractItemModel):
    """Kinds with their stores by name: they come in any order, since each is opened in a job of its own."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._facts: dict[StoreKey, StoreFacts] = {}
        self._copies: dict[StoreKey, tuple[StoreKey, ...]] = {}
        self._faulty: dict[StoreKey, int] = {}
        self._kinds: list[_Node] = []
        self._kept: list[_Node] = []

    def stores(self) -> tuple[StoreFacts, ...]:
        """All stores, in the order in which they stand in the tree."""
        keys = (node.row.key for kind in self._kinds for node in kind.children)
        return tuple(self._facts[key] for key in keys if key is not None and key in self._facts)

    def facts_of(self, key: StoreKey) -> StoreFacts | None:
        """Facts of one store, None if it is not in the library."""
        return self._facts.get(key)

    def pick_at(self, index: Index) -> StoreKey | StoreKind | None:
        """The store or kind at an index; None outside of the tree."""
        node = self._node(index)
        return None if node is None else node.row.key or node.row.kind

    def index_of(self, pick: StoreKey | StoreKind) -> QModelIndex:
        """Where a store or a kind is; an invalid index if it is not here."""
        for kind_row, kind in enumerate(self._kinds):
            if kind.row.kind is pick:
                return self.index(kind_row, 0)
            for row, node in enumerate(kind.children):
                if node.row.key == pick:
                    return self.index(row, 0, self.index(kind_row, 0))
        return QModelIndex()

    def set_copies(self, copies: dict[StoreKey, tuple[StoreKey, ...]]) -> None:
        """Mark stores that hold the same sessions as others, named by their paths; all others are no copies."""
        changed = {key for key in {*copies, *self._copies} if copies.get(key) != self._copies.get(key)}
        self._copies = dict(copies)
        self._renew(tuple(facts for key, facts in self._facts.items() if key in changed))

    @Slot(object)
    def set_faulty(self, faulty: Mapping[StoreKey, int]) -> None:
        """Mark stores with sessions that have faults, with how many; all others have none as far as is known."""
        changed = {key for key in {*faulty, *self._faulty} if faulty.get(key) != self._faulty.get(key)}
        self._faulty = dict(faulty)
        self._renew(tuple(facts for key, facts in self._facts.items() if key in changed))

    def put(self, facts: tuple[StoreFacts, ...]) -> None:
        """Add stores, or replace what is known of them."""
        before = dict(self._facts)
        for store in facts:
            self._facts[store.key] = store
        same_places = all(
            key in before and (before[key].kind, before[key].name) == (now.kind, now.name)
            for key, now in self._facts.items()
        )
        if same_places:
            self._renew(facts)
            return
        self._build()

    def remove(self, keys: tuple[StoreKey, ...]) -> None:
        """Take stores out; one that is not here is passed over."""
        known = [key for key in keys if key in self._facts]
        for key in known:
            del self._facts[key]
        if known:
            self._build()

    def _build(self) -> None:
        self.beginResetModel()
        self._kinds = _nodes_of(tuple(self._facts.values()), self._copies, self._faulty)
        # An index only points at its node; the old ones live until every view has let go of them.
        self._kept = [*self._kinds, *(child for kind in self._kinds for child in kind.children)]
        self.endResetModel()

    def _renew(self, facts: tuple[StoreFacts, ...]) -> None:
        names = told_apart(tuple(self._facts.values()))
        for store in facts:
            index = self.index_of(store.key)
            node = self._node(index)
            if node is None or node.parent is None:
                continue
            node.row = store_row(
                store, names[store.key], self._copies.get(store.key, ()), self._faulty.get(store.key, 0)
            )
            self.dataChanged.emit(index, index)
            of_kind = tuple(s for s in self._facts.values() if s.kind is store.kind)
            node.parent.row = kind_row(store.kind, of_kind)
            self.dataChanged.emit(index.parent(), index.parent())

    def _node(self, index: Index) -> _Node | None:
        found = index.internalPointer() if index.isValid() else None
        return found if isinstance(found, _Node) else None

    # Qt overrides

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own default
        """Index of a node."""
        above = self._node(parent)
        siblings = self._kinds if not parent.isValid() else above.children if above is not None else []
        if column != 0 or not 0 <= row < len(siblings):
            return QModelIndex()
        return self.createIndex(row, 0, siblings[row])

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Index of the kind above a store."""
        node = self._node(index)
        if node is None or node.parent is None:
            return QModelIndex()
        return self.createIndex(self._kinds.index(node.parent), 0, node.parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of children."""
        if not parent.isValid():
            return len(self._kinds)
        node = self._node(parent)
        return len(node.children) if node is not None else 0

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One column, painted by the delegate."""
        return 1

    def data(self, index: Index, role: int = roles.DISPLAY) -> Any:
        """Look up; all text was made before."""
        node = self._node(index)
        if node is None:
            return None
        if role == roles.DISPLAY:
            return node.row.name
        if role == roles.ROW:
            return node.row
        if role == roles.TOOL_TIP:
            return node.row.tool_tip
        return node.row.accessible_text if role == roles.ACCESSIBLE_TEXT else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Stores can be chosen, and kinds whose stores can be read."""
        node = self._node(index)
        if node is None:
            return Qt.ItemFlag.NoItemFlags
        if node.row.key is None:
            can_choose = node.row.kind is not StoreKind.UNKNOWN
            return Qt.ItemFlag.ItemIsEnabled | (Qt.ItemFlag.ItemIsSelectable if can_choose else Qt.ItemFlag(0))
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


def _nodes_of(
    stores: tuple[StoreFacts, ...], copies: Mapping[StoreKey, tuple[StoreKey, ...]], faulty: Mapping[StoreKey, int]
) -> list[_Node]:
    """Kinds in the order of the enum, each with its stores by name."""
    names = told_apart(stores)
    kinds = []
    for kind in StoreKind:
        of_kind = sorted((store for store in stores if store.kind is kind), key=partial(_place_of, names))
        if of_kind:
            node = _Node(kind_row(kind, tuple(of_kind)))
            node.children = [
                _Node(store_row(store, names[store.key], copies.get(store.key, ()), faulty.get(store.key, 0)), node)
                for store in of_kind
            ]
            kinds.append(node)
    return kinds


def _place_of(names: Mapping[StoreKey, str], facts: StoreFacts) -> tuple[tuple[tuple[int, str], ...], str]:
    """By name without case, numbers in it by their value: "realm-2" before "realm-10"."""
    parts = re.split(r"(\d{1,18})", names[facts.key].casefold())
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in parts if part), facts.key.path


def badges_of(facts: StoreFacts, is_copy: bool = False, has_faulty: bool = False) -> tuple[Badge, ...]:
    """All marks of a store, what matters most first; none when it was opened unchanged and could be written."""
    if not facts.is_open:
        return (Badge.FAILED,) if facts.is_answering else (Badge.NOT_ANSWERING,)
    codes = {fault.code for fault in facts.faults}
    found = {
        Badge.NOT_ANSWERING: not facts.is_answering,
        Badge.DAMAGED: bool(codes - {NEWER_CODE, HALF_CODE}) or has_faulty,
        Badge.NEWER: NEWER_CODE in codes,
        Badge.HALF_MIGRATED: HALF_CODE in codes,
        Badge.RUNNING: facts.is_running,
        Badge.COPY: is_copy,
        Badge.SNAPSHOT: facts.access is Access.SNAPSHOT,
        Badge.READ_ONLY: not facts.is_writable and facts.access is not Access.SNAPSHOT,
    }
    return tuple(badge for badge, has_it in found.items() if has_it)


def badge_of(facts: StoreFacts) -> Badge | None:
    """The mark that matters most; None when the store was opened unchanged and could be written."""
    return next(iter(badges_of(facts)), None)


def kind_row(kind: StoreKind, stores: tuple[StoreFacts, ...]) -> LibraryRow:
    """The row of a kind; its count is the sum of what was counted."""
    counts = [store.session_count for store in stores if store.session_count is not None]
    count = f"{sum(counts):,}" if counts else ""
    name = KIND_NAMES[kind]
    return LibraryRow(name, count, None, "", f"{name}, {count} sessions" if count else name, None, kind)


def store_row(facts: StoreFacts, name: str, copies: tuple[StoreKey, ...] = (), faulty_count: int = 0) -> LibraryRow:
    """The row of a store under a name that tells it apart from the others.

    Args:
        copies: other stores with the same sessions.
        faulty_count: its sessions with faults, as far as is known.
    """
    badges = badges_of(facts, bool(copies), faulty_count > 0)
    count = "" if facts.session_count is None else f"{facts.session_count:,}"
    words = ", ".join(badge.value for badge in badges)
    lines = [f"{name}, {count} sessions" if count else "", facts.key.path, words, facts.why]
    lines += [fault.sentence for fault in facts.faults]
    lines += [f"{counted(faulty_count, 'session')} with faults"] if faulty_count else []
    lines += [f"Holds the same sessions as {other.path}" for other in copies]
    if Badge.READ_ONLY in badges and facts.write_reason:
        lines.append(facts.write_reason)
    spoken = [name, *(badge.value for badge in badges), f"{count} sessions" if count else ""]
    return LibraryRow(
        name=name,
        count_text=count,
        badge=next(iter(badges), None),
        tool_tip=as_tip("\n".join(one_line(line) for line in lines if line)),
        accessible_text=", ".join(part for part in spoken if part),
        key=facts.key,
        kind=facts.kind,
    )
