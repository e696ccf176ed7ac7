"""Every table of the store."""

from distribution.store.tables.attachments import Attachment
from distribution.store.tables.audit import AuditEvent
from distribution.store.tables.base import Stored
from distribution.store.tables.dealings import GoodsRequest, LiftReport, Payment
from distribution.store.tables.jobs import Job
from distribution.store.tables.keys import ApiKey
from distribution.store.tables.monitoring import Inspection, ScorecardReply
from distribution.store.tables.network import ROW_TABLES, DatasetVersion, TravelRow, UnionRow, Versioned
from distribution.store.tables.outlet_stock import StockAccountRow
from distribution.store.tables.people import Person, PersonSession
from distribution.store.tables.receipts import Receipt
from distribution.store.tables.rounds import (
    AllotmentRow,
    ExportFile,
    LedgerRow,
    PlanRow,
    Round,
    RoundDecision,
    RoundGoodsRow,
    StockUseRow,
    WaitingRow,
)
from distribution.store.tables.voice import AnswerRow, Appeal, Feedback
from distribution.store.tables.webhooks import Webhook

METADATA = Stored.metadata

__all__ = [
    "METADATA",
    "ROW_TABLES",
    "AllotmentRow",
    "AnswerRow",
    "ApiKey",
    "Appeal",
    "Attachment",
    "AuditEvent",
    "DatasetVersion",
    "ExportFile",
    "Feedback",
    "GoodsRequest",
    "Inspection",
    "Job",
    "LedgerRow",
    "LiftReport",
    "Payment",
    "Person",
    "PersonSession",
    "PlanRow",
    "Receipt",
    "Round",
    "RoundDecision",
    "RoundGoodsRow",
    "ScorecardReply",
    "StockAccountRow",
    "StockUseRow",
    "Stored",
    "TravelRow",
    "UnionRow",
    "Versioned",
    "WaitingRow",
    "Webhook",
]
