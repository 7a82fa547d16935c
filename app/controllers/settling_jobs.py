"""Deciding at the start what became of changes that were cut off: a plain function, without Qt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.jobs import Changed

if TYPE_CHECKING:
    from app.guarding import GuardedSource
    from store.cancel import CancelToken


def settle_work(source: GuardedSource, changes_file: Path) -> Callable[[CancelToken, CancelToken], Changed]:
    """Work that decides what became of changes that were cut off; nothing is loaded where none was ever made."""

    def work(token: CancelToken, _stop: CancelToken) -> Changed:
        return Changed(source.get().settle(token)) if changes_file.exists() else Changed(())

    return work
