"""Reading older documents as Meerkat 0.6.24 does: its migrating decode (formats/meerkat.md §2.7). Pure.

Nothing is written: the row stays as it is until Meerkat itself saves it. What was changed for display is told in
sentences, and spellings that the new form cannot hold are kept beside it, as Meerkat keeps them in its legacy bag.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from store.meerkat.codec.strict_json import Json
from store.meerkat.shapes.structs import Fields, NotTyped

VERSION: Final = 2
SESSION_METADATA: Final = "session_metadata"

_INPUT_VERSION: Final = "stored_input_state_version"
_IDENTITY: Final = "session_llm_identity"
_OLD_NAME, _NEW_NAME = "connection_ref", "auth_binding"
_LEGACY: Final = "legacy_auth_binding_"
_FIELDS: Final = (("realm", "realm_id"), ("binding", "binding_id"), ("profile", "profile"))
"""The fields of a binding: the name now, and the one before."""

_BAD_CHARACTER = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Migration:
    """A document in its newer form.

    Attributes:
        document: the whole document, with members that are no fields of it (`typed_document` drops them).
        changes: what is different, one complete sentence each; none when nothing had to be changed.
        legacy: original values that the newer form does not hold, by the keys under which Meerkat keeps them.
    """

    document: Fields
    changes: tuple[str, ...]
    legacy: Fields


def migrate(document: Json) -> Migration:
    """Bring a decoded document into the form of version 2.

    Args:
        document: as `codec.decode` gives it; it is not changed.

    Raises:
        NotTyped: it is no object.
    """
    if not isinstance(document, dict):
        raise NotTyped("the document is no JSON object")
    made, legacy, changes = dict(document), Fields(), list[str]()
    metadata = made.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get(SESSION_METADATA), dict):
        changed = migrate_session_metadata(metadata[SESSION_METADATA])
        made["metadata"] = metadata | {SESSION_METADATA: changed.document}
        legacy |= changed.legacy
        changes += changed.changes
    if isinstance(made.get(SESSION_METADATA), dict):
        changed = migrate_session_metadata(made[SESSION_METADATA])
        made[SESSION_METADATA] = changed.document
        legacy |= changed.legacy
    identity = made.get(_IDENTITY)
    if isinstance(identity, dict):
        made[_IDENTITY] = _with_binding(identity, _IDENTITY, legacy, [])
    if made.get("version") != VERSION:
        changes.insert(0, version_change(made.get("version")))
    made["version"] = VERSION
    return Migration(made, tuple(changes), legacy)


def version_change(version: Json) -> str:
    """The sentence for a document of another version."""
    if isinstance(version, int) and not isinstance(version, bool):
        return f"The document is of version {version} and is read as version {VERSION}."
    return f"The document names no version and is read as version {VERSION}."


def migrate_session_metadata(value: Json) -> Migration:
    """Bring the value of the metadata key `session_metadata` into its newer form; other values stay as they are."""
    if not isinstance(value, dict):
        return Migration({}, (), {})
    legacy: Fields = {}
    changes: list[str] = []
    made = _with_binding(value, SESSION_METADATA, legacy, changes)
    if made.get("schema_version") != VERSION:
        said = made.get("schema_version")
        of = f"of schema {said}" if isinstance(said, int) and not isinstance(said, bool) else "without a schema version"
        changes.append(f"The session's metadata is {of} and is read as schema {VERSION}.")
    made["schema_version"] = VERSION
    return Migration(made, tuple(changes), legacy)


def migrate_input_state(value: Json) -> Fields:
    """Bring a stored input of a session, decoded, into the form of version 2; it is not changed.

    Raises:
        NotTyped: it is no object.
    """
    if not isinstance(value, dict):
        raise NotTyped("the input state is no JSON object")
    made = dict(value)
    persisted = made.get("persisted_input")
    if isinstance(persisted, dict):
        made["persisted_input"] = {key: _input_body(body) for key, body in persisted.items()}
    made[_INPUT_VERSION] = VERSION
    return made


def _input_body(body: Json) -> Json:
    turn = body.get("turn_metadata") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(turn, dict):
        return body
    return body | {"turn_metadata": _with_binding(turn, "", {}, [])}


def _with_binding(found: Fields, owner: str, legacy: Fields, changes: list[str]) -> Fields:
    """The object with its binding under the new name and in the new form."""
    made = dict(found)
    if _OLD_NAME in made:
        old = made.pop(_OLD_NAME)
        if _NEW_NAME in made:
            legacy[f"{_LEGACY}{owner}_compat_alias"] = old
            changes.append(f"It holds both “{_OLD_NAME}” and “{_NEW_NAME}”; the newer one counts.")
        else:
            made[_NEW_NAME] = old
            changes.append(f"“{_OLD_NAME}” is read as “{_NEW_NAME}”.")
    binding = made.get(_NEW_NAME)
    if isinstance(binding, dict):
        originals: Fields = {}
        made[_NEW_NAME] = _binding(binding, originals, changes)
        if originals:
            legacy[f"{_LEGACY}{owner}"] = originals
    return made


def _binding(found: Fields, originals: Fields, changes: list[str]) -> Fields:
    """A binding with the new field names and names made of plain characters; what else stands there stays."""
    names = {name for pair in _FIELDS for name in pair}
    made = {key: value for key, value in found.items() if key not in names}
    for key, old_key in _FIELDS:
        name = old_key if old_key in found else key
        if name not in found:
            continue
        value = found[name]
        made[key] = value
        if isinstance(value, str) and (not value or _BAD_CHARACTER.search(value)):
            originals[old_key] = value
            made[key] = slug = _BAD_CHARACTER.sub("_", _ascii_lower(value))
            if slug != value:
                changes.append(f"The {key} “{value}” is read as “{slug}”.")
    return made


def _ascii_lower(text: str) -> str:
    return "".join(character.lower() if character.isascii() else character for character in text)
