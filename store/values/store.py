"""Facts about one store: what it is, how it is being read and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from store.values.fault import Fault


class StoreKind(StrEnum):
    """Which system wrote a store; the value is the word of the command line."""

    MEERKAT = "meerkat"
    UNKNOWN = "unknown"


class Access(StrEnum):
    """How a store is being read; the value is the word of the command line."""

    UNCHANGED_FILE = "unchanged-file"
    SNAPSHOT = "snapshot"
    IN_PLACE = "in-place"
    PLAIN_FILE = "plain-file"


class StoreKey(NamedTuple):
    """Identity of a store: the resolved real path of its main file."""

    path: str


class SessionKey(NamedTuple):
    """Identity of a session: its store and its id there. Two copies of a store hold two sessions."""

    store: StoreKey
    session_id: str


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What is known of a store after it was opened, or after opening failed.

    Attributes:
        key: identity.
        name: what people call it: the realm's name, else the file's name without what is the same for all.
        file_name: name of the main file.
        kind: system.
        generation: "S-0.6", "S-0.7H", "S-0.8L", "document" …; None when it could not be opened.
        access: how it is read; None when it could not be opened.
        why: one sentence: how it was opened and why so; empty when it could not be opened.
        is_writable: whether its layout and its file could take a change from us.
        write_reason: one sentence that gives the reason for `is_writable`.
        session_count: rows of the list; None when not counted.
        size_bytes: main file and log.
        is_running: a program works on it now (README, "Words": running).
        state_of_ms: when the state that is read was current, if it is not the newest; else None.
        realm: realm id, if the store lies in one.
        faults: of the store as a whole; a store that could not be opened has exactly one.
        advice: what can be done, when it could not be opened.
        can_read_in_place: it could not be opened without touching its `-shm` file, and could be with it.
        is_answering: False when its disk has not answered for a while; it may still.
    """

    key: StoreKey
    name: str
    file_name: str
    kind: StoreKind
    generation: str | None
    access: Access | None
    why: str
    is_writable: bool = False
    write_reason: str = ""
    session_count: int | None = None
    size_bytes: int | None = None
    is_running: bool = False
    state_of_ms: int | None = None
    realm: str | None = None
    faults: tuple[Fault, ...] = ()
    advice: str = ""
    can_read_in_place: bool = False
    is_answering: bool = True

    @property
    def is_open(self) -> bool:
        """Whether sessions can be read from it."""
        return self.generation is not None
