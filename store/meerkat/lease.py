"""A lease: the file by which a server says that it works on a realm (formats/meerkat.md §1.6).

Leases are rare, and the library that validates them takes as long to load as the rest of the store side: `realm.py`
imports this module only where a lease is to be read.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError


class Lease(BaseModel):
    """What a server wrote, and renews every five seconds.

    Attributes:
        realm_id, instance_id, surface: whose it is: "rkat-rpc".
        pid: of the server, on its own machine.
        started_at, heartbeat_at: seconds since 1970.
    """

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)

    realm_id: str | None = None
    instance_id: str | None = None
    surface: str | None = None
    pid: int | None = None
    started_at: float | None = None
    heartbeat_at: float


def parse_lease(data: bytes) -> Lease | None:
    """Validate the content of a lease file; None if it is none."""
    try:
        return Lease.model_validate_json(data)
    except ValidationError:
        return None
