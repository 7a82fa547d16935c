"""Every real realm checked: what fails is what is known to be wrong with it, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from store.values.checks import CheckName, Outcome, SessionCheck, Severity

Check = Callable[[Path], dict[str, SessionCheck]]

SOUND = (
    "realm-0.6.24-bridged-by-0.9.8/realm/sessions.sqlite3",
    "realm-0.6.24-crashed/realm/sessions.sqlite3",
    "realm-0.6.24-rkat-rewritten/realm/sessions.sqlite3",
    "realm-0.6.24-rkat-server/realm/sessions.sqlite3",
    "realm-0.6.24-rkat/realm/sessions.sqlite3",
    "realm-0.6.24-running/realm/sessions.sqlite3",
    "realm-0.7.24-rkat/realm/sessions.sqlite3",
    "realm-0.7.28-rkat/realm/sessions.sqlite3",
    "realm-0.7.28/attempted-turn/sessions.sqlite3",
    "realm-0.7.5/attempted-turn/sessions.sqlite3",
    "realm-0.8.10/sessions.sqlite3",
    "realm-0.8.26-rkat/realm/sessions.sqlite3",
    "realm-0.9.8-crashed/realm/sessions.sqlite3",
    "realm-0.9.8-rkat/realm/sessions.sqlite3",
    "store-0.8.50-rotated/sessions.sqlite3",
    "store-0.9.3-whole-blob/runtime.sqlite",
)
"""Their processes may have been killed, their turns stopped: what is stored agrees with itself."""

HEADS = ("realm-0.7.28-rkat", "realm-0.8.10", "realm-0.8.26-rkat", "realm-0.9.8-rkat", "store-0.8.50-rotated")
SEALED = ("realm-0.8.26-rkat", "realm-0.9.8-rkat", "realm-0.9.8-crashed")


def outcomes(checks: dict[str, SessionCheck], name: CheckName) -> Counter[Outcome]:
    return Counter(next(one.outcome for one in check.results if one.name is name) for check in checks.values())


@pytest.mark.parametrize("sample", SOUND)
def test_3_3_no_check_fails_in_a_sound_real_realm(
    copy_sample: Callable[[str], Path],
    check_all: Check,
    untouched: Callable[[Path], AbstractContextManager[None]],
    sample: str,
) -> None:
    name, _, rest = sample.partition("/")
    folder = copy_sample(f"meerkat/{name}")
    with untouched(folder):
        checks = check_all(folder / rest)
    assert checks
    assert [(check.session_id, one) for check in checks.values() for one in check.failed] == []
    assert all([one.name for one in check.results] == list(CheckName) for check in checks.values())
    assert all(one.sentence for check in checks.values() for one in check.results)
    assert outcomes(checks, CheckName.DOCUMENT) == Counter({Outcome.PASSED: len(checks)})
    assert outcomes(checks, CheckName.ROW_COUNTS) == Counter({Outcome.PASSED: len(checks)})
    if name in HEADS:
        assert outcomes(checks, CheckName.REVISION_DIGEST) == Counter({Outcome.PASSED: len(checks)})
        assert outcomes(checks, CheckName.HEAD_TOKEN) == Counter({Outcome.PASSED: len(checks)})
    if name in SEALED:
        for proof in (CheckName.AUTHORITY, CheckName.ROW_LINEAGE, CheckName.METADATA_CELLS):
            assert outcomes(checks, proof) == Counter({Outcome.PASSED: len(checks)})


def test_3_3_the_rich_realm_fails_only_where_it_refers_to_blobs_that_it_never_had(
    copy_sample: Callable[[str], Path], check_all: Check
) -> None:
    folder = copy_sample("meerkat/realm-0.6.24-rich")
    checks = check_all(folder / "atlas" / "sessions.sqlite3")
    failed = [one for check in checks.values() for one in check.failed]
    assert {one.name for one in failed} == {CheckName.BLOBS}
    assert all("missing" in one.sentence and one.expected.startswith("sha256:0000000000") for one in failed)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))["sessions"]
    rewritten = {one["id"] for one in expected if one["history"] is not None}
    passed = {
        session_id
        for session_id, check in checks.items()
        for one in check.results
        if one.name is CheckName.REVISION_GRAPH and one.outcome is Outcome.PASSED
    }
    assert passed == rewritten
    revisions = {one["id"]: one["revision"] for one in expected if one.get("revision")}
    assert all(checks[session_id].revision == revision for session_id, revision in revisions.items())


def test_3_3_the_session_whose_rows_0_6_34_left_apart_is_the_one_that_fails(
    copy_sample: Callable[[str], Path], check_all: Check
) -> None:
    checks = check_all(copy_sample("meerkat/realm-0.6.34-rkat") / "realm" / "sessions.sqlite3")
    ((session_id, failed),) = [(one, result) for one, check in checks.items() for result in check.failed]
    assert failed.name is CheckName.COPIES
    assert (failed.expected, failed.found) == ("10", "12")
    assert not checks[session_id].is_writable
    assert checks[session_id].findings[0].severity is Severity.ERROR


def test_3_3_the_run_that_a_kill_cut_short_is_a_warning_and_no_failed_check(
    copy_sample: Callable[[str], Path], check_all: Check
) -> None:
    checks = check_all(copy_sample("meerkat/realm-0.9.8-crashed") / "realm" / "sessions.sqlite3")
    (found,) = [one for check in checks.values() for one in check.findings]
    assert (found.severity, found.code) == (Severity.WARNING, "unfinished-run")
    boundary = next(one for one in checks[found.session_id or ""].results if one.name is CheckName.AUTHORITY)
    assert "covers 3 of 6 messages" in boundary.sentence


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        ("realm-0.7.28-rkat", "(format 3)"),
        ("realm-0.8.26-rkat", "(format 4 or 5)"),
        ("realm-0.9.8-rkat", "(format 5)"),
        ("realm-0.7.24-rkat", "(format 3)"),
        ("realm-0.6.34-rkat", "(format 1)"),
    ],
)
def test_3_3_the_revision_check_names_the_digest_format(
    copy_sample: Callable[[str], Path], check_all: Check, sample: str, words: str
) -> None:
    checks = check_all(copy_sample(f"meerkat/{sample}") / "realm" / "sessions.sqlite3")
    passed = [
        one
        for check in checks.values()
        for one in check.results
        if one.name is CheckName.REVISION_DIGEST and one.outcome is Outcome.PASSED
    ]
    assert passed
    assert all(words in one.sentence for one in passed)


def test_3_3_receipts_of_every_generation_agree_with_the_messages(
    copy_sample: Callable[[str], Path], check_all: Check
) -> None:
    for sample in ("realm-0.6.24-rkat", "realm-0.7.28-rkat", "realm-0.8.26-rkat", "realm-0.9.8-rkat"):
        checks = check_all(copy_sample(f"meerkat/{sample}") / "realm" / "sessions.sqlite3")
        counted = [one for check in checks.values() for one in check.results if one.name is CheckName.BOUNDARY_RECEIPTS]
        agreed = [one for one in counted if one.outcome is Outcome.PASSED]
        assert len(agreed) >= 9
        assert all(one.agreeing == one.total for one in agreed)
