"""What Meerkat 0.6.24 reads of a message, and how it hashes it, is what its own code was seen to do (3.6, S2).

`tests/data/messages-judged-by-0.6.24.json` holds odd messages, each with the digest that the published 0.6.24 crates
gave it, or with their error. Each was stored as the only message of a session and loaded by the real store.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from store.meerkat.codec.codec import decode, decode_loaded, encode
from store.meerkat.shapes.digests import DigestFormat, TranscriptDigests
from store.meerkat.shapes.reference_shapes import reference_message
from store.meerkat.shapes.structs import NotTyped
from tests.conftest import ROOT

JUDGED = json.loads((ROOT / "tests" / "data" / "messages-judged-by-0.6.24.json").read_text("utf-8"))


def digest_of_held(message: Any) -> str:
    """The digest of a message as 0.6.24 holds it: what it drops is not in it any more."""
    return "sha256:" + hashlib.sha256(b"[" + encode(reference_message(message)) + b"]").hexdigest()


def outcome(name: str) -> str:
    """What is made of a message: its digest, or "refused"."""
    data = JUDGED[name]["json"].encode()
    # Digits that no release prints are read as they are loaded.
    message = decode_loaded(data) if name.startswith("numbers_") else decode(data)
    try:
        return digest_of_held(message)
    except NotTyped:
        return "refused"


def test_3_6_each_message_is_read_or_refused_as_the_real_0_6_24_does() -> None:
    found = {name: outcome(name) for name in JUDGED}
    assert found == {name: judged.get("digest", "refused") for name, judged in JUDGED.items()}
    assert (len(found), sum(each == "refused" for each in found.values())) == (136, 69)


def test_s2_whatever_0_6_24_reads_is_read_with_the_fields_of_all_releases_too() -> None:
    digests, read = TranscriptDigests(), [judged for judged in JUDGED.values() if "digest" in judged]
    for judged in read:
        digests.add(judged["json"].encode())
    assert digests.count == len(read) > 50


def test_s2_four_hundred_numbers_in_odd_spellings_hash_as_in_the_real_code() -> None:
    """Digits beyond 64 bits, exponents, leading zeros, 16 and 17 digits: all read as serde_json reads them."""
    for name in ("numbers_0", "numbers_1"):
        digests = TranscriptDigests()
        digests.add(JUDGED[name]["json"].encode())
        assert digests.revision(DigestFormat.F1) == JUDGED[name]["digest"]
