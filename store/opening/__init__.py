"""How a store's files are opened to look: without touching them, and in one consistent state.

Everything that reads a user's SQLite file goes through `Looking`, everything that reads a document through
`read_plain`. Only worker threads may call them.
"""

from store.opening.classify import classify
from store.opening.content import SQLITE_MAGIC, is_text, refusal
from store.opening.looking import Looking
from store.opening.plain import read_plain
from store.opening.scratch import remove_leftovers

__all__ = ["SQLITE_MAGIC", "Looking", "classify", "is_text", "read_plain", "refusal", "remove_leftovers"]
