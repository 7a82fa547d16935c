"""The demo library: a realm of believable work, made by the project's own writer at first use, always the same."""

from store.demo.making import make_demo
from store.demo.realm_id import REALM_ID

__all__ = ["REALM_ID", "make_demo"]
