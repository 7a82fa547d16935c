"""Stored documents are read as the real 0.6.24 reads them: the same bytes afterwards, the same words (L1; P1; P2 H)."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from store.cancel import CancelToken
from store.errors import Cancelled
from store.meerkat.reference.canonical import Shapes
from store.meerkat.reference.errors import Internal
from store.meerkat.reference.session import Session
from store.meerkat.shapes.migration import migrate, migrate_input_state
from store.meerkat.shapes.structs import NotTyped
from tests.store.meerkat.reference.clocks import ticking
from tests.store.meerkat.shapes.test_migration import ID, INLINE, INPUTS, MINIMAL
from tests.store.meerkat.stored import json_cells, vectors

LEGACY = vectors()["legacy_v1_without_created_at"]
RAW_ARGUMENTS = {"019eaed8-bf33-70b4-b93f-71ba6b00d05d", "019eaedd-51fb-792d-b0f7-4d5ea7169b5c"}
"""Two snapshots that were written from memory, with the arguments as the model spelled them."""


def document(**changed: Any) -> bytes:
    return json.dumps(MINIMAL | {"metadata": {}} | changed, ensure_ascii=False).encode()


def refusal(data: bytes) -> str:
    """What Meerkat says of a document, without what stands before all of it."""
    with pytest.raises(Internal) as refused:
        Session.load(data)
    return str(refused.value.fields["text"]).removeprefix("persisted session deserialize failed after migration: ")


# ------------------------------------------------------------------------------------------ recorded outcomes


@pytest.mark.parametrize("name", sorted(vectors()["migrations"]))
def test_p1_a_document_is_migrated_or_refused_as_recorded(name: str) -> None:
    data = INLINE[name].encode() if name in INLINE else (INPUTS / name).read_bytes()
    recorded = vectors()["migrations"][name]
    if "ok" in recorded:
        assert Session.load(data).encode().decode() == recorded["ok"]
        return
    with pytest.raises(Internal) as refused:
        Session.load(data)
    assert str(refused.value) == f"Internal error: {recorded['err']}"


@pytest.mark.parametrize("name", sorted(vectors()["migrations_spliced"]))
def test_p1_a_spliced_document_is_migrated_or_refused_as_recorded(name: str) -> None:
    recorded = vectors()["migrations_spliced"][name]
    data = json.dumps(recorded["input"]).encode()
    if recorded["result"] == "error":
        with pytest.raises(Internal) as refused:
            Session.load(data)
        assert str(refused.value) == f"Internal error: {recorded['error']}"
        return
    assert Session.load(data).encode().decode() == recorded["session"]


@pytest.mark.parametrize("name", sorted(vectors()["message_examples"]))
def test_p1_a_message_is_printed_as_after_a_real_load(name: str) -> None:
    recorded = vectors()["message_examples"][name]
    data = document(messages=[]).replace(b'"messages": []', b'"messages": [' + recorded["json"].encode() + b"]")
    session = Session.load(data)
    assert session.messages.bytes_at(0).decode() == recorded["reencoded_after_value_load"]
    if name != "block_assistant_all":  # Its digest is of arguments as they were before they were stored.
        assert session.message_digest() == recorded["digest_of_single"]


def test_p1_messages_without_a_time_get_that_of_the_load_one_after_the_other() -> None:
    first = Session.load(LEGACY["input"].encode(), clock=ticking(1_780_000_074))
    assert first.encode().decode() == LEGACY["load1"]
    second = Session.load(LEGACY["input"].encode(), clock=ticking(1_780_000_080))
    assert (first.message_digest() == second.message_digest()) is LEGACY["load2_digest_equal"]


def test_p1_arguments_are_sorted_by_a_load() -> None:
    recorded = vectors()["args_key_order"]
    session = Session.load(recorded["session"].encode())
    assert session.message_digest() == recorded["reloaded_revision"] != recorded["live_revision"]


@pytest.mark.parametrize("realm", ["realm-0.6.24-rich", "realm-0.6.24-rkat", "realm-0.6.34-rkat", "realm-0.7.24-rkat"])
def test_l1_every_stored_document_comes_back_byte_for_byte(copy_sample: Any, realm: str) -> None:
    """But for two snapshots with arguments that no load has sorted yet."""
    folder: Path = copy_sample(f"meerkat/{realm}")
    shapes = Shapes.ALL if "0.7" in realm else Shapes.REFERENCE
    found = [cell for cell in json_cells(folder) if cell.column in ("session_json", "session_snapshot")]
    changed = {
        Session.load(cell.data).id for cell in found if Session.load(cell.data, shapes=shapes).encode() != cell.data
    }
    assert len(found) >= 20
    assert changed == (RAW_ARGUMENTS if realm == "realm-0.6.24-rich" else set())


# -------------------------------------------------------------------------- the conformance list, H1 to H12


def spliced(name: str) -> Session:
    return Session.load(json.dumps(vectors()["migrations_spliced"][name]["input"]).encode())


def session_metadata(session: Session) -> Any:
    return session.metadata["session_metadata"]


def test_p2_h1_without_metadata_none_is_invented_and_the_version_is_2() -> None:
    session = Session.load(json.dumps(MINIMAL).encode())
    assert (session.version, dict(session.metadata)) == (2, {})
    assert session_metadata(spliced("session_empty_metadata.json")) is None


def test_p2_h2_parameters_of_openai_are_kept() -> None:
    found = session_metadata(spliced("session_provider_params_openai.json"))
    assert found == {
        "provider_params": {"encrypted_content": "Zm9v", "reasoning": "silent", "temperature": 0.2},
        "schema_version": 2,
    }


def test_p2_h3_a_signature_is_kept() -> None:
    found = session_metadata(spliced("session_provider_params_anthropic_signature.json"))
    assert found["provider_params"] == {"signature": "abc123"}


def test_p2_h4_parameters_of_thinking_are_kept_and_a_second_pass_changes_nothing() -> None:
    session = spliced("session_provider_params_anthropic_thinking.json")
    assert session_metadata(session)["provider_params"] == {"thinking": {"budget_tokens": 32000, "type": "enabled"}}
    assert Session.load(session.encode()).encode() == session.encode()


def test_p2_h5_parameters_that_are_a_number_are_kept() -> None:
    assert session_metadata(spliced("session_provider_params_unknown.json"))["provider_params"] == 42


def test_p2_h6_realm_and_binding_get_their_new_names() -> None:
    found = session_metadata(spliced("session_auth_binding_slug_valid.json"))
    assert found["auth_binding"] == {"binding": "default_openai", "profile": None, "realm": "dev"}
    assert "connection_ref" not in found


def test_p2_h7_a_name_with_other_characters_is_made_plain_and_its_original_kept_aside() -> None:
    recorded = vectors()["migrations_spliced"]["session_auth_binding_slug_invalid.json"]
    assert session_metadata(spliced("session_auth_binding_slug_invalid.json"))["auth_binding"]["realm"] == "dev_mode"
    assert migrate(recorded["input"]).legacy == {"legacy_auth_binding_session_metadata": {"realm_id": "dev mode"}}


def test_p2_h7_a_profile_too() -> None:
    metadata = {"session_metadata": {"auth_binding": {"realm": "a", "profile": "My Own", "kept": 1}}}
    migration = migrate(MINIMAL | {"metadata": metadata})
    made: Any = migration.document["metadata"]
    assert made["session_metadata"]["auth_binding"] == {"realm": "a", "profile": "my_own", "kept": 1}
    assert migration.legacy == {"legacy_auth_binding_session_metadata": {"profile": "My Own"}}


def test_p2_h8_the_new_form_is_left_alone() -> None:
    recorded = vectors()["migrations_spliced"]["session_hot_swap_identity_mixed.json"]
    found = session_metadata(spliced("session_hot_swap_identity_mixed.json"))
    assert found["auth_binding"] == recorded["input"]["metadata"]["session_metadata"]["auth_binding"]


def stored_input(name: str) -> Any:
    return json.loads((INPUTS / name).read_text("utf-8"))


def test_p2_h9_an_input_that_goes_on_gets_a_version_and_keeps_its_body() -> None:
    found = migrate_input_state(stored_input("input_state_continuation_minimal.json"))
    assert found == {"persisted_input": {"Continuation": {}}, "stored_input_state_version": 2}


def test_p2_h10_an_input_keeps_everything_that_is_known_of_its_turn() -> None:
    stored = stored_input("input_state_prompt_full_turn_metadata.json")
    assert migrate_input_state(stored) == stored | {"stored_input_state_version": 2}


def test_p2_h11_an_unknown_provider_stays_as_it_is() -> None:
    stored = stored_input("input_state_provider_unknown_string.json")
    assert migrate_input_state(stored) == stored | {"stored_input_state_version": 2}


def test_p2_h11_the_binding_of_an_input_gets_its_new_form_and_the_newer_one_counts() -> None:
    old = {"realm_id": "dev mode", "binding_id": "b"}
    turn = {"connection_ref": old, "auth_binding": {"realm": "c d", "binding": "e"}}
    found: Any = migrate_input_state({"persisted_input": {"Prompt": {"turn_metadata": turn}, "Other": 5}})
    assert found["persisted_input"] == {
        "Prompt": {"turn_metadata": {"auth_binding": {"realm": "c_d", "binding": "e"}}},
        "Other": 5,
    }
    found = migrate_input_state({"persisted_input": {"Prompt": {"turn_metadata": {"connection_ref": old}}}})
    assert found["persisted_input"]["Prompt"]["turn_metadata"]["auth_binding"] == {"realm": "dev_mode", "binding": "b"}


def test_p2_h11_an_input_that_is_no_object_is_refused() -> None:
    with pytest.raises(NotTyped):
        migrate_input_state([1])


def test_p2_h12_a_snapshot_of_a_runtime_is_read_by_the_same_way() -> None:
    stored = stored_input("runtime_session_snapshot_drift.json")
    session = Session.load(json.dumps(stored["snapshot"]).encode())
    assert session.version == 2
    assert session_metadata(session) == {
        "provider_params": {"thinking": {"budget_tokens": 32000, "type": "enabled"}},
        "schema_version": 2,
    }


# ------------------------------------------------------------------------------------------------ odd spellings


def test_l1_keys_in_any_order_white_space_and_unknown_fields_make_no_difference() -> None:
    text = vectors()["base_session_json"]
    value = json.loads(text)
    value["messages"] = [dict(sorted(message.items())) | {"zz": 1} for message in value["messages"]]
    odd = json.dumps(dict(reversed(value.items())) | {"later": [1, {"a": 2}]}, indent=3).encode()
    assert Session.load(odd).encode().decode() == text


def test_l1_the_last_one_of_keys_that_stand_twice_counts() -> None:
    data = document().replace(b'"metadata": {}', b'"metadata": {"a": 1, "a": 2}, "metadata": {"b": 3, "b": {"c": 4}}')
    assert dict(Session.load(data).metadata) == {"b": {"c": 4}}
    twice = b'"messages": [{"role": "user", "content": "x", "content": "y", "created_at": "2026-01-01T00:00:00Z"}]'
    session = Session.load(document().replace(b'"messages": []', twice))
    assert session.messages.decoded(0)["content"] == "y"


def test_l1_usual_and_odd_messages_stand_side_by_side() -> None:
    usual = '{"role":"user","content":"%d","created_at":"2026-01-01T00:00:00Z"}'
    odd = '{"created_at":"2026-01-01T00:00:00.500000Z", "content":[{"type":"text","text":"%d"}], "role":"user"}'
    for pattern in ("uuoou", "ouo", "oo", "u", "ouuuuo"):
        parts = [(usual if kind == "u" else odd) % number for number, kind in enumerate(pattern)]
        session = Session.load(document().replace(b'"messages": []', f'"messages": [{", ".join(parts)}]'.encode()))
        assert [session.messages.decoded(number)["content"] for number in range(len(pattern))] == list("012345")[
            : len(pattern)
        ]
        assert b" " not in b"".join(session.messages)


@pytest.mark.parametrize("kind", ["system", "user", "text", "reasoning", "result"])
@pytest.mark.parametrize("spelled", ["\\/", "\\u00e9", "\\u0041", "\\u001F", "\\u0008", "\\ud83d\\ude00"])
def test_l1_texts_in_another_spelling_are_printed_in_the_usual_one(kind: str, spelled: str) -> None:
    shapes = {
        "system": '{"role":"system","content":"%s","created_at":"2026-01-01T00:00:00Z"}',
        "user": '{"role":"user","content":"%s","created_at":"2026-01-01T00:00:00Z"}',
        "text": '{"role":"block_assistant","blocks":[{"block_type":"text","data":{"text":"%s"}}],'
        '"stop_reason":"end_turn","created_at":"2026-01-01T00:00:00Z"}',
        "reasoning": '{"role":"block_assistant","blocks":[{"block_type":"reasoning","data":{"text":"%s"}}],'
        '"stop_reason":"end_turn","created_at":"2026-01-01T00:00:00Z"}',
        "result": '{"role":"tool_results","results":[{"tool_use_id":"%s","content":"","is_error":false}],'
        '"created_at":"2026-01-01T00:00:00Z"}',
    }
    message = shapes[kind] % spelled
    session = Session.load(document().replace(b'"messages": []', f'"messages": [{message}]'.encode()))
    expected = json.dumps(json.loads(message), ensure_ascii=False, separators=(",", ":")).encode()
    assert session.messages.bytes_at(0) == expected != message.encode()


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ('{"b":1,"a":2}', '{"a":2,"b":1}'),
        ('{"a":-0}', '{"a":-0.0}'),
        ('{"a":1.50}', '{"a":1.5}'),
        ('{"a":94.52706955539223}', '{"a":94.52706955539225}'),
        ('{"a":18446744073709551616}', '{"a":1.8446744073709552e+19}'),
        ('{"a":1000000000000000000}', '{"a":1000000000000000000}'),
        ('{"a":1,"a":2}', '{"a":2}'),
        ("[1, 2]", "[1,2]"),
        ("null", "null"),
    ],
)
def test_l1_arguments_are_printed_as_the_decoder_of_meerkat_holds_them(arguments: str, printed: str) -> None:
    message = (
        '{"role":"block_assistant","blocks":[{"block_type":"tool_use","data":{"id":"a","name":"b","args":%s}}],'
        '"stop_reason":"tool_use","created_at":"2026-01-01T00:00:00Z"}'
    )
    data = document().replace(b'"messages": []', f'"messages": [{message % arguments}]'.encode())
    assert Session.load(data).messages.bytes_at(0).decode() == message % printed


def test_l1_a_field_that_a_later_release_added_is_dropped_or_kept_as_asked() -> None:
    message = {"role": "user", "content": "a", "identity": {"run_id": "r"}, "created_at": "2026-01-01T00:00:00Z"}
    data = document(messages=[message])
    assert "identity" not in Session.load(data).messages.decoded(0)
    assert Session.load(data, shapes=Shapes.ALL).messages.decoded(0) == message


def test_l1_nanoseconds_over_a_second_are_carried() -> None:
    data = document(created_at={"secs_since_epoch": 1, "nanos_since_epoch": 4_000_000_005})
    assert Session.load(data).created_at_ns == 5_000_000_005


# ------------------------------------------------------------------------------------------ refused documents


USER = {"role": "user", "content": "a", "created_at": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"id": 5}, "invalid type: integer `5`, expected a formatted UUID string"),
        ({"id": "zz"}, "UUID parsing failed: invalid character: found `z` at 0"),
        ({"messages": {}}, "invalid type: map, expected a sequence"),
        ({"messages": [5]}, "invalid type: integer `5`, expected internally tagged enum MessageWire"),
        ({"messages": [{"content": "a"}]}, "missing field `role`"),
        ({"messages": [{"role": "user"}]}, "missing field `content`"),
        (
            {"messages": [{"role": "user", "content": 5}]},
            "data did not match any variant of untagged enum StringOrBlocks",
        ),
        ({"messages": [USER | {"created_at": "x"}]}, "input contains invalid characters"),
        ({"messages": [USER | {"created_at": ""}]}, "premature end of input"),
        ({"messages": [USER | {"created_at": "2026-13-01T00:00:00Z"}]}, "input is out of range"),
        ({"messages": [USER | {"created_at": "2026-01-01T00:00:00"}]}, "premature end of input"),
        (
            {"messages": [USER | {"created_at": 1.5}]},
            "invalid type: floating point `1.5`, expected an RFC 3339 formatted date and time string",
        ),
        (
            {"messages": [{"role": "block_assistant", "blocks": [], "stop_reason": "refusal"}]},
            "unknown variant `refusal`, expected one of `end_turn`, `tool_use`, `max_tokens`, `stop_sequence`,"
            " `content_filter`, `cancelled`",
        ),
        (
            {"messages": [{"role": "block_assistant", "blocks": [{"block_type": "text", "data": 1}]}]},
            "invalid type: integer `1`, expected struct variant AssistantBlock::Text",
        ),
        (
            {"messages": [{"role": "block_assistant", "blocks": [{"block_type": "text"}], "stop_reason": "tool_use"}]},
            "missing field `data`",
        ),
        (
            {"messages": [{"role": "system_notice", "kind": "mcp", "blocks": [{"a": 1}]}]},
            "missing system notice block type",
        ),
        ({"metadata": None}, "invalid type: null, expected a map"),
        ({"metadata": [1]}, "invalid type: sequence, expected a map"),
        ({"created_at": 'a"\n'}, 'invalid type: string "a\\"\\n", expected struct SystemTime'),
        ({"updated_at": {"secs_since_epoch": -1, "nanos_since_epoch": 0}}, "invalid value: integer `-1`, expected u64"),
        (
            {"updated_at": {"secs_since_epoch": 1, "nanos_since_epoch": 0, "a": 1}},
            "unknown field `a`, expected `secs_since_epoch` or `nanos_since_epoch`",
        ),
        (
            {"updated_at": {"secs_since_epoch": (1 << 64) - 1, "nanos_since_epoch": 1_000_000_000}},
            "overflow deserializing SystemTime epoch offset",
        ),
        (
            {"updated_at": {"secs_since_epoch": 1 << 63, "nanos_since_epoch": 0}},
            "overflow deserializing SystemTime",
        ),
        ({"usage": {"output_tokens": 1}}, "missing field `input_tokens`"),
        ({"usage": {"input_tokens": True, "output_tokens": 1}}, "invalid type: boolean `true`, expected u64"),
    ],
)
def test_l1_a_document_is_refused_with_the_words_of_the_real_decoder(changed: dict[str, Any], text: str) -> None:
    assert refusal(document(**changed)) == text


def test_l1_a_field_of_no_release_refuses_nothing() -> None:
    assert Session.load(document(version="later", session_metadata=[1])).version == 2


@pytest.mark.parametrize("data", [b"[1]", b'"a"', b"null", b"5"])
def test_l1_what_is_no_object_is_malformed(data: bytes) -> None:
    with pytest.raises(Internal) as refused:
        Session.load(data)
    assert refused.value.fields == {"text": "malformed persisted session: top-level session blob is not a JSON object"}


@pytest.mark.parametrize(("levels", "is_read"), [(125, True), (126, False)])
def test_l1_what_is_nested_too_deeply_is_refused(levels: int, is_read: bool) -> None:
    nested = b'{"a": ' + b"[" * levels + b"]" * levels + b"}"
    data = document().replace(b'"metadata": {}', b'"metadata": ' + nested)
    if is_read:
        assert list(Session.load(data).metadata) == ["a"]
    else:
        assert refusal(data).startswith("recursion limit exceeded at line 1 column ")


def test_l1_a_cancelled_load_ends() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        Session.load(document(messages=[USER] * 5), token)


def test_l1_the_id_is_spelled_with_hyphens_and_in_small_letters() -> None:
    assert Session.load(document(id=f"{{{ID.upper()}}}")).id == ID


def test_l1_samples_of_newer_generations_are_refused_or_read_but_never_crash(copy_sample: Any) -> None:
    seen = 0
    for realm in ("realm-0.7.28", "realm-0.8.10"):
        for cell in json_cells(copy_sample(f"meerkat/{realm}")):
            if cell.column not in ("session_json", "session_snapshot"):
                continue
            seen += 1
            with suppress(Internal):
                assert Session.load(cell.data).version == 2
    assert seen
