"""Fixtures of the tests that ask the real Meerkat."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.oracle.judge import VARIABLE, Judge


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """The real Meerkat 0.6.24."""
    program = os.environ.get(VARIABLE)
    if not program:
        pytest.skip(f"{VARIABLE} names no program")
    scratch = tmp_path / "judged"
    scratch.mkdir()
    return Judge(Path(program), scratch)
