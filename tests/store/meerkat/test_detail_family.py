"""Info says which releases a store is written for, and nothing where it is not written (L6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.values.session import SortOrder

TOKEN = CancelToken()


@pytest.mark.parametrize(
    ("sample", "family"),
    [
        ("realm-0.6.24-rkat/realm", "Meerkat 0.6."),
        ("realm-0.6.34-rkat/realm", "Meerkat 0.6."),
        ("realm-0.7.24-rkat/realm", "Meerkat 0.7."),
        ("realm-0.9.8-rkat/realm", ""),
    ],
)
def test_l6_the_family_of_a_store_stands_in_info(
    library: Any, copy_sample: Callable[[str], Path], sample: str, family: str
) -> None:
    (facts,) = library.open(copy_sample(f"meerkat/{sample}"), TOKEN)
    backend = library.backend(facts.key)
    handle = backend.ids(SortOrder(), TOKEN).handles[0]
    session_id = backend.summaries([handle], TOKEN)[0].key.session_id
    found = backend.detail(session_id, TOKEN).family
    assert found.startswith(family)
    assert bool(found) is bool(family)
