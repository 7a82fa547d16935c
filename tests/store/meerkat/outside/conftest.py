"""Copies of real realms to be changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.meerkat.outside.realm import Realm

OpenRealm = Callable[[str], Realm]


@pytest.fixture
def open_realm(copy_sample: Callable[[str], Path], tmp_path: Path) -> Iterator[OpenRealm]:
    """Copy a realm below tests/data/stores/meerkat and open it: `open_realm("realm-0.6.24-rkat/realm")`."""
    opened: list[Realm] = []

    def open_one(name: str) -> Realm:
        opened.append(Realm(copy_sample(f"meerkat/{name}"), tmp_path / "scratch"))
        return opened[-1]

    (tmp_path / "scratch").mkdir()
    yield open_one
    for realm in opened:
        realm.close()


@pytest.fixture
def rkat(open_realm: OpenRealm) -> Realm:
    """A realm of the command line 0.6.24, at rest."""
    return open_realm("realm-0.6.24-rkat/realm")


@pytest.fixture
def rich(open_realm: OpenRealm) -> Realm:
    """A realm of the published crates 0.6.24 with everything in it."""
    return open_realm("realm-0.6.24-rich/atlas")


@pytest.fixture
def later(open_realm: OpenRealm) -> Realm:
    """A realm of the command line 0.7.24."""
    return open_realm("realm-0.7.24-rkat/realm")


HARBOUR = "01a1fd3e-87e4-78b0-971e-22b2ee913548"
"""In `rkat`: idle, with the labels project and title."""

ENQUIRY = "01a1fd3e-d25c-7e63-a031-002f29a9f8a4"
"""In `rkat`: archived by the product."""

UNANSWERED = "01a1fd3e-f900-7cc1-82f6-8e8f49a40ffd"
"""In `rkat`: a failed prompt waits for the next resume."""

STOPPED = "01a1fd3e-bfd5-7b63-acba-bab6100b0651"
"""In `rkat`: stopped, its `.seq` empty."""

ARCHIVED_07 = "01a1fd5e-1072-72c3-a326-11c864d3b514"
IDLE_07 = "01a1fd5d-f584-7551-8d4e-58d221bd2d5e"
