"""The name of the demo realm. Apart from what tells its stories, so that a demo that is there opens without them."""

from typing import Final

REALM_ID: Final = "orchard"
