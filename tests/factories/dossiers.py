"""Dossiers in any state, made by the real actions."""

from __future__ import annotations

import functools
import uuid
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from dossiers.actions import bundles, counter, drafts, filing, intake, processing
from dossiers.bulk import CheckedRow
from dossiers.models import Bundle, Dossier
from dossiers.states import Delivery, State
from portal.accounts.models import User
from portal.outbox.actions import drain_all
from procedures.form_engine import required_documents
from procedures.importing.configured_file import ConfiguredFile, read_all
from procedures.models import Procedure, ProcedureVersion, RequiredDocument
from tests.cast import Cast, Office

BIRTH = "1.001193"
EXTRACT = "2.000635"
CERTIFIED = "2.000815"
MARRIAGE = "1.000894"
HOUSEHOLD = "1.001612"


def version(code: str) -> ProcedureVersion:
    """The open published version of a procedure."""
    return Procedure.objects.get(code=code).versions.get(state="published", valid_to=None)


def example(code: str, index: int = 0) -> dict[str, Any]:
    """Valid sample answers of a configured procedure, from its own scripted examples."""
    good = [each for each in _files()[code].examples if not each.expect.errors]
    return dict(good[index].answers)


@functools.cache
def _files() -> dict[str, ConfiguredFile]:
    return {file.code: file for file in read_all()}


def pdf(name: str = "giay-to.pdf") -> SimpleUploadedFile:
    """A small real PDF, different each time."""
    import io

    import pikepdf

    out = io.BytesIO()
    document = pikepdf.new()
    document.add_blank_page(page_size=(200, 200))
    document.docinfo["/Title"] = uuid.uuid4().hex
    document.save(out)
    return SimpleUploadedFile(name, out.getvalue(), content_type="application/pdf")


def photo(name: str = "anh.jpg", shade: int = 120) -> SimpleUploadedFile:
    """A small real photo; another shade is another file."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (320, 240), (shade, 90, 60)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def needed(current: ProcedureVersion, answers: dict[str, Any]) -> list[RequiredDocument]:
    """The papers these answers call for, those only shown left out."""
    listed = required_documents(current, None, answers)
    return [document for document in listed if document.required and not document.shown_only]


def drafted(by: User, code: str = BIRTH, office: Office | None = None, **answers: Any) -> Any:
    """A complete draft of `by`, ready to file."""
    current = version(code)
    draft = drafts.start_draft(by=by, version=current)
    draft = drafts.save_answers(draft_id=draft.pk, by=by, answers={**example(code), **answers})
    if office:
        drafts.choose(draft_id=draft.pk, by=by, unit=office.unit, delivery=Delivery.ONLINE)
    for document in needed(current, draft.answers):
        drafts.attach(draft_id=draft.pk, by=by, document=document, upload=pdf())
    return draft


def filed(cast: Cast, code: str = BIRTH, office: Office | None = None, **answers: Any) -> Dossier:
    """A dossier filed online by the citizen of the cast, waiting for acceptance."""
    draft = drafted(cast.citizen, code, office or cast.office, **answers)
    return filing.file_online(draft_id=draft.pk, by=cast.citizen)


def accepted(cast: Cast, code: str = BIRTH, **answers: Any) -> Dossier:
    """… and accepted."""
    return intake.accept(code=filed(cast, code, **answers).code, by=cast.office.counter)


def processing_(cast: Cast, code: str = BIRTH, **answers: Any) -> Dossier:
    """… and handed to the specialist."""
    dossier = accepted(cast, code, **answers)
    return processing.assign(code=dossier.code, by=cast.office.counter, to=cast.office.specialist)


def asking_again(cast: Cast) -> Dossier:
    """… asked for a supplement, answered, and proposed for a second one by the specialist."""
    dossier = processing_(cast)
    items = [intake.ItemSpec("Ghi đúng nơi sinh.", field="birth_place")]
    intake.request_supplement(code=dossier.code, by=cast.office.specialist, reason="Chưa rõ.", items=items)
    intake.answer_supplement(
        code=dossier.code,
        by=cast.citizen,
        answers={},
        revised={"birth_place": example(BIRTH)["birth_place"]},
        uploads_by_item={},
    )
    intake.request_supplement(
        code=dossier.code, by=cast.office.specialist, reason="Vẫn chưa rõ.", items=items
    )
    dossier.refresh_from_db()
    return dossier


def signing(cast: Cast, code: str = BIRTH, **answers: Any) -> Dossier:
    """… with a drafted result before the leader."""
    dossier = processing_(cast, code, **answers)
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    dossier = processing.submit(
        code=dossier.code, by=cast.office.specialist, kind=kind, granted=True, content={}
    )
    if dossier.state == State.CHECKING:
        dossier = processing.pass_check(code=dossier.code, by=cast.office.head)
    return dossier


def checking(cast: Cast) -> Dossier:
    """A dossier of a process with a check, its draft before the head."""
    dossier = processing_(cast, HOUSEHOLD)
    kind = dossier.version.resultkinds.first()
    assert kind is not None
    return processing.submit(
        code=dossier.code, by=cast.office.specialist, kind=kind, granted=True, content={}
    )


def signed(cast: Cast, code: str = BIRTH, **answers: Any) -> Dossier:
    """… and signed."""
    return processing.sign(code=signing(cast, code, **answers).code, by=cast.office.leader)


def finished(cast: Cast, code: str = BIRTH, **answers: Any) -> Dossier:
    """… and issued: the result exists, its bytes are rendered by the outbox."""
    dossier = processing.issue(code=signed(cast, code, **answers).code, by=cast.office.clerk)
    drain_all()
    dossier.refresh_from_db()
    return dossier


def walk_in(cast: Cast, code: str = CERTIFIED, **answers: Any) -> counter.WalkIn:
    """What the counter officer takes down of a walk-in, every paper of the list received."""
    current = version(code)
    return counter.WalkIn(
        unit=cast.office.unit,
        client_key=uuid.uuid4(),
        version=current,
        answers={**example(code), **answers},
        filer=filing.Party(name="Lý Thị Khách", id_number="001175000111", phone="0911222333"),
        papers=tuple(counter.Paper(paper) for paper in required_documents(current, None, example(code))),
    )


def bulk_row(current: ProcedureVersion, number: int = 2, **answers: Any) -> CheckedRow:
    """A checked row of a list, every required paper received."""
    given = {**example(current.procedure.code), **answers}
    papers = {paper.pk: 0 for paper in required_documents(current, None, given) if paper.required}
    return CheckedRow(number, [], given, papers, "")


def bundled(cast: Cast, count: int = 2) -> Bundle:
    """Certified copies brought by one person in a list."""
    shared = walk_in(cast)
    rows = [bulk_row(shared.version, number + 2) for number in range(count)]
    documents = list(shared.version.requireddocuments.all())
    return bundles.file_bundle(by=cast.office.counter, filing=bundles.Filing(shared, rows, documents))


def at_counter(cast: Cast, code: str = CERTIFIED, **answers: Any) -> Dossier:
    """A walk-in's dossier, filed and accepted by the counter officer."""
    return counter.file_at_counter(by=cast.office.counter, walk_in=walk_in(cast, code, **answers))
