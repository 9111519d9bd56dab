"""Models of dossiers."""

from dossiers.models.batches import Batch, BatchMove, BatchRow, Outcome
from dossiers.models.bundles import Bundle
from dossiers.models.calendar_orders import (
    CalendarEffect,
    CalendarOrder,
    CalendarOrderDay,
    CalendarPart,
    CalendarState,
    PartWork,
)
from dossiers.models.consultations import Consultation
from dossiers.models.counter import CounterIntake, Ground, IntakeOutcome, IntakePlace
from dossiers.models.desk import DossierWords, SavedFilter
from dossiers.models.documents import Document, DocumentKind, NumberSeries, Result
from dossiers.models.dossiers import ActingAs, Dossier, DossierForm, DossierParty, DossierSequence, PartyRole
from dossiers.models.drafts import Attachment, Draft
from dossiers.models.duty import Absence, DeskHandover, HandoverRow
from dossiers.models.events import DossierEvent
from dossiers.models.linked import LinkedFiling, LinkedPart, PartState
from dossiers.models.messages import DossierMessage, MessageThread, Side
from dossiers.models.notices import Notice, NoticeChoice, NoticeState, Way
from dossiers.models.papers import UnitPaper, UnitPaperKind
from dossiers.models.petitions import (
    Petition,
    PetitionCategory,
    PetitionChannel,
    PetitionEvent,
    PetitionEventKind,
    PetitionFile,
    PetitionSequence,
    PetitionState,
)
from dossiers.models.queue import Matter, QueueDay, QueuePoint, QueueTicket, TicketState
from dossiers.models.ratings import Rating, RatingPlace, Satisfaction
from dossiers.models.reuse import AnswerSource, DossierReuse, SourceKind, StoredPaper
from dossiers.models.revocations import ResultRevocation
from dossiers.models.supplements import Approval, SupplementItem, SupplementRequest
from dossiers.models.transfers import Cargo, DispatchLine, DispatchList, LineState, Transfer

__all__ = [
    "Absence",
    "ActingAs",
    "AnswerSource",
    "Approval",
    "Attachment",
    "Batch",
    "BatchMove",
    "BatchRow",
    "Bundle",
    "CalendarEffect",
    "CalendarOrder",
    "CalendarOrderDay",
    "CalendarPart",
    "CalendarState",
    "Cargo",
    "Consultation",
    "CounterIntake",
    "DeskHandover",
    "DispatchLine",
    "DispatchList",
    "Document",
    "DocumentKind",
    "Dossier",
    "DossierEvent",
    "DossierForm",
    "DossierMessage",
    "DossierParty",
    "DossierReuse",
    "DossierSequence",
    "DossierWords",
    "Draft",
    "Ground",
    "HandoverRow",
    "IntakeOutcome",
    "IntakePlace",
    "LineState",
    "LinkedFiling",
    "LinkedPart",
    "Matter",
    "MessageThread",
    "Notice",
    "NoticeChoice",
    "NoticeState",
    "NumberSeries",
    "Outcome",
    "PartState",
    "PartWork",
    "PartyRole",
    "Petition",
    "PetitionCategory",
    "PetitionChannel",
    "PetitionEvent",
    "PetitionEventKind",
    "PetitionFile",
    "PetitionSequence",
    "PetitionState",
    "QueueDay",
    "QueuePoint",
    "QueueTicket",
    "Rating",
    "RatingPlace",
    "Result",
    "ResultRevocation",
    "Satisfaction",
    "SavedFilter",
    "Side",
    "SourceKind",
    "StoredPaper",
    "SupplementItem",
    "SupplementRequest",
    "TicketState",
    "Transfer",
    "UnitPaper",
    "UnitPaperKind",
    "Way",
]
