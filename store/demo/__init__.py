"""The demo library: a realm of believable work, made by the project's own writer at first use, always the same."""

from store.demo.making import REALM_ID, make_demo

__all__ = ["REALM_ID", "make_demo"]
