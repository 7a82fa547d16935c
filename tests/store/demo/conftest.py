"""The demo library, made once for all tests that only look at it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.demo import make_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The main file of a demo library."""
    return make_demo(tmp_path_factory.mktemp("demo"), CancelToken())


@pytest.fixture(scope="session")
def documents(demo: Path) -> dict[str, dict[str, Any]]:
    """Every document of it, by session id, newest first."""
    with closing(sqlite3.connect(f"{demo.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        rows = connection.execute("SELECT session_id, session_json FROM sessions ORDER BY updated_at_ms DESC")
        return {session_id: json.loads(document) for session_id, document in rows}
