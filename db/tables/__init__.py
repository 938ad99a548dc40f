"""The tables; importing this package registers all of them with SQLModel's metadata, for Alembic."""

from db.tables.audit import AuditAddressRow, AuditRecordRow
from db.tables.cut import CutRow
from db.tables.definition import (
    AreaRow,
    CandidateRow,
    ContestRow,
    ElectionRow,
    StationContestRow,
    StationRow,
)
from db.tables.evidence import EvidenceRow
from db.tables.ledger import (
    LedgerBundleRow,
    LedgerCosignatureRow,
    LedgerHeadRow,
    LedgerKeyRow,
    LedgerRow,
    LedgerTileRow,
)
from db.tables.log import LogEntryRow, LogHeadRow
from db.tables.official import OfficialFigureRow, OfficialVersionRow
from db.tables.people import AssignmentRow, EnrolmentCodeRow, EnrolmentCodeStationRow, ReporterRow
from db.tables.schema import SchemaFloorRow
from db.tables.tally import SubmissionRow, TallyRow

__all__ = [
    "AreaRow",
    "AssignmentRow",
    "AuditAddressRow",
    "AuditRecordRow",
    "CandidateRow",
    "ContestRow",
    "CutRow",
    "ElectionRow",
    "EnrolmentCodeRow",
    "EnrolmentCodeStationRow",
    "EvidenceRow",
    "LedgerBundleRow",
    "LedgerCosignatureRow",
    "LedgerHeadRow",
    "LedgerKeyRow",
    "LedgerRow",
    "LedgerTileRow",
    "LogEntryRow",
    "LogHeadRow",
    "OfficialFigureRow",
    "OfficialVersionRow",
    "ReporterRow",
    "SchemaFloorRow",
    "StationContestRow",
    "StationRow",
    "SubmissionRow",
    "TallyRow",
]
