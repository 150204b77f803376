"""What must become of a run when a field is not what is documented."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from tests.fault_matrix.fields import MISSING, NULL, WORD
from tests.fault_matrix.ways import Role

if TYPE_CHECKING:
    from tests.fault_matrix.fields import FieldCell

INDEXES = frozenset({"sp_reports", "pay_reports"})


class Fate(enum.Enum):
    """What becomes of the rows."""

    KEPT = "all are written, with all that they had but for this field"
    FAILED = "none is written, the stream fails, and its line names the field"
    NONE = "a report without a document has none; a warning says so"


NEEDED = {
    Role.LOGIN: {"access_token", "expires_in"},
    Role.MAKING: {"reportId"},
    Role.POLLING: {"reportId", "reportType", "processingStatus", "createdTime"},
    Role.HANDING: {"url", "restrictedDataToken"},
    Role.LISTING: {
        *("reports", "reportSchedules", "disbursements", "payload"),
        *("reportId", "reportType", "processingStatus", "createdTime", "interval"),
        # Of a schedule; a report may have been made on one, or not.
        "reportSchedules.0.reportScheduleId",
    },
}
"""Fields without which nothing can be done."""
TYPED = {"dataStartTime", "dataEndTime", "startTime", "endTime"}
TYPED |= {"marketplaceIds", "reportDocumentId"}
"""Fields that may be missing, and are acted on when they are there."""


def fate_of(cell: FieldCell) -> Fate:
    """Return what is promised of a cell."""
    if cell.role is Role.SAVING:
        return Fate.KEPT
    place = ".".join(map(str, cell.route))
    is_index = cell.way.stream in INDEXES or "schedules" in cell.way.stream
    is_needed = bool({cell.name, place} & NEEDED[cell.role])
    if is_needed and not _is_copied(cell, is_index=is_index):
        return Fate.FAILED
    acts = cell.role in {Role.POLLING, Role.LISTING} and not is_index
    if acts and cell.name == "reportDocumentId" and cell.change in {MISSING, NULL}:
        return Fate.NONE
    if acts and cell.name in TYPED and cell.change not in {MISSING, NULL, WORD}:
        return Fate.FAILED
    return Fate.KEPT


def _is_copied(cell: FieldCell, *, is_index: bool) -> bool:
    """Tell whether an index copies a field that nothing is done with."""
    return is_index and cell.name == "reportType"
