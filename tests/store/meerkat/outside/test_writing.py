"""A store that is open to be written: locks, full disks, read-only media, other files in its place (4-case-4)."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store.cancel import CancelToken
from store.changing import FileImage, Image
from store.errors import Cancelled, ChangeRefused
from store.meerkat.outside.changing import StoreFileChanging
from store.opening import Looking
from store.values.changes import Action, RefusalCode, Request
from tests.store.meerkat.outside.conftest import HARBOUR
from tests.store.meerkat.outside.realm import Realm

ARCHIVE = Request(Action.ARCHIVE)


@pytest.fixture
def impatient(rkat: Realm, tmp_path: Path) -> Iterator[StoreFileChanging]:
    """How `rkat` is changed by somebody who waits for a lock for a twentieth of a second."""
    with Looking(rkat.main, tmp_path / "scratch") as looking:
        yield StoreFileChanging(looking, timeout_s=0.05)


@contextmanager
def file_size_limit(size_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def test_4_case_4_a_lock_over_the_timeout_is_typed_and_a_retry_works(rkat: Realm, impatient: StoreFileChanging) -> None:
    plan = impatient.plan(ARCHIVE, [HARBOUR], CancelToken())
    with closing(rkat.connect()) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ChangeRefused) as refused, impatient.writing(CancelToken()) as writing:
            writing.begin(ARCHIVE, plan.sessions[0], CancelToken())
        assert refused.value.refusal.code is RefusalCode.LOCKED
        other.execute("ROLLBACK")
    with impatient.writing(CancelToken()) as writing:
        writing.begin(ARCHIVE, plan.sessions[0], CancelToken()).commit()
    assert rkat.state(HARBOUR) == b'"retired"'


def test_4_case_4_a_wait_for_a_lock_ends_when_it_is_cancelled(rkat: Realm) -> None:
    plan, token = rkat.plan(Action.ARCHIVE, [HARBOUR]), CancelToken()
    with closing(rkat.connect()) as other, rkat.changing.writing(CancelToken()) as writing:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.1, token.cancel)
        timer.start()
        with pytest.raises(Cancelled):
            writing.begin(plan.request, plan.sessions[0], token)
        timer.join()


def test_4_case_4_a_full_disk_is_typed_leaves_the_store_and_a_retry_works(rkat: Realm) -> None:
    changing, plan, rows = rkat.changing, rkat.plan(Action.ARCHIVE, [HARBOUR]), rkat.rows()
    with changing.writing(CancelToken()) as writing:
        step = writing.begin(plan.request, plan.sessions[0], CancelToken())
        with pytest.raises(ChangeRefused) as refused, file_size_limit(4096):
            step.commit()
    assert refused.value.refusal.code in (RefusalCode.NO_SPACE, RefusalCode.CANNOT_WRITE)
    assert rkat.rows() == rows
    assert rkat.value("PRAGMA integrity_check") == "ok"
    rkat.apply(plan)


def test_4_case_4_a_file_that_is_marked_read_only_is_refused_and_says_hide_here(rkat: Realm) -> None:
    rkat.main.chmod(0o444)
    (planned,) = rkat.plan(Action.ARCHIVE, [HARBOUR]).sessions
    assert planned.refusal is not None
    assert (planned.refusal.code, planned.title) == (RefusalCode.READ_ONLY, "Harbour log")
    assert "Hide here" in planned.refusal.advice


def test_4_case_4_a_file_that_becomes_read_only_after_the_plan_is_refused(
    rkat: Realm, impatient: StoreFileChanging
) -> None:
    plan, rows = impatient.plan(ARCHIVE, [HARBOUR], CancelToken()), rkat.rows()
    rkat.main.chmod(0o444)
    with pytest.raises(ChangeRefused) as refused, impatient.writing(CancelToken()) as writing:
        writing.begin(ARCHIVE, plan.sessions[0], CancelToken()).commit()
    rkat.main.chmod(0o644)
    assert refused.value.refusal.code is RefusalCode.READ_ONLY
    assert rkat.rows() == rows


def test_4_case_4_another_file_in_its_place_is_never_written(rkat: Realm, tmp_path: Path) -> None:
    plan = rkat.plan(Action.ARCHIVE, [HARBOUR])
    other = tmp_path / "other.sqlite3"
    shutil.copy(rkat.main, other)
    other.replace(rkat.main)
    with pytest.raises(ChangeRefused) as refused:
        rkat.apply(plan)
    assert refused.value.refusal.code is RefusalCode.CANNOT_WRITE
    assert rkat.state(HARBOUR) == b'"idle"'
    assert rkat.refusal(Action.ARCHIVE, HARBOUR) is RefusalCode.CANNOT_WRITE


def test_4_case_4_another_file_that_takes_its_place_before_the_commit_is_never_written(
    rkat: Realm, tmp_path: Path
) -> None:
    plan, old = rkat.plan(Action.ARCHIVE, [HARBOUR]), tmp_path / "old.sqlite3"
    shutil.copy(rkat.main, tmp_path / "other.sqlite3")
    with rkat.changing.writing(CancelToken()) as writing:
        step = writing.begin(plan.request, plan.sessions[0], CancelToken())
        rkat.main.rename(old)
        (tmp_path / "other.sqlite3").rename(rkat.main)
        with pytest.raises(ChangeRefused) as refused:
            step.commit()
    assert refused.value.refusal.code is RefusalCode.CANNOT_WRITE
    assert rkat.state(HARBOUR) == b'"idle"'


def test_4_case_4_a_store_that_is_gone_is_not_made(rkat: Realm) -> None:
    changing, plan = rkat.changing, rkat.plan(Action.ARCHIVE, [HARBOUR])
    shutil.rmtree(rkat.folder)
    with pytest.raises(ChangeRefused) as refused, changing.writing(CancelToken()):
        pass
    assert refused.value.refusal.code is RefusalCode.CANNOT_WRITE
    assert not rkat.main.exists()
    (planned,) = changing.plan(plan.request, [HARBOUR], CancelToken()).sessions
    assert planned.refusal is not None


def test_l7_a_backup_is_a_sound_copy_that_only_its_owner_reads(rkat: Realm, tmp_path: Path) -> None:
    target = tmp_path / "backup.sqlite3"
    with rkat.changing.writing(CancelToken()) as writing:
        writing.back_up(target, CancelToken())
    assert target.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(target)) as copy, closing(rkat.connect()) as source:
        assert list(copy.iterdump()) == list(source.iterdump())
        assert copy.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_l7_a_backup_goes_over_nothing_and_leaves_nothing_of_a_full_disk(rkat: Realm, tmp_path: Path) -> None:
    target = tmp_path / "backup.sqlite3"
    target.write_bytes(b"precious")
    with rkat.changing.writing(CancelToken()) as writing:
        with pytest.raises(ChangeRefused) as refused:
            writing.back_up(target, CancelToken())
        assert refused.value.refusal.code is RefusalCode.NO_BACKUP
        with pytest.raises(ChangeRefused) as refused, file_size_limit(8192):
            writing.back_up(tmp_path / "full.sqlite3", CancelToken())
    assert refused.value.refusal.code is RefusalCode.NO_SPACE
    assert target.read_bytes() == b"precious"
    assert [path.name for path in tmp_path.glob("full*")] == []


def test_l7_a_backup_that_is_cancelled_leaves_nothing(rkat: Realm, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    with rkat.changing.writing(CancelToken()) as writing, pytest.raises(Cancelled):
        writing.back_up(tmp_path / "backup.sqlite3", token)
    assert not (tmp_path / "backup.sqlite3").exists()


def test_l6_a_store_that_was_written_has_no_log_left_and_keeps_its_journal_mode(rkat: Realm) -> None:
    rkat.change(Action.ARCHIVE, [HARBOUR])
    assert sorted(path.name for path in rkat.folder.glob("sessions.sqlite3*")) == ["sessions.sqlite3"]
    assert rkat.main.read_bytes()[18:20] == b"\x02\x02"


def test_4_case_2_a_foreign_writer_and_ours_take_turns_and_nothing_is_lost(rkat: Realm) -> None:
    ids = [one.session_id for one in rkat.plan(Action.ARCHIVE, rkat.ids()).possible]
    with closing(rkat.connect()) as other:  # its log stays open beside ours
        other.execute("UPDATE sessions SET updated_at_ms = 1 WHERE session_id = ?", (ids[0],))
        rkat.change(Action.ARCHIVE, ids)
        other.execute("INSERT INTO runtime_states VALUES ('rt:session:other', x'2269646c6522')")
    assert rkat.state(ids[-1]) == b'"retired"'
    assert rkat.value("SELECT count(*) FROM runtime_states") == len(rkat.ids()) + 1
    assert os.access(rkat.main, os.R_OK)


def test_4_5_each_time_that_a_session_is_read_again_it_is_read_from_the_files(rkat: Realm) -> None:
    (planned,) = rkat.plan(Action.ARCHIVE, [HARBOUR]).sessions
    with rkat.changing.writing(CancelToken()) as writing:
        step = writing.begin(ARCHIVE, planned, CancelToken())
        image = step.image
        step.commit()
        writing.verify(image)
        writing.verify(image)
        rkat.run(
            "UPDATE runtime_states SET runtime_state_json = ? WHERE runtime_id = ?", b'"idle"', f"rt:session:{HARBOUR}"
        )
        with pytest.raises(ChangeRefused) as refused:
            writing.verify(image)
    assert refused.value.refusal.code is RefusalCode.VERIFY_FAILED
    assert not rkat.main.with_name(f"{rkat.main.name}-wal").exists()


def test_4_case_4_a_session_is_not_read_again_from_a_file_that_was_replaced(rkat: Realm) -> None:
    (planned,) = rkat.plan(Action.ARCHIVE, [HARBOUR]).sessions
    with rkat.changing.writing(CancelToken()) as writing:
        step = writing.begin(ARCHIVE, planned, CancelToken())
        image = step.image
        step.commit()
        writing.verify(image)
        other = rkat.main.with_name("other")
        shutil.copyfile(rkat.main, other)
        other.replace(rkat.main)
        with pytest.raises(ChangeRefused) as refused:
            writing.verify(image)
    assert refused.value.refusal.code is RefusalCode.CANNOT_WRITE


def test_4_case_4_a_written_session_whose_files_cannot_be_read_again_is_one_that_is_not_proved(rkat: Realm) -> None:
    image = Image((), (FileImage("n" * 300, None, 0o600, "sha256:"),))  # longer than a name may be
    with rkat.changing.writing(CancelToken()) as writing, pytest.raises(ChangeRefused) as refused:
        writing.verify(image)
    assert refused.value.refusal.code is RefusalCode.VERIFY_FAILED
