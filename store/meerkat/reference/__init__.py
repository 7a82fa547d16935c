"""Meerkat 0.6.24's session store, to be used in its place: same bytes, same guards, same errors (§1.1, §2, §3).

It fails exactly as Meerkat does; whoever shows stores to people reads them through the backend instead.
"""
