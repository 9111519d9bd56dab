"""Dossiers as rows with their events, placed on chosen days: counted by hand in the tests.

The actions make dossiers of today's rules one by one; figures need many of them on given days, so rows are
written directly, in the same shape the actions leave behind (that the actions mark the same days is proved by
`test_journey.py`).
"""

from __future__ import annotations

import datetime
import itertools
import uuid
from typing import Any

from dossiers.models import (
    Attachment,
    Document,
    DocumentKind,
    Dossier,
    DossierEvent,
    Rating,
    SupplementItem,
    SupplementRequest,
)
from dossiers.states import Delivery, EventKind, State
from payments.models import FeeAssessment, Payment
from portal.accounts.models import Unit, User
from procedures.calendar import HANOI
from procedures.models import Channel, OnlineLevel, ProcedureVersion, RequiredDocument
from reporting import marks

_numbers = itertools.count(1)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


def at(day: datetime.date, hour: int = 9, minute: int = 0) -> datetime.datetime:
    """An instant of a Hanoi day."""
    return datetime.datetime.combine(day, datetime.time(hour, minute), HANOI)


def moment(value: datetime.date | datetime.datetime | None) -> datetime.datetime | None:
    if isinstance(value, datetime.datetime) or value is None:
        return value
    return at(value)


class Rows:
    """Writes dossiers for one version; `announce` marks the days as the actions would."""

    def __init__(self, *, announce: bool = True) -> None:
        self.version = ProcedureVersion.objects.select_related("procedure").order_by("pk").first()
        assert self.version is not None
        self.announce = announce

    def dossier(
        self,
        unit: Unit,
        filed: datetime.date | datetime.datetime,
        *,
        accepted: Any = None,
        finished: Any = None,
        due: Any = None,
        promised: Any = None,
        closed: Any = None,
        state: State | None = None,
        channel: Channel = Channel.ONLINE,
        level: OnlineLevel = OnlineLevel.FULL,
        competent: Unit | None = None,
        accept_by: Any = None,
        accepted_by: User | None = None,
        owner: str = "=Nguyễn Thị Ngọc Ánh",
        **fields: Any,
    ) -> Dossier:
        """One dossier with the events of its life; times may be days (nine o'clock) or instants."""
        filed_at, accepted_at, finished_at, closed_at = map(moment, (filed, accepted, finished, closed))
        assert filed_at is not None
        due_at = moment(due) or (accepted_at + 3 * DAY if accepted_at else None)
        if state is None:
            state = State.FINISHED if finished_at else State.ACCEPTED if accepted_at else State.FILED
        dossier = Dossier.objects.create(
            code=f"T-{next(_numbers):06}",
            client_key=uuid.uuid4(),
            procedure=self.version.procedure,
            version=self.version,
            channel=channel,
            online_level=level,
            owner_name=owner,
            receiving_unit=unit,
            competent_unit=competent or unit,
            state=state,
            filed_at=filed_at,
            accept_by=moment(accept_by) or filed_at + 8 * HOUR,
            accepted_at=accepted_at,
            promised_at=moment(promised) or due_at,
            due_at=due_at,
            finished_at=finished_at,
            closed_at=closed_at,
            **fields,
        )
        self._event(dossier, EventKind.FILED, filed_at, "", State.FILED)
        if accepted_at:
            self._event(
                dossier, EventKind.ACCEPTED, accepted_at, State.FILED, State.ACCEPTED, actor=accepted_by
            )
        if finished_at:
            self._event(dossier, EventKind.ISSUED, finished_at, State.SIGNED, State.FINISHED)
        if closed_at:
            kinds = {State.REFUSED: EventKind.REFUSED, State.WITHDRAWN: EventKind.WITHDRAWN}
            self._event(dossier, kinds.get(state, EventKind.STOPPED), closed_at, State.FILED, state)
        return dossier

    def _event(
        self,
        dossier: Dossier,
        kind: EventKind,
        when: datetime.datetime,
        source: str,
        target: str,
        actor: User | None = None,
        **data: Any,
    ) -> DossierEvent:
        event = DossierEvent.objects.create(
            dossier=dossier,
            seq=dossier.events.count() + 1,
            kind=kind,
            at=when,
            actor=actor,
            from_state=source,
            to_state=target,
            data=data,
        )
        if self.announce:
            marks.event_seen(DossierEvent, event=event, dossier=dossier)
        return event

    def extended(self, dossier: Dossier, when: Any, until: Any) -> None:
        """A letter of apology with a new date."""
        self._event(dossier, EventKind.EXTENDED, moment(when), "processing", "processing")  # type: ignore[arg-type]
        Dossier.objects.filter(pk=dossier.pk).update(due_at=moment(until))

    def paused(self, dossier: Dossier, by: User, start: Any, end: Any, number: int = 1) -> None:
        """A supplement asked and answered."""
        begin, stop = moment(start), moment(end)
        assert begin is not None
        self._event(dossier, EventKind.SUPPLEMENT_REQUESTED, begin, "processing", "supplement")
        SupplementRequest.objects.create(
            dossier=dossier,
            number=number,
            reason="Thiếu",
            asked_by=by,
            asked_at=begin,
            answer_by=begin + 10 * DAY,
            answered_at=stop,
        )
        if stop:
            self._event(dossier, EventKind.SUPPLEMENT_ANSWERED, stop, "supplement", "processing")

    def asked_for(self, dossier: Dossier, words: str, paper: RequiredDocument | None = None) -> None:
        """A line of the last supplement request."""
        request = dossier.supplements.order_by("-number").first()
        SupplementItem.objects.create(
            request=request, document=paper, field="" if paper else "x", instruction=words
        )

    def rated(self, dossier: Dossier, overall: str, when: Any) -> Rating:
        """A rating by the slip."""
        given = moment(when)
        assert given is not None
        return Rating.objects.create(
            dossier=dossier,
            unit=dossier.competent_unit,
            rule="tt-01-2018",
            overall=overall,
            place="slip",
            at=given,
            on=given.date(),
        )

    def result(self, dossier: Dossier, *signers: str) -> Document:
        """A rendered result with the certificates that signed it."""
        assert dossier.finished_at is not None
        document = Document.objects.create(
            dossier=dossier,
            kind=DocumentKind.RESULT,
            number=f"{next(_numbers)}/KQ",
            title="Kết quả",
            template="",
            unit=dossier.competent_unit,
            issued_at=dossier.finished_at,
        )
        document.sha256, document.rendered_at = "0" * 64, dossier.finished_at + HOUR
        document.signed_by = list(signers)
        document.save(update_fields=["sha256", "rendered_at", "signed_by"])
        return document

    def file(self, dossier: Dossier, by: User, *, reused: Attachment | None = None) -> Attachment:
        """A paper of the dossier; `reused` is the earlier file it was taken from."""
        return Attachment.objects.create(
            dossier=dossier,
            name="a.pdf",
            content_type="application/pdf",
            size=1,
            sha256="1" * 64,
            uploaded_by=by,
            uploaded_at=dossier.filed_at,
            from_attachment=reused,
        )

    def assessed(self, dossier: Dossier, payable: int, *, gross: int | None = None) -> FeeAssessment:
        """The fee of a dossier; what is not payable was lifted."""
        gross = payable if gross is None else gross
        return FeeAssessment.objects.create(
            dossier=dossier,
            version=dossier.version,
            on=dossier.filed_at.date(),
            channel=dossier.channel,
            lines=[],
            gross=gross,
            exempted=gross - payable,
            subsidised=0,
            payable=payable,
            supersedes=dossier.assessments.order_by("-pk").first(),
            at=dossier.filed_at,
        )

    def paid(
        self,
        dossier: Dossier,
        when: Any,
        amount: int = 8000,
        provider: str = "vnpay",
        *,
        surplus: bool = False,
    ) -> Payment:
        """A booked payment of its own assessment."""
        booked = moment(when)
        assert booked is not None
        earlier = dossier.assessments.order_by("-pk").first()
        assessment = FeeAssessment.objects.create(
            dossier=dossier,
            version=dossier.version,
            on=booked.date(),
            channel=dossier.channel,
            lines=[],
            gross=amount,
            exempted=0,
            subsidised=0,
            payable=amount,
            supersedes=earlier,
            at=booked,
        )
        return Payment.objects.create(
            dossier=dossier,
            assessment=assessment,
            unit=dossier.receiving_unit,
            provider=provider,
            merchant="M",
            reference=f"P{next(_numbers)}",
            amount=amount,
            state="settled",
            created_at=booked,
            paid_at=booked,
            settled_at=booked,
            is_surplus=surplus,
        )

    def filed_online_at_counter(self, unit: Unit, day: datetime.date) -> Dossier:
        """Typed by an officer for the citizen."""
        return self.dossier(unit, day, accepted=day, assisted=True, delivery=Delivery.COUNTER)
