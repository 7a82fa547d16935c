"""Mutations of the files of a store as wholes, and of documents that are files."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.mutants.base import SAMPLES, Files, Form, Sample
from tests.mutants.json_bytes import JSON_MUTATIONS
from tests.mutants.mutant import Changes

Change = tuple[Changes, str]


def foreign_log(sample: Sample, chance: Random) -> Change:
    """A log beside the database that belongs to another one, or to nothing."""
    logs = [other.files[f"{other.opened}-wal"] for other in SAMPLES if other.has_log and other is not sample]
    log = chance.choice([*logs, chance.randbytes(5_000), b"", b"\x37\x7f\x06\x82" + chance.randbytes(60), b"x" * 31])
    return {f"{sample.opened}-wal": log}, f"of {len(log)} bytes"


def foreign_journal(sample: Sample, chance: Random) -> Change:
    """A rollback journal beside the database that tells of another write."""
    magic = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    head = magic + chance.choice((bytes(20), (1).to_bytes(4, "big") + chance.randbytes(16)))
    journal = chance.choice((head.ljust(512, b"\0") + chance.randbytes(4104), chance.randbytes(100), b"\0" * 600))
    return {f"{sample.opened}-journal": journal}, f"of {len(journal)} bytes"


def without_log(sample: Sample, chance: Random) -> Change:
    """The log was deleted: what stood in it alone is lost."""
    log = f"{sample.opened}-wal"
    return {sample.opened: sample.files[sample.opened], log: None}, log


def damaged_log(sample: Sample, chance: Random) -> Change:
    """The log was cut, or some of its bits are others."""
    name = f"{sample.opened}-wal"
    log = bytearray(sample.files[name])
    if chance.random() < 0.5:
        del log[chance.randrange(len(log)) :]
        note = f"cut after {len(log)} bytes"
    else:
        places = [chance.randrange(len(log)) for _ in range(chance.choice((1, 4)))]
        for place in places:
            log[place] ^= 1 << chance.randrange(8)
        note = f"at {places}"
    return {sample.opened: sample.files[sample.opened], name: bytes(log)}, note


def missing_companion(sample: Sample, chance: Random) -> Change:
    """A file beside the sessions is gone."""
    name = chance.choice(_companions(sample))
    return {name: None}, name


def damaged_companion(sample: Sample, chance: Random) -> Change:
    """A file beside the sessions holds something else."""
    name = chance.choice(_companions(sample))
    before = sample.closed[name]
    what, (_weight, change) = chance.choice(list(JSON_MUTATIONS.items()))
    after = chance.choice((change(before, chance), change(before, chance), b"", chance.randbytes(50), b"null"))
    return {name: after}, f"{name}: {what}"


def missing_folder(sample: Sample, chance: Random) -> Change:
    """A folder beside the sessions is gone with all in it."""
    folders = sorted({name.split("/")[0] for name in _companions(sample) if "/" in name})
    if not folders:
        return missing_companion(sample, chance)
    folder = chance.choice(folders)
    return {name: None for name in _companions(sample) if name.startswith(f"{folder}/")}, folder


def damaged_document(name: str) -> Callable[[Sample, Random], Change]:
    """The mutation of JSON bytes of this name, of a session that is a file."""
    _weight, change = JSON_MUTATIONS[name]

    def mutate(sample: Sample, chance: Random) -> Change:
        path = chance.choice(_documents(sample.closed))
        return {path: change(sample.closed[path], chance)}, path

    return mutate


def swapped_documents(sample: Sample, chance: Random) -> Change:
    """Two sessions' files have each other's name."""
    one, other = chance.sample(_documents(sample.closed), 2)
    return {one: sample.closed[other], other: sample.closed[one]}, f"{one} and {other}"


def copied_document(sample: Sample, chance: Random) -> Change:
    """A session's file stands there again under the name of another session, or of none."""
    one, other = chance.sample(_documents(sample.closed), 2)
    stranger = "sessions_jsonl/01a1ffff-0000-7000-8000-000000000000.jsonl"
    target = chance.choice((other, stranger, "sessions_jsonl/x.jsonl"))
    return {target: sample.closed[one]}, f"{one} as {target}"


def missing_document(sample: Sample, chance: Random) -> Change:
    """A session's file is gone, what stands beside it stays."""
    path = chance.choice(_documents(sample.closed))
    return {path: None}, path


def damaged_sidecar(sample: Sample, chance: Random) -> Change:
    """What tells a session's row without its document is gone, swapped or broken."""
    sidecars = [name for name in sample.closed if name.endswith(".meta")]
    one, other = chance.sample(sidecars, 2)
    what, (_weight, change) = chance.choice(list(JSON_MUTATIONS.items()))
    broken = change(sample.closed[one], chance)
    content = chance.choice((None, sample.closed[other], broken, broken, broken, b"", b"[]"))
    return {one: content}, f"{one}: {what if content is broken else 'other'}"


def _documents(files: Files) -> list[str]:
    return [name for name in files if name.startswith("sessions_jsonl/") and name.endswith(".jsonl")] or list(files)


def _companions(sample: Sample) -> list[str]:
    """All files but those that hold the sessions themselves."""
    documents = set(_documents(sample.closed)) if sample.form is Form.JSONL else {sample.opened}
    return [name for name in sample.closed if name not in documents]


FILE_MUTATIONS: dict[str, tuple[int, Callable[[Sample, Random], Change]]] = {
    "foreign log": (2, foreign_log),
    "foreign journal": (1, foreign_journal),
    "missing companion": (2, missing_companion),
    "damaged companion": (3, damaged_companion),
    "missing folder": (1, missing_folder),
}
LOG_MUTATIONS: dict[str, tuple[int, Callable[[Sample, Random], Change]]] = {
    "no log": (1, without_log),
    "damaged log": (3, damaged_log),
}
JSONL_MUTATIONS: dict[str, tuple[int, Callable[[Sample, Random], Change]]] = {
    "swapped documents": (3, swapped_documents),
    "copied document": (3, copied_document),
    "missing document": (2, missing_document),
    "damaged sidecar": (6, damaged_sidecar),
}
"""Weight and function of each mutation, by its name."""
