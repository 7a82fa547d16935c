"""What is lost, orphaned or left over in a store and the realm around it, without what is proved of single sessions.

Every finding says what it means for whoever reads the store, and, where it is known, what Meerkat does with it.
"""

from store.meerkat.findings.collecting import Collector
from store.meerkat.findings.finding import database_findings, realm_findings
from store.meerkat.findings.log_findings import AskStored, Stored
from store.meerkat.findings.tables import Read

__all__ = ["AskStored", "Collector", "Read", "Stored", "database_findings", "realm_findings"]
