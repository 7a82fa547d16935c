"""How any change of sessions is applied, kept and taken back, once for every system; says nothing of any format."""

from store.guarded.checkpoints import Checkpoint, Checkpoints
from store.guarded.guarded import Guarded
from store.guarded.journal import ChangesUnusable
from store.guarded.receipts import ReceiptAmbiguous, ReceiptMissing

__all__ = ["ChangesUnusable", "Checkpoint", "Checkpoints", "Guarded", "ReceiptAmbiguous", "ReceiptMissing"]
