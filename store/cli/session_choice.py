"""Which session a person means who writes an id, or the beginning of one."""

from __future__ import annotations

from store.cancel import CancelToken
from store.cli.ordering import OpenStore
from store.errors import AmbiguousSession, SessionMissing

MAX_CANDIDATES = 10
"""Sessions named when a beginning fits several."""


def the_session(stores: list[OpenStore], beginning: str, token: CancelToken) -> tuple[OpenStore, str]:
    """The one session of all stores with this id or this beginning; an id that is exact wins.

    Raises:
        SessionMissing, AmbiguousSession: the beginning fits none, or several.
    """
    found = [(store, session) for store in stores for session in store.backend.matching_ids(beginning, token)]
    fitting = [pair for pair in found if pair[1] == beginning] or found
    if not fitting:
        raise SessionMissing(
            f"No session has an id that is or begins with {beginning!r}.",
            "burrow list PATH prints the ids.",
        )
    if len(fitting) > 1:
        raise _ambiguous(fitting, beginning, has_paths=len(stores) > 1)
    return fitting[0]


def _ambiguous(fitting: list[tuple[OpenStore, str]], beginning: str, has_paths: bool) -> AmbiguousSession:
    named = [f"{session} in {store.facts.key.path}" if has_paths else session for store, session in fitting]
    more = " and others" if len(named) >= MAX_CANDIDATES else ""
    return AmbiguousSession(
        f"Several sessions begin with {beginning!r}: {', '.join(named[:MAX_CANDIDATES])}{more}.",
        "Write more of the id, or the path of one store.",
    )
