"""The catalogue: our cache of what lists need beyond the columns of a store.

One SQLite file of ours in the cache folder. It is rebuilt, never repaired, and never needed to show a row: what a row
shows comes from the store itself, and what stands here of a session counts only while the session's stored columns are
the ones that it was read with.
"""

from store.catalogue.catalogue import Catalogue

__all__ = ["Catalogue"]
