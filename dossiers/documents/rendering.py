"""From an issued document's row to signed bytes; runs in the worker only."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dossiers.documents.base import day_in_words
from dossiers.documents.enclosures import enclosures_of
from dossiers.models import DocumentKind
from portal.lib import pdf
from portal.lib.barcode import code128
from portal.signing import Signer, adapter, officer_signer, unit_signer

if TYPE_CHECKING:
    from dossiers.models import Document, UnitPaper


def verification_url(document: Document) -> str:
    """The public address in the QR code."""
    return settings.PUBLIC_URL + reverse("dossiers:verify", args=[document.token])


def signers_of(document: Document) -> list[Signer]:
    """Who signs, in order: on a result the leader and then the organisation, else the organisation alone."""
    unit = unit_signer(document.unit.code, document.unit.full_name)
    if document.kind != DocumentKind.RESULT:
        return [unit]
    officer = document.context["officer"]
    leader = officer_signer(
        document.context["signer"], officer["name"], officer["title"], document.unit.full_name
    )
    return [leader, unit]


def signed_bytes(document: Document) -> tuple[bytes, list[str]]:
    """The PDF of `document` with every signature, and the names on the certificates in signing order."""
    signing, signers = adapter(), signers_of(document)
    names = [signing.name_of(signer) for signer in signers]
    data = pdf.render(
        document.template,
        print_context(document, names),
        title=f"{document.title} {document.number}",
        enclosures=enclosures_of(document, signing),
    )
    for signer in signers:
        data = signing.sign_pdf(
            data, signer, reason=document.title, location=document.context["head"]["place"]
        )
    return data, names


def print_context(document: Document, signer_names: list[str]) -> dict[str, object]:
    """What the print templates see: the frozen context, and what belongs to the row."""
    return {
        **document.context,
        "document": document,
        "number": document.number,
        "title": document.title,
        "issued_on": day_in_words(timezone.localdate(document.issued_at)),
        "verify_url": verification_url(document),
        "signers": signer_names,
        "barcode": functools.partial(code128, document.context["code"]),
    }


def signed_unit_paper(paper: UnitPaper) -> tuple[bytes, list[str]]:
    """The PDF of a unit's paper, signed by the unit, and the name on its certificate."""
    signing, signer = adapter(), unit_signer(paper.unit.code, paper.unit.full_name)
    names = [signing.name_of(signer)]
    context = {
        **paper.context,
        "code": "",
        "number": paper.number,
        "title": paper.title,
        "issued_on": day_in_words(timezone.localdate(paper.issued_at)),
        "verify_url": settings.PUBLIC_URL + reverse("dossiers:verify", args=[paper.token]),
        "signers": names,
    }
    data = pdf.render(paper.template, context, title=f"{paper.title} {paper.number}")
    place = paper.context["head"]["place"]
    return signing.sign_pdf(data, signer, reason=paper.title, location=place), names
