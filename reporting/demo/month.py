"""A month of dossiers: a plan drawn from a fixed seed, carried out by the actions at their own moments."""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from dossiers.actions import counter, drafts, filing, intake, processing
from dossiers.actions.intake import ItemSpec
from dossiers.models import Dossier
from dossiers.policies import askable_papers
from dossiers.states import Delivery
from dossiers.workflow import BY_NAME, ActionError
from payments.actions.desk import collect_cash, open_shift
from payments.models import CashShift
from portal.accounts.models import Unit, User
from portal.lib import clock
from portal.outbox.actions import in_background
from procedures.calendar import HANOI, WorkCalendar, calendar_for
from procedures.form_engine import check_answers, required_documents
from procedures.importing.configured_file import ConfiguredFile, Example, read_all
from procedures.models import Channel, OnlineLevel, Procedure, ProcedureVersion
from reporting.demo.people import EVERY_GIVEN, GIVEN, SURNAMES, Staff, staff_of

SEED = 20250701
DAYS = 30
# What the two citizens one can sign in as have: whose, procedure, days ago, luck (see `_steps`), the step not yet made.
STORIES = (
    ("001190000018", "2.000635", 20, 0.5, ""),  # done, its result in the store
    ("001190000018", "1.001612", 9, 0.5, ""),  # the result waits for the fee
    ("001190000018", "1.001193", 4, 0.05, "answer"),  # asked to complete it
    ("001085000024", "2.000635", 12, 0.5, ""),
    ("001085000024", "1.001612", 4, 0.5, "submit"),  # with the specialist
)
STORY_UNIT = "00004"
# Share of the month, probability of online, by procedure: certified copies only exist at the counter.
MIX = (
    ("2.000815", 26, 0.0),
    ("2.000635", 26, 0.82),
    ("1.001193", 24, 0.80),
    ("1.001612", 16, 0.9),
    ("1.000894", 8, 0.55),
)


@dataclass(frozen=True)
class Plan:
    """One dossier to be: where, what, when, how."""

    unit: Unit
    code: str
    filed: datetime.datetime
    online: bool
    example: Example
    account: User | None = None  # of one who can sign in
    luck: float | None = None
    until: str = ""


class Month:
    """Carries out the plans of the last `DAYS` days before `now`. The same seed gives the same month."""

    def __init__(self, now: datetime.datetime, count: int) -> None:
        self.now, self.count = now, count
        self.random = random.Random(SEED)  # noqa: S311 - sample data
        self.files: dict[str, ConfiguredFile] = {file.code: file for file in read_all()}
        self.versions = {code: _version(code) for code, *_rest in MIX}
        self.units = list(Unit.objects.communes().order_by("code"))
        self.calendar: WorkCalendar = calendar_for(self.units[0])
        self.staff: dict[int, Staff] = {}
        self.good = {code: [*_good(self.files[code], now.date())] for code in self.versions}

    def plans(self) -> list[Plan]:
        """The plans in order of filing, so that codes and receipt numbers run with time."""
        weights = [1 / (1 + rank) ** 0.6 for rank in range(len(self.units))]
        units = self.random.choices(self.units, weights, k=self.count)
        made = [*(self._plan(unit) for unit in units), *self._stories()]
        return sorted(made, key=lambda plan: plan.filed)

    def _stories(self) -> Iterator[Plan]:
        unit = next(unit for unit in self.units if unit.code == STORY_UNIT)
        for number, (login, code, days, luck, until) in enumerate(STORIES):
            day = (self.now - datetime.timedelta(days=days)).astimezone(HANOI).date()
            filed = datetime.datetime.combine(day, datetime.time(8, 10 + number), HANOI)
            account = User.objects.get(username=login)
            yield Plan(unit, code, filed, True, self.good[code][0], account, luck, until)

    def _plan(self, unit: Unit) -> Plan:
        code, _share, online = self.random.choices(MIX, [share for _code, share, _online in MIX])[0]
        by_net = self.random.random() < online
        return Plan(unit, code, self._moment(at_night=by_net), by_net, self.random.choice(self.good[code]))

    def _moment(self, *, at_night: bool) -> datetime.datetime:
        while True:
            day = (self.now - datetime.timedelta(days=self.random.randrange(DAYS))).astimezone(HANOI).date()
            hour = self.random.choice(
                (9, 10, 10, 14, 15, 20, 21) if at_night else (8, 9, 9, 10, 11, 13, 14, 15, 16)
            )
            moment = datetime.datetime.combine(
                day, datetime.time(hour, self.random.randrange(60), self.random.randrange(60)), HANOI
            )
            if moment < self.now and (at_night or self.calendar.is_working(day)):
                return moment

    def run(self) -> Iterator[Dossier | None]:
        """Carry out every plan; yields each dossier, None for one the rules refused."""
        for plan in self.plans():
            yield self._live(plan)

    def _live(self, plan: Plan) -> Dossier | None:
        staff = self.staff.setdefault(plan.unit.pk, staff_of(plan.unit))
        with in_background():
            try:
                with clock.at(plan.filed):
                    dossier = self._file(plan, staff)
                self._work(dossier, plan, staff)
            except (filing.IncompleteDossier, ActionError):
                return None
        return dossier

    def _file(self, plan: Plan, staff: Staff) -> Dossier:
        version = self.versions[plan.code]
        if plan.online:
            return self._file_online(plan, version)
        answers = self._personal(plan)
        case = version.cases.first()
        listed = [paper for paper in required_documents(version, case, answers) if paper.required]
        key = uuid.UUID(int=self.random.getrandbits(128))
        walk_in = counter.WalkIn(
            unit=plan.unit,
            client_key=key,
            version=version,
            case=case,
            answers=answers,
            filer=filing.Party(name=self._name(), phone="0900000000"),
            papers=tuple(counter.Paper(paper) for paper in listed),
            desk=counter.Desk(clock.now() - datetime.timedelta(seconds=60 + key.int % 120)),
        )
        return counter.file_at_counter(by=staff.counter, walk_in=walk_in)

    def _file_online(self, plan: Plan, version: ProcedureVersion) -> Dossier:
        """The person keeps what the profile knows and types the rest, section by section."""
        citizen = plan.account or self._citizen(plan.unit)
        draft = drafts.start_draft(by=citizen, version=version, case=version.cases.first())
        answers = {**plan.example.answers, **draft.answers}
        for section in self.files[plan.code].form.sections:
            told = {field.name: answers[field.name] for field in section.fields if field.name in answers}
            drafts.save_answers(draft_id=draft.pk, by=citizen, answers=told, section=section.code, done=True)
        delivery = Delivery.ONLINE if version.online_level == OnlineLevel.FULL else Delivery.COUNTER
        drafts.choose(draft_id=draft.pk, by=citizen, unit=plan.unit, delivery=delivery)
        for paper in required_documents(version, draft.case, answers):
            if paper.required and not paper.shown_only:
                drafts.attach(draft_id=draft.pk, by=citizen, document=paper, upload=_scan())
        return filing.file_online(draft_id=draft.pk, by=citizen)

    def _citizen(self, unit: Unit) -> User:
        """One of the month's people, with a profile as complete as registering asks."""
        gender, year = self.random.choice(list(GIVEN)), self.random.randrange(70, 99)
        number = f"001{int(gender == 'female')}{year:02d}{self.random.randrange(20):06d}"
        found, _made = User.objects.get_or_create(
            username=number,
            defaults={
                "full_name": self._name(gender),
                "id_number": number,
                "gender": gender,
                "date_of_birth": datetime.date(1900 + year, 1 + year % 12, 1 + year % 28),
                "phone": f"09{self.random.randrange(10**8):08d}",
                "address_line": f"Số {1 + year} ngõ 12",
                "commune": unit,
                "is_demo": True,
                "password": "!",
            },
        )
        return found

    def _name(self, gender: str = "") -> str:
        given = GIVEN[gender] if gender else EVERY_GIVEN
        return f"{self.random.choice(SURNAMES)} {self.random.choice(given)}"

    def _personal(self, plan: Plan) -> dict[str, Any]:
        """The example's answers with the owner's name drawn anew."""
        owner = self.files[plan.code].form.owner
        return {**plan.example.answers, owner.name: self._name()}

    def _work(self, dossier: Dossier, plan: Plan, staff: Staff) -> None:
        """The steps after filing, each at its moment, as far as the month has come."""
        at = plan.filed
        for step, minutes in self._steps(dossier, plan):
            at = self.calendar.add_minutes(at, minutes) + datetime.timedelta(
                seconds=self.random.randrange(60)
            )
            if at >= self.now or step == plan.until:
                return
            with clock.at(at):
                dossier.refresh_from_db()
                if not _STEPS[step](dossier, staff):
                    return

    def _steps(self, dossier: Dossier, plan: Plan) -> Iterator[tuple[str, int]]:
        """Names of steps with the working minutes before them; a few dossiers are slow, refused or incomplete."""
        luck = self.random.random() if plan.luck is None else plan.luck
        slow = 4 if luck > 0.965 else 1
        if dossier.channel == Channel.ONLINE:
            yield ("refuse" if luck < 0.015 else "accept"), self.random.randrange(20, 300) * slow
            if 0.015 <= luck < 0.06:
                yield "ask", self.random.randrange(20, 90)
                yield "answer", self.random.randrange(200, 900)
        yield "assign", self.random.randrange(2, 20)
        yield "cash", 1
        long = plan.code == "1.001612"
        yield (
            "submit",
            self.random.randrange(120, 600) * slow if long else self.random.randrange(10, 60) * slow,
        )
        yield "check", self.random.randrange(2, 20)
        yield "sign", self.random.randrange(30, 240) if long else self.random.randrange(5, 30)
        yield "issue", self.random.randrange(5, 40)


def _good(file: ConfiguredFile, today: datetime.date) -> Iterator[Example]:
    """The scripted examples that are complete on every day of the month."""
    first = today - datetime.timedelta(days=DAYS)
    for example in file.examples:
        if not any(check_answers(file.form, example.answers, today=day).errors for day in (first, today)):
            yield example


def _version(code: str) -> ProcedureVersion:
    return Procedure.objects.get(code=code).versions.in_force(clock.today()).get()


def _scan() -> SimpleUploadedFile:
    """A small real PDF standing for a photographed paper."""
    import io

    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(298, 421))
        document.save(out)
    return SimpleUploadedFile("giay-to.pdf", out.getvalue(), content_type="application/pdf")


def _accept(dossier: Dossier, staff: Staff) -> bool:
    intake.accept(code=dossier.code, by=staff.counter)
    return True


def _refuse(dossier: Dossier, staff: Staff) -> bool:
    if dossier.version.refusal_by_head:
        return _accept(dossier, staff)
    reason = "Hồ sơ trùng với hồ sơ đã nộp trước đó."
    intake.refuse(code=dossier.code, by=staff.counter, reason=reason, legal_basis="Nghị định 118/2025/NĐ-CP")
    return False


def _ask(dossier: Dossier, staff: Staff) -> bool:
    paper = askable_papers(dossier)[0]
    processing.assign(code=dossier.code, by=staff.counter, to=staff.specialist)
    item = ItemSpec("Ảnh chụp bị mờ, xin chụp lại rõ bốn góc.", document=paper)
    intake.request_supplement(
        code=dossier.code, by=staff.specialist, reason="Không đọc được nội dung bản chụp.", items=[item]
    )
    return True


def _answer(dossier: Dossier, staff: Staff) -> bool:
    del staff
    request = dossier.supplements.get(answered_at=None)
    assert dossier.account is not None  # noqa: S101 - asked only of online dossiers
    items = list(request.items.all())
    intake.answer_supplement(
        code=dossier.code,
        by=dossier.account,
        answers={item.pk: "Đã chụp lại." for item in items},
        revised={},
        uploads_by_item={item.pk: [_scan()] for item in items},
    )
    return True


def _assign(dossier: Dossier, staff: Staff) -> bool:
    if dossier.assignee_id is None:
        processing.assign(code=dossier.code, by=staff.counter, to=staff.specialist)
    return True


def _cash(dossier: Dossier, staff: Staff) -> bool:
    """At the counter people pay in cash; online ones still owe what the gateway would collect."""
    if dossier.money != "due" or dossier.channel == Channel.ONLINE:
        return True
    if not CashShift.objects.filter(cashier=staff.counter, closed_at=None).exists():
        open_shift(by=staff.counter, unit=dossier.receiving_unit, opening_float=500_000)
    owed = dossier.assessments.latest("pk").payable
    collect_cash(by=staff.counter, code=dossier.code, tendered=owed, client_key=uuid.uuid4())
    return True


def _submit(dossier: Dossier, staff: Staff) -> bool:
    kind = dossier.version.resultkinds.first()
    assert kind is not None  # noqa: S101 - the five have one
    processing.submit(code=dossier.code, by=staff.specialist, kind=kind, granted=True, content={})
    return True


def _check(dossier: Dossier, staff: Staff) -> bool:
    """The head looks at the draft where the process has that step."""
    if dossier.state in BY_NAME["pass_check"].sources:
        processing.pass_check(code=dossier.code, by=staff.head)
    return True


def _sign(dossier: Dossier, staff: Staff) -> bool:
    processing.sign(code=dossier.code, by=staff.leader)
    return True


def _issue(dossier: Dossier, staff: Staff) -> bool:
    processing.issue(code=dossier.code, by=staff.clerk)
    return True


_STEPS = {
    "accept": _accept,
    "refuse": _refuse,
    "ask": _ask,
    "answer": _answer,
    "assign": _assign,
    "cash": _cash,
    "submit": _submit,
    "check": _check,
    "sign": _sign,
    "issue": _issue,
}
