"""Sentences about a store, for status bar, bands and panels. Pure text, any thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import PurePath

from app.present.one_line import one_line
from app.present.sizes import counted
from app.present.times import moment
from store.values.store import Access, StoreFacts, StoreKey

ACCESS_WORDS = {
    Access.UNCHANGED_FILE: "read unchanged",
    Access.SNAPSHOT: "read from a private snapshot",
    Access.IN_PLACE: "read in place",
    Access.PLAIN_FILE: "read as a plain file",
}
"""How a store is being read, in the words of the status bar."""

NEWER_CODE, HALF_CODE = "newer-schema", "half-bridged"
"""Faults of a store that is not damaged: a newer release wrote it, or a migration of it stopped half-way."""


def access_sentence(facts: StoreFacts, zone: tzinfo | None = None) -> str:
    """How a store is being read: "orchard is running · read from a private snapshot"."""
    name = one_line(facts.name)
    if facts.access is None:
        return failure_title(facts)
    words = [f"{name} is running" if facts.is_running else name, ACCESS_WORDS[facts.access]]
    if facts.state_of_ms is not None and (at := moment(facts.state_of_ms, zone)) is not None:
        words.append(f"state of {at.hour:02}:{at.minute:02}:{at.second:02}")
    return " · ".join(words)


def stores_sentence(stores: Sequence[StoreFacts], left_out: Sequence[StoreFacts]) -> str:
    """What is to be known of several stores: "29 stores · 2 running · 1 does not answer".

    Args:
        left_out: stores that belong to them and cannot be read.
    """
    running = sum(facts.is_running for facts in stores)
    silent = sum(not facts.is_answering for facts in left_out)
    failed = len(left_out) - silent
    words = [counted(len(stores), "store")]
    words += [f"{running:,} running"] if running else []
    words += [f"{silent:,} {'does' if silent == 1 else 'do'} not answer"] if silent else []
    words += [f"{failed:,} cannot be opened"] if failed else []
    return " · ".join(words)


def short_place(path: str) -> str:
    """The last three parts of a path, for a list of places: "realms/orchard/sessions.sqlite3"."""
    parts = PurePath(path).parts
    return one_line(path if len(parts) <= 3 else str(PurePath(*parts[-3:])))


def told_apart(stores: Sequence[StoreFacts]) -> dict[StoreKey, str]:
    """A name for each store that no other has: where two are called the same, the folder in which they differ is added.

    Returns:
        Names on one line: "orchard", "demo – realm-a", "demo – realm-b".
    """
    alike: dict[str, list[StoreFacts]] = {}
    for facts in stores:
        alike.setdefault(one_line(facts.name), []).append(facts)
    names = {}
    for name, same in alike.items():
        folders = {facts.key: PurePath(facts.key.path).parent.parts[::-1] for facts in same}
        for key, parts in folders.items():
            others = [other for other_key, other in folders.items() if other_key != key]
            names[key] = name if not others else f"{name} – {one_line(_differing(parts, others))}"
    return names


def _differing(parts: tuple[str, ...], others: list[tuple[str, ...]]) -> str:
    """The innermost folder that none of the others has at its place, else the shortest end of the path."""
    for depth, part in enumerate(parts):
        if all(len(other) <= depth or other[depth] != part for other in others):
            return part
    begin = next((n for n, part in enumerate(parts) if any(other[n : n + 1] != (part,) for other in others)), 0)
    for end in range(begin + 1, len(parts)):
        if all(other[begin:end] != parts[begin:end] for other in others):
            return str(PurePath(*parts[begin:end][::-1]))
    return str(PurePath(*parts[::-1]))


def failure_title(facts: StoreFacts) -> str:
    """Title of the panel for a store that cannot be read."""
    return f"{one_line(facts.name)} {'cannot be opened' if facts.is_answering else 'does not answer'}"


def failure_advice(facts: StoreFacts) -> str:
    """What can be done about a store that cannot be read, in the window."""
    if not facts.can_read_in_place:
        return facts.advice
    return f"{facts.advice} Or read it in place, for this once: that touches its “-shm” file, and nothing else."


def failure_report(facts: StoreFacts) -> str:
    """What Copy takes along: the path and the reason."""
    lines = [facts.key.path, *(f"{fault.code}: {fault.sentence}" for fault in facts.faults), facts.advice]
    return "\n".join(line for line in lines if line) + "\n"


def store_notice(facts: StoreFacts) -> str:
    """What is to be known of an open store before any of its sessions is read; "" where all is as it should be.

    A store that cannot be read any more has its own sentence in the band below the list.
    """
    if not facts.is_open or facts.advice or not facts.faults:
        return ""
    said = list(dict.fromkeys(one_line(fault.sentence) for fault in facts.faults))
    if not facts.is_writable and not any(fault.code == NEWER_CODE for fault in facts.faults):
        said.append("The store is read only.")
    return " ".join(sentence if sentence.endswith((".", "…", "!", "?")) else f"{sentence}." for sentence in said)
