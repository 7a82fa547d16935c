"""The door of the store side: everything that the window and other programs may use. No Qt here.

Inside this package nothing is imported from here; each module imports what it needs from where it stands.
"""

from store.backend import Backend, System
from store.cancel import CancelToken, Progress
from store.demo import make_demo
from store.errors import BurrowError, Cancelled, OpenError, SessionError
from store.library import Library
from store.opening import remove_leftovers
from store.paths import OwnPaths
from store.version import VERSION

__all__ = [
    "VERSION",
    "Backend",
    "BurrowError",
    "CancelToken",
    "Cancelled",
    "Library",
    "OpenError",
    "OwnPaths",
    "Progress",
    "SessionError",
    "System",
    "make_demo",
    "remove_leftovers",
]
