"""Whether a store's layout and file could take a change from us, and why so. Looks at permissions, writes nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from store.meerkat.generation import Generation, Layout

if TYPE_CHECKING:
    from store.values.changes import RefusalCode

_READ_ONLY = {
    Generation.S07H: "Meerkat 0.7.25 to 0.8.3 cannot resume what it compacted itself; such stores are read only.",
    Generation.S08L: "Meerkat 0.8.4 to 0.8.50 guards its stores with stamps and seals of its own; they are read only.",
    Generation.S09: "Meerkat 0.8.51 and later seals its stores; they are read only.",
    Generation.WHOLE_BLOB: "The runtime names each document by its digest and guards it; such stores are read only.",
    Generation.NEWER: "The store is newer than every Meerkat known to Burrow; such stores are read only.",
}


def writability(main: Path, layout: Layout) -> tuple[bool, str]:
    """Say whether a store may be written, in one sentence."""
    found = write_obstacle(main, layout)
    if found is not None:
        return False, found[1]
    return True, "Layout and file could take a change; Burrow makes none while it looks."


def write_obstacle(main: Path, layout: Layout) -> tuple[RefusalCode, str] | None:
    """Why a store may not be written, with a sentence; None where its layout and its file could take a change.

    Source:
        formats/meerkat.md §0 fact 11: S-0.6 files written by 0.6.0 to 0.7.24 only.
    """
    found = _obstacle(main, layout)
    if found is None:
        return None
    # Loaded for the first store that may not be written: the start of the program needs none of it.
    from store.values.changes import RefusalCode

    return RefusalCode[found[0]], found[1]


def _obstacle(main: Path, layout: Layout) -> tuple[Literal["GENERATION", "TOO_OLD", "READ_ONLY"], str] | None:
    """The same, with the name of the code."""
    if layout.is_half_bridged:
        what = "A migration to a newer Meerkat stopped half-way here; such a store is read only."
        return "GENERATION", what
    reason = _READ_ONLY.get(layout.generation)
    if reason is not None:
        return "GENERATION", reason
    if layout.ledger is not None:
        what = "The store has a schema ledger, which releases that Burrow may write for do not have."
        return "GENERATION", what
    if not layout.has("runtime_auth_oauth_flow_state"):
        what = "The store was last used by a Meerkat older than 0.6.0; such stores are read only."
        return "TOO_OLD", what
    if not os.access(main, os.W_OK):
        return "READ_ONLY", "The system does not let us write the file."
    if not os.access(main.parent, os.W_OK):
        return "READ_ONLY", "The system does not let us write in the store's folder."
    if not _is_marked_writable(main):
        return "READ_ONLY", "The file is marked as read-only."
    return None


def _is_marked_writable(main: Path) -> bool:
    """Whether anybody may write the file by its mode: who may write everything would otherwise overlook the mark."""
    try:
        return bool(main.stat().st_mode & 0o222)
    except OSError:
        return True
