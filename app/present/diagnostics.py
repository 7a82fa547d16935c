"""What "Copy Diagnostics" takes along: versions, the look, places of our own, kinds and counts. Pure text.

Never a title, an id of a session, a label or any other content; of a store its kind, how it is read, how many sessions
it has and the codes of its faults, not its name and not its place. The home folder is written as "~".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from store.values.store import StoreFacts


def diagnostics_text(
    versions: Sequence[tuple[str, str]],
    look: Sequence[tuple[str, str]],
    places: Sequence[tuple[str, str]],
    stores: Sequence[StoreFacts],
    home: str,
) -> str:
    """The whole text.

    Args:
        versions, look, places: names and values, in order; places are paths of our own files.
        stores: those of the library, in its order.
        home: the user's home folder; empty if there is none.
    """
    lines = ["Burrow diagnostics (no content of sessions)", ""]
    lines += _table(versions)
    lines += ["", "Look", *_table(look)]
    lines += ["", "Own files", *_table([(name, without_home(path, home)) for name, path in places])]
    lines += ["", f"Stores: {len(stores)}"]
    lines += [f"  {number}  {store_line(facts)}" for number, facts in enumerate(stores, 1)]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[tuple[str, str]]) -> list[str]:
    wide = max((len(name) for name, _value in rows), default=0)
    return [f"  {name:<{wide}}  {value}" for name, value in rows]


def without_home(path: str, home: str) -> str:
    """A path with the home folder written as "~", as it often names its user."""
    if home and PurePath(path).is_relative_to(home):
        return str(PurePath("~", PurePath(path).relative_to(home)))
    return path


def store_line(facts: StoreFacts) -> str:
    """A store in numbers: "meerkat, S-0.6, unchanged-file, 12 sessions, 1 fault: torn-row"."""
    count = "sessions not counted" if facts.session_count is None else f"{facts.session_count} sessions"
    access = "not opened" if facts.access is None else facts.access.value
    codes = Counter(fault.code for fault in facts.faults)
    faults = ", ".join(code if number == 1 else f"{code} ×{number}" for code, number in sorted(codes.items()))
    parts = [facts.kind.value, facts.generation or "generation unknown", access, count]
    return ", ".join(parts) + (f"; faults: {faults}" if faults else "")
