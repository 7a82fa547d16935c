"""The door of the store side: everything that the window and other programs may use. No Qt here.

Inside this package nothing is imported from here; each module imports what it needs from where it stands.
"""

from store.backend import Backend, System
from store.cancel import CancelToken, Progress
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

__all__ = [
    "VERSION",
    "Backend",
    "BurrowError",
    "CancelToken",
    "Cancelled",
    "Candidate",
    "Found",
    "Library",
    "Lists",
    "OpenError",
    "Origin",
    "OwnPaths",
    "Progress",
    "SearchPlace",
    "SessionError",
    "Surroundings",
    "System",
    "added_places",
    "examine",
    "find_at",
    "given_up_facts",
    "make_demo",
    "remove_leftovers",
    "silent_facts",
    "usual_places",
]
