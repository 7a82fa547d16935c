"""The windows beside the main one, by the actions that open them."""

from __future__ import annotations

from app.commands import ActionId

WINDOWS = (
    ActionId.PALETTE,
    ActionId.SHORTCUTS,
    ActionId.PREFERENCES,
    ActionId.ABOUT,
    ActionId.CHECK_STORE,
    ActionId.CHANGES,
    ActionId.ARCHIVE,
    ActionId.LABELS,
    ActionId.COPY_TO_WORKING_STORE,
    ActionId.RENAME,
    ActionId.NOTE,
)
