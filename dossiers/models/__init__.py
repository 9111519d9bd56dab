"""Models of dossiers."""

from dossiers.models.consultations import Consultation
from dossiers.models.documents import Document, DocumentKind, NumberSeries, Result
from dossiers.models.dossiers import Dossier, DossierForm, DossierParty, DossierSequence, PartyRole
from dossiers.models.drafts import Attachment, Draft
from dossiers.models.events import DossierEvent
from dossiers.models.reuse import AnswerSource, DossierReuse, SourceKind, StoredPaper
from dossiers.models.supplements import SupplementItem, SupplementRequest

__all__ = [
    "AnswerSource",
    "Attachment",
    "Consultation",
    "Document",
    "DocumentKind",
    "Dossier",
    "DossierEvent",
    "DossierForm",
    "DossierParty",
    "DossierReuse",
    "DossierSequence",
    "Draft",
    "NumberSeries",
    "PartyRole",
    "Result",
    "SourceKind",
    "StoredPaper",
    "SupplementItem",
    "SupplementRequest",
]
