"""What the public API answers, described: the schemas of OpenAPI."""

from __future__ import annotations

from ninja import Schema


class ProcedureRow(Schema):
    """A procedure in a list."""

    code: str
    title: str
    official_title: str
    field: str
    levels: list[str]
    agency: str
    vertical_system: str
    channels: list[str]
    applicants: list[str]
    configured: bool
    files_online: bool
    missing: list[str]
    url: str

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "code": "1.001193",
                    "title": "Đăng ký khai sinh",
                    "official_title": "Thủ tục đăng ký khai sinh",
                    "field": "Hộ tịch",
                    "levels": ["commune"],
                    "agency": "Ủy ban nhân dân cấp xã",
                    "vertical_system": "",
                    "channels": ["counter", "online", "post"],
                    "applicants": ["citizen"],
                    "configured": True,
                    "files_online": True,
                    "missing": [],
                    "url": "/thu-tuc/1.001193/",
                }
            ]
        }
    }


class ProcedureList(Schema):
    """A page of procedures; `count` is the number of all that fit, `next` the address of the page after this one."""

    count: int
    next: str | None
    results: list[ProcedureRow]


class ChannelData(Schema):
    """Time and fee of a channel. `time` null: not known. `fee_vnd` empty: to confirm; [0]: free."""

    channel: str
    case: str
    time: float | None
    unit: str
    confirmed: bool
    fee_vnd: list[int]
    note: str


class CaseData(Schema):
    """A case of the procedure; `case` elsewhere names its code, empty: every case."""

    code: str
    title: str


class PaperData(Schema):
    """A paper to hand in. `conditional`: only when the answers of the form call for it.

    `certified_basis`: the provision that allows asking for a certified copy; empty: a plain copy is enough. `template`:
    the path of a blank one to download, "" without.
    """

    code: str
    name: str
    case: str
    originals: int
    copies: int
    required: bool
    conditional: bool
    shown_only: bool
    known_from: str
    certified_basis: str
    template: str


class StepData(Schema):
    """A step of the internal process, in working minutes; a `parallel` one is a limit and no part of the sum."""

    case: str
    order: int
    kind: str
    name: str
    role: str
    minutes: int
    place: str
    parallel: bool
    optional: bool
    pause_basis: str


class ResultData(Schema):
    """What the procedure gives; `code` is the national one where known."""

    name: str
    code: str


class UnitLevelData(Schema):
    """The level one unit offers it at today by an order; units not named offer it at `online_level`.

    `level`: full, partial, counter, none. `valid_to` is the first day on which it no longer holds.
    """

    unit: str
    level: str
    valid_from: str
    valid_to: str | None
    document: str


class FeeRuleData(Schema):
    """The rule behind a line; `source` is the act that sets it, `cap` the most in VND per copy."""

    authority: str
    channel: str
    tiers: list[dict[str, int | None]]
    cap: int | None
    subsidy_percent: int
    exemptions: list[str]
    valid_from: str
    valid_to: str | None
    source: str


class NamedFeeRule(FeeRuleData):
    """A fee rule in force. `kind`: phi (for a service) or le_phi (a charge). Amounts are whole VND."""

    code: str
    name: str
    kind: str
    case: str
    confirmed: bool


class ProcedureData(ProcedureRow):
    """Everything known of a procedure, from the version in force today.

    `fee_unknown`: channels whose fee nobody confirmed yet.
    """

    online_level: str
    level_reason: str
    any_commune: bool
    cases: list[CaseData]
    time_limits: list[ChannelData]
    papers: list[PaperData]
    fees: list[NamedFeeRule]
    fee_unknown: list[str]
    steps: list[StepData]
    results: list[str]
    result_kinds: list[ResultData]
    unit_levels: list[UnitLevelData]
    legal_basis: list[str]
    decision: str
    version: int | None
    valid_from: str | None
    as_of: str
    source: str


class FeeLineData(Schema):
    """A line of the calculation, whole VND: payable = gross - exempted - subsidised. `kind`: phi or le_phi."""

    code: str
    name: str
    kind: str
    quantity: int
    gross: int
    exempted: int
    subsidised: int
    payable: int
    confirmed: bool
    explanation: str
    rule: FeeRuleData


class FeeData(Schema):
    """What filing costs. `fee_known` false: nobody confirmed the fee of this channel, the sums say nothing."""

    code: str
    version: int
    channel: str
    case: str
    date: str
    fee_known: bool
    lines: list[FeeLineData]
    gross: int
    exempted: int
    subsidised: int
    payable: int


class UnitRow(Schema):
    """A unit. `agency_code_confirmed` false: the code is a sample, not an official one."""

    code: str
    kind: str
    name: str
    name_en: str
    is_ward: bool
    parent: str | None
    former_districts: list[str]
    latitude: float | None
    longitude: float | None
    area_km2: float | None
    agency_code: str
    agency_code_confirmed: bool


class UnitList(Schema):
    """All units that fit."""

    count: int
    results: list[UnitRow]


class FaultField(Schema):
    """A parameter at fault."""

    name: str
    message: str


class Fault(Schema):
    """What went wrong, in both languages; `code` is stable: bad_input, not_found, refused."""

    code: str
    vi: str
    en: str
    fields: list[FaultField] | None = None


class ErrorAnswer(Schema):
    """Every answer that is not 200."""

    error: Fault
