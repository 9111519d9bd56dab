"""Models of dossiers."""

from dossiers.models.consultations import Consultation
from dossiers.models.documents import Document, DocumentKind, NumberSeries, Result
from dossiers.models.dossiers import Dossier, DossierForm, DossierParty, DossierSequence, PartyRole
from dossiers.models.drafts import Attachment, Draft
from dossiers.models.events import DossierEvent
from dossiers.models.linked import LinkedFiling, LinkedPart, PartState
from dossiers.models.messages import DossierMessage, MessageThread, Side
from dossiers.models.ratings import Rating, RatingPlace, Satisfaction
from dossiers.models.reuse import AnswerSource, DossierReuse, SourceKind, StoredPaper
from dossiers.models.revocations import ResultRevocation
from dossiers.models.supplements import Approval, SupplementItem, SupplementRequest

__all__ = [
    "AnswerSource",
    "Approval",
    "Attachment",
    "Consultation",
    "Document",
    "DocumentKind",
    "Dossier",
    "DossierEvent",
    "DossierForm",
    "DossierMessage",
    "DossierParty",
    "DossierReuse",
    "DossierSequence",
    "Draft",
    "LinkedFiling",
    "LinkedPart",
    "MessageThread",
    "NumberSeries",
    "PartState",
    "PartyRole",
    "Rating",
    "RatingPlace",
    "Result",
    "ResultRevocation",
    "Satisfaction",
    "Side",
    "SourceKind",
    "StoredPaper",
    "SupplementItem",
    "SupplementRequest",
]
