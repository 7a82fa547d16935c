"""Which sessions could take a change, and the one sentence that says why not (formats/meerkat.md §3.10)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.values.checks import SessionCheck

Check = Callable[[Path], dict[str, SessionCheck]]


def calm(main: Path) -> Path:
    """Let the files be of yesterday: nobody works on them."""
    past = time.time() - 86_400
    for path in (main, *main.parent.glob(main.name + "-*")):
        os.utime(path, (past, past))
    return main


@pytest.fixture
def columns(make: Any) -> dict[str, Any]:
    return {"created_at_ms": make.updated_ms - 60_000, "updated_at_ms": make.updated_ms, "total_tokens": 10}


def test_3_3_a_sound_session_of_a_known_layout_is_writable(
    made: Any, make: Any, check_all: Check, columns: dict[str, Any]
) -> None:
    made.add(1, [make.user("one")], **columns)
    check = check_all(calm(made.done()))[make.session_id(1)]
    assert check.is_writable
    assert check.write_reason
    assert check.revision is not None
    assert check.digest_format == 1


@pytest.mark.parametrize(
    ("state", "is_writable"),
    [
        ('{"current_state":"queued"}', False),
        ('{"current_state":"staged","terminal_outcome":null}', False),
        ('{"current_state":"consumed","terminal_outcome":{"kind":"completed"}}', True),
    ],
)
def test_3_3_a_session_with_an_input_without_outcome_is_not_writable(
    made: Any, make: Any, check_all: Check, columns: dict[str, Any], state: str, is_writable: bool
) -> None:
    name = made.add(1, [make.user("one")], **columns)
    other = made.add(2, [make.user("one")], **columns)
    made.connection.execute("INSERT INTO runtime_input_states VALUES (?, 'i', ?)", (f"rt:session:{name}", state))
    checks = check_all(calm(made.done()))
    assert checks[name].is_writable is is_writable
    assert ("no outcome yet" in checks[name].write_reason) is not is_writable
    assert checks[other].is_writable


def test_3_3_a_session_that_is_not_sound_is_not_writable_and_the_check_says_why(
    made: Any, make: Any, check_all: Check, columns: dict[str, Any]
) -> None:
    made.add(1, [make.user("one"), {"role": "robot"}], **columns)
    made.add(2, [make.user("one")], **columns)
    checks = check_all(calm(made.done()))
    bad = checks[make.session_id(1)]
    assert not bad.is_writable
    assert "unknown role “robot”" in bad.write_reason
    assert checks[make.session_id(2)].is_writable


def test_3_3_nothing_is_writable_while_a_program_works_on_the_store(
    made: Any, make: Any, check_all: Check, columns: dict[str, Any]
) -> None:
    made.add(1, [make.user("one")], **columns)
    check = check_all(made.done())[make.session_id(1)]
    assert not check.is_writable
    assert "works on this store" in check.write_reason


def test_3_3_a_half_bridged_realm_is_not_writable(copy_sample: Callable[[str], Path], check_all: Check) -> None:
    main = copy_sample("meerkat/realm-0.6.24-bridged-by-0.9.8") / "realm" / "sessions.sqlite3"
    assert not any(check.is_writable for check in check_all(calm(main)).values())
