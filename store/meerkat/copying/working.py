"""A session made ready to be worked on by Meerkat 0.6.24, where a copy without any change could only be looked at.

Messages of before 0.6.0 have no time, so that 0.6.24 holds another transcript at each load and refuses to save over it;
and newer releases spell a provider in another way (formats/meerkat.md §0 fact 6, §2.5, §3.11). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, cast

from store.meerkat.codec.codec import encode
from store.meerkat.codec.strict_json import Json
from store.meerkat.copying.fitting import DoesNotFit, exact
from store.meerkat.messages.times import rfc3339
from store.meerkat.shapes.migration import SESSION_METADATA
from store.meerkat.shapes.structs import Fields
from store.values.whole import WholeSession

_PROVIDER_NAMES: Final = {"openai": "open_a_i"}
"""Names of providers of late 0.7 and later, and what 0.6.24 calls them."""


@dataclass(frozen=True, slots=True)
class Workable:
    """A session to be copied into a working store.

    Attributes:
        remarks: what is different in it, one complete sentence each.
    """

    whole: WholeSession
    remarks: tuple[str, ...]


def workable(whole: WholeSession) -> Workable:
    """Give messages without a time that of their session's beginning, and a provider the name that 0.6.24 knows.

    What cannot be read stays as it is: whoever fits the session into the older format says what is wrong with it.
    """
    remarks: list[str] = []
    whole = _stamped(whole, remarks)
    return Workable(_with_known_provider(whole, remarks), tuple(remarks))


def _stamped(whole: WholeSession, remarks: list[str]) -> WholeSession:
    time = _beginning(whole)
    if time is None:
        return whole
    messages = [_with_time(data, time) for data in whole.messages]
    count = sum(stamped is not data for stamped, data in zip(messages, whole.messages, strict=True))
    if not count:
        return whole
    what = "1 message has no time and gets" if count == 1 else f"{count:,} messages have no time and get"
    remarks.append(f"{what} that at which its session began, so that Meerkat 0.6.24 can go on with it.")
    return replace(whole, messages=tuple(messages))


def _with_time(data: bytes, time: str) -> bytes:
    """A message with a time as its last field; the very same bytes where it has one already, or is no message."""
    message = _read(data)
    if not isinstance(message, dict) or not message or "created_at" in message:
        return data
    return data.rstrip()[:-1] + b',"created_at":"' + time.encode() + b'"}'


def _beginning(whole: WholeSession) -> str | None:
    """When the session began, as messages hold times; None where its document does not say."""
    value = _read(whole.envelope.get("created_at", b"null"))
    if not isinstance(value, dict):
        return None
    seconds, nanos = value.get("secs_since_epoch"), value.get("nanos_since_epoch")
    if type(seconds) is not int or type(nanos) is not int or seconds < 0 or not 0 <= nanos < 1_000_000_000:
        return None
    try:
        return rfc3339(seconds * 1_000_000_000 + nanos)
    except OverflowError:
        return None


def _with_known_provider(whole: WholeSession, remarks: list[str]) -> WholeSession:
    settings = _read(whole.metadata.get(SESSION_METADATA, b"null"))
    provider = settings.get("provider") if isinstance(settings, dict) else None
    known = _PROVIDER_NAMES.get(provider) if isinstance(provider, str) else None
    if known is None:
        return whole
    remarks.append(f"Its provider “{provider}” is called “{known}” in it, as Meerkat 0.6.24 calls it.")
    changed: Fields = cast(Fields, settings) | {"provider": known}
    return replace(whole, metadata=whole.metadata | {SESSION_METADATA: encode(cast(Json, changed))})


def _read(data: bytes) -> Json:
    """A stored value; None where it cannot be read without loss."""
    try:
        return exact(data, "it")
    except DoesNotFit:
        return None
