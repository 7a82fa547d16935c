"""The door of the store side: everything that the window and other programs may use. No Qt here.

Inside this package nothing is imported from here; each module imports what it needs from where it stands. What changes
stores is loaded when it is first asked for: the start of the program needs none of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from store.backend import Backend, System
from store.cancel import CancelToken, Progress
from store.copying import copy_to_working_store, plan_copy
from store.demo import make_demo
from store.discovery import Origin, SearchPlace, Surroundings, added_places, find_at, usual_places
from store.doctor import examine
from store.errors import BurrowError, Cancelled, OpenError, SessionError
from store.library import Found, Library
from store.lists import Lists
from store.opening import remove_leftovers
from store.paths import OwnPaths
from store.searching import Candidate
from store.unread import given_up_facts, silent_facts
from store.version import VERSION

if TYPE_CHECKING:
    from store.guarded import ChangesUnusable, Guarded, ReceiptAmbiguous, ReceiptMissing

__all__ = [
    "VERSION",
    "Backend",
    "BurrowError",
    "CancelToken",
    "Cancelled",
    "Candidate",
    "ChangesUnusable",
    "Found",
    "Guarded",
    "Library",
    "Lists",
    "OpenError",
    "Origin",
    "OwnPaths",
    "Progress",
    "ReceiptAmbiguous",
    "ReceiptMissing",
    "SearchPlace",
    "SessionError",
    "Surroundings",
    "System",
    "added_places",
    "copy_to_working_store",
    "examine",
    "find_at",
    "given_up_facts",
    "make_demo",
    "plan_copy",
    "remove_leftovers",
    "silent_facts",
    "usual_places",
]

LATER = frozenset({"ChangesUnusable", "Guarded", "ReceiptAmbiguous", "ReceiptMissing"})


def __getattr__(name: str) -> Any:
    """What is loaded when it is first asked for."""
    if name in LATER:
        return getattr(import_module("store.guarded"), name)
    raise AttributeError(f"module 'store' has no attribute {name!r}")
