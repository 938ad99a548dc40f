"""A typed client of any tallywire server; it needs aiohttp, pydantic and orjson, and nothing else of tallywire.

    async with connect("https://wire.example") as client:
        async for update in client.result_updates("bkk-2022", level=AreaLevel.CITY):
            for result in update.results: ...

The methods and types in `generated` are written by ariadne-codegen from the schema and `operations.graphql`.
"""

from .connection import Client, connect
from .files import File
from .generated.enums import (
    AreaLevel,
    DeliveryMode,
    ElectionPhase,
    Language,
    ReviewDecision,
    Role,
    StationState,
    TallyCoverage,
    UpdateKind,
)
from .generated.fragments import (
    Accepted,
    Conflict,
    Held,
    Objection,
    Overview,
    Rejected,
    Report,
    Sheet,
    Standing,
)
from .generated.input_types import (
    CandidateVotesInput,
    CreateEnrolmentCodesInput,
    EnrolInput,
    ReviewTallyInput,
    SubmitTallyInput,
    WithdrawTallyInput,
)
from .in_step import InStep, connect_in_step
from .refusals import RefusedError, UnreachableError
from .wire import Answer

__all__ = [
    "Accepted",
    "Answer",
    "AreaLevel",
    "CandidateVotesInput",
    "Client",
    "Conflict",
    "CreateEnrolmentCodesInput",
    "DeliveryMode",
    "ElectionPhase",
    "EnrolInput",
    "File",
    "Held",
    "InStep",
    "Language",
    "Objection",
    "Overview",
    "RefusedError",
    "Rejected",
    "Report",
    "ReviewDecision",
    "ReviewTallyInput",
    "Role",
    "Sheet",
    "Standing",
    "StationState",
    "SubmitTallyInput",
    "TallyCoverage",
    "UnreachableError",
    "UpdateKind",
    "WithdrawTallyInput",
    "connect",
    "connect_in_step",
]
