"""Who gets what at every address: the authorisation matrix.

One `Row` an address and object. `get` and `post` map people to the status they meet; `*` is everybody not named,
`anonymous` is led to sign-in unless named. Groups of people are named by the sets of `world`.

    OK      a page (200), or a file being made (202)
    ON      sent on to the next page (302)
    LOGIN   sent to sign in
    DONE    done, refused with reasons on the page, or too late: 200, 302, 409, 422, never a denial
    403     seen but not his to do;  404  does not exist for him;  405  the address takes no such request
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procedures.models import Procedure, Setup
from tests.architecture.world import CITIZENS, CITY, FAR, OFFICE, World
from tests.factories import dossiers as make
from tests.factories.linked import BIRTH_BUNDLE

Expected = Mapping[str | frozenset[str], Any]

OK = frozenset({200, 202})
ON = frozenset({302})
LOGIN = "sign in"
DONE = frozenset({200, 302, 409, 422})
EVERYBODY: Expected = {"*": OK, "anonymous": OK}
NOBODY: Expected = {"*": 405, "anonymous": 405}
# `login_required` stands before the check of the method.
NO_POST: Expected = {"*": 405}
NO_GET = NO_POST

OFFICERS = OFFICE | FAR
SPECIALISTS = frozenset({"specialist", "far_specialist"})
RECEIVERS = frozenset({"counter", "head"})
FAR_RECEIVERS = frozenset({"far_counter", "far_head"})
STAFF = frozenset({"catalogue", "publisher"})  # of the catalogue
ANSWERERS = frozenset({"head", "leader"})
FAR_ANSWERERS = frozenset({"far_head", "far_leader"})
EVERYBODY_POSTS: Expected = {"*": DONE, "anonymous": DONE}
SIGNED_IN = CITIZENS | OFFICERS | CITY


def none(_world: World) -> tuple[Any, ...]:
    """An address without arguments."""
    return ()


@dataclass(frozen=True)
class Row:
    """One address with one object, and who meets what there."""

    name: str
    get: Expected
    post: Expected = field(default_factory=lambda: NO_POST)
    args: Callable[[World], tuple[Any, ...]] = none
    data: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    what: str = ""


def _dossier(name: str) -> Callable[[World], tuple[Any, ...]]:
    return lambda world: (getattr(world, name).code,)


def _draft(world: World) -> tuple[Any, ...]:
    return (world.draft.pk,)


# A receiving point belongs to its unit; whoever receives elsewhere does not find it.
AT_POINT: Expected = {RECEIVERS: OK, FAR_RECEIVERS: 404, "*": 403}
AT_POINT_ON: Expected = {RECEIVERS: ON, FAR_RECEIVERS: 404, "*": 403}
AT_POINT_DONE: Expected = {RECEIVERS: DONE, FAR_RECEIVERS: 404, "*": 403}

# --- Everybody ---

PUBLIC = (
    Row("home", EVERYBODY, NOBODY),
    Row("design", EVERYBODY, NOBODY),
    Row("procedures:list", EVERYBODY, NOBODY),
    Row("procedures:suggest", EVERYBODY, NOBODY, query={"q": "khai sinh"}),
    Row("procedures:detail", EVERYBODY, NOBODY, lambda _world: (make.BIRTH,)),
    Row("procedures:fees", EVERYBODY, NOBODY),
    Row("procedures:blank-form", EVERYBODY, NOBODY, lambda _world: (make.BIRTH,)),
    Row("procedures:fee", EVERYBODY, NOBODY, lambda _world: (make.BIRTH,)),
    Row("procedures:events", EVERYBODY, NOBODY),
    Row("procedures:event", EVERYBODY, NOBODY, lambda _world: ("sinh-con",)),
    Row("procedures:cases", EVERYBODY, NOBODY, lambda _world: (make.MARRIAGE,)),
    Row("procedures:board", EVERYBODY, NOBODY),
    Row("procedures:board-list", EVERYBODY, NOBODY, lambda _world: (str(Setup.GENERIC),)),
    Row("procedures:unit-list", EVERYBODY, NOBODY),
    Row("procedures:unit", EVERYBODY, NOBODY, lambda world: (world.unit_code,)),
    Row("procedures:export-json", EVERYBODY, NOBODY),
    Row("procedures:export-xlsx", EVERYBODY, NOBODY),
    Row("procedures:unit-levels", EVERYBODY, NOBODY, lambda world: (world.unit_code,)),
    Row("procedures:level-history", EVERYBODY, NOBODY, lambda world: (world.unit_code, make.BIRTH)),
    Row("reporting:definitions", EVERYBODY, NOBODY),
    Row("dossiers:reuse", EVERYBODY, NOBODY),
    Row("reporting:sealed", EVERYBODY, NOBODY),
    Row("api:openapi-json", EVERYBODY, EVERYBODY),  # a description, whatever one asks it with
    Row("api:indicators", EVERYBODY, NOBODY),
    Row("api:indicator", EVERYBODY, NOBODY, lambda _world: ("online",)),
    Row("api:seals", EVERYBODY, NOBODY),
    Row("api:open_index", EVERYBODY, NOBODY),
    *(Row(name, EVERYBODY, NOBODY, lambda _world: (2026,)) for name in ("api:open_json", "api:open_csv")),
    Row("reporting:transparency", EVERYBODY, NOBODY),
    Row("reporting:widget", EVERYBODY, NOBODY),
    # Nothing was accepted in these days, so nobody's list is refused as too small.
    Row(
        "api:rows",
        EVERYBODY,
        NOBODY,
        lambda _world: ("online",),
        query={"from": "2025-08-01", "to": "2025-08-02"},
    ),
    Row("api:procedures", EVERYBODY, NOBODY),
    Row("api:procedure", EVERYBODY, NOBODY, lambda _world: (make.BIRTH,)),
    Row("api:units", EVERYBODY, NOBODY),
    Row("api:fee", EVERYBODY, NOBODY, lambda _world: (make.BIRTH,)),
    Row("support-points", {"*": ON, "anonymous": ON}, {"*": ON, "anonymous": ON}),
    Row("set-language", NOBODY, {"*": ON, "anonymous": ON}, data={"language": "en"}),
    # A kiosk's and a display's address is known to who stands before them; a number belongs to nobody by name.
    Row("dossiers:kiosk", EVERYBODY, {"*": 422, "anonymous": 422}, lambda world: (world.point.token,)),
    Row("dossiers:ticket", EVERYBODY, NOBODY, lambda world: (world.ticket.pk,)),
    Row("dossiers:call-display", EVERYBODY, NOBODY, lambda world: (world.point.token,)),
    Row("dossiers:track", EVERYBODY, {"*": 422, "anonymous": 422}),
    Row("dossiers:verify", EVERYBODY, {"*": 422, "anonymous": 422}, lambda world: (world.slip.token,)),
    Row("dossiers:track-by-slip", EVERYBODY, NOBODY, lambda world: (world.slip.token,)),
    Row("dossiers:find-document", EVERYBODY, {"*": 422, "anonymous": 422}),
    Row("dossiers:rate-by-slip", EVERYBODY, {"*": 422, "anonymous": 422}, lambda world: (world.rateable,)),
    # 503 without a worker and a scheduler, as in these tests; who asks makes no difference.
    Row("healthz", {"*": 503, "anonymous": 503}, NOBODY),
    # A gateway's messages: whoever sends one without the gateway's signature changes nothing.
    Row("payments:ipn", EVERYBODY, NOBODY),
    Row("payments:return", {"*": 400, "anonymous": 400}, NOBODY),
    Row("payments:national-notice", NOBODY, EVERYBODY),
    # Whoever has the address may see what is owed and pay it; the owner's own attempt is under way here.
    Row("payments:link", EVERYBODY, {"*": 422, "anonymous": 422}, lambda world: (world.link.token,)),
    Row("payments:national-return", {"*": 400, "anonymous": 400}, NOBODY),
)

# --- Accounts (allauth's pages with our forms) ---

HOME_IF_SIGNED_IN: Expected = {"anonymous": OK, "*": ON}
ACCOUNTS = (
    Row("account_login", HOME_IF_SIGNED_IN, {"anonymous": DONE, "*": DONE}),
    Row("account_signup", HOME_IF_SIGNED_IN, {"anonymous": DONE, "*": DONE}),
    Row("account_logout", {"anonymous": ON, "*": OK}, {"anonymous": ON, "*": ON}),
    Row("account_inactive", EVERYBODY, NOBODY),
    Row("account_reauthenticate", {"*": DONE}, {"*": DONE}),
    Row("account_change_password", {"*": OK}, {"*": DONE}),
    Row("account_set_password", {"anonymous": ON, "*": ON}, {"anonymous": ON, "*": ON}),
    Row("account_reset_password", EVERYBODY, {"anonymous": DONE, "*": DONE}),
    Row("account_reset_password_done", EVERYBODY, NOBODY),
    Row(
        "account_reset_password_from_key",
        {"anonymous": DONE, "*": DONE},
        {"anonymous": DONE, "*": DONE},
        lambda world: world.reset,
    ),
    Row("account_reset_password_from_key_done", EVERYBODY, NOBODY),
    Row("account_email", {"anonymous": ON, "*": ON}, {"anonymous": ON, "*": ON}),
    Row("account_email_verification_sent", {"anonymous": ON, "*": ON}, {"anonymous": ON, "*": ON}),
    Row("accounts:profile", {"*": OK}, {"*": DONE}),
    Row("accounts:after-sign-in", {"*": ON}),
)

# --- A citizen's own ---

OWN: Expected = {"owner": OK, "*": 404}
# Staff file at the counter, both names on record: a staff account has no drafts at all.
OWN_DRAFT: Expected = {"owner": OK, CITIZENS: 404, "*": 403}
OWN_DRAFT_DONE: Expected = {"owner": DONE, CITIZENS: 404, "*": 403}
CITIZENS_ONLY: Expected = {CITIZENS: OK, "*": 403}

CITIZEN = (
    Row("dossiers:mine", {CITIZENS: OK, "*": ON}),
    Row("dossiers:notices", CITIZENS_ONLY, {CITIZENS: DONE, "*": 403}),
    Row("dossiers:notice-ways", CITIZENS_ONLY, {CITIZENS: DONE, "*": 403}),
    Row("dossiers:store", CITIZENS_ONLY, {CITIZENS: DONE, "*": 403}),
    Row("dossiers:stored", OWN_DRAFT, {CITIZENS: 405, "*": 403}, args=lambda world: (world.stored.pk,)),
    Row("dossiers:start", CITIZENS_ONLY, {CITIZENS: DONE, "*": 403}, lambda _world: (make.BIRTH,)),
    Row("dossiers:draft", OWN_DRAFT, {"owner": 405, CITIZENS: 404, "*": 403}, _draft),
    Row("dossiers:discard", OWN_DRAFT, OWN_DRAFT_DONE, _draft),
    Row(
        "dossiers:renewal", {"owner": ON, CITIZENS: 404, "*": 403}, OWN_DRAFT_DONE, _draft
    ),  # it is up to date
    Row("dossiers:papers", OWN_DRAFT, OWN_DRAFT_DONE, _draft),
    Row(
        "dossiers:paper",
        {"owner": ON, CITIZENS: 404, "*": 403},
        OWN_DRAFT_DONE,
        lambda world: (world.draft.pk, world.draft_file.document_id),
    ),
    Row("dossiers:place", OWN_DRAFT, OWN_DRAFT_DONE, _draft),
    Row("dossiers:review", OWN_DRAFT, OWN_DRAFT_DONE, _draft),
    Row(
        "dossiers:step",
        OWN_DRAFT,
        OWN_DRAFT_DONE,
        lambda world: (world.draft.pk, _first_section(world)),
    ),
    Row("dossiers:attachment", OWN, args=lambda world: (world.draft_file.pk,), what="of a draft"),
    Row("dossiers:linked", OWN_DRAFT, OWN_DRAFT_DONE, lambda world: (world.linked.linked_id,)),
    Row("dossiers:start-linked", CITIZENS_ONLY, {CITIZENS: DONE, "*": 403}, lambda _world: (BIRTH_BUNDLE,)),
    Row("dossiers:detail", OWN, args=_dossier("filed")),
    Row("dossiers:filed", OWN, args=_dossier("filed")),
    Row("dossiers:supplement", OWN, {"owner": DONE, "*": 404}, _dossier("supplement")),
    Row("dossiers:withdraw", OWN, {"owner": DONE, "*": 404}, _dossier("filed")),
    Row("dossiers:messages", OWN, {"owner": DONE, "*": 404}, _dossier("filed")),
    Row("dossiers:rate", OWN, {"owner": DONE, "*": 404}, _dossier("refused")),
    Row("dossiers:received", NO_GET, {"owner": DONE, "*": 404}, _dossier("filed")),
    Row("payments:checkout", OWN, args=_dossier("owing")),
    Row("payments:pay", {"owner": ON, "*": 404}, {"owner": ON, "*": 404}, _dossier("owing")),
    Row("payments:receipts", {"*": OK}),
    Row("payments:share", {"owner": ON, "*": 404}, {"owner": ON, "*": 404}, _dossier("owing")),
    Row("payments:several", {"*": OK}, {"*": 422}),
    Row("payments:group", OWN, args=lambda world: (world.group.reference,)),
)


def _first_section(world: World) -> str:
    return str(world.draft.version.form["sections"][0]["code"])


# --- Files: the owner, and officers of the unit who may see people's data ---

FILES: Expected = {"owner": OK, OFFICE: OK, "monitor": 403, "*": 404}
SHARED = (
    Row("dossiers:attachment", FILES, args=lambda world: (world.file.pk,), what="of a dossier"),
    Row("dossiers:document", FILES, args=lambda world: (world.finished.code, world.slip.pk)),
    *(
        Row(name, FILES, args=lambda world: (world.receipt.document.token,))
        for name in ("payments:receipt", "payments:receipt-data", "payments:receipt-copy")
    ),
    # The amounts alone carry nobody's name: the monitor may see them.
    Row("payments:slip", {"owner": OK, OFFICE: OK, "monitor": OK, "*": 404}, args=_dossier("owing")),
    Row("payments:panel", {"owner": OK, OFFICE: OK, "monitor": OK, "*": 404}, args=_dossier("owing")),
    Row(
        "payments:attempt",
        {"owner": OK, OFFICE: OK, "monitor": OK, "*": 404},
        args=lambda world: (world.attempt.reference,),
    ),
    Row(
        "payments:ask-again",
        {"owner": ON, OFFICE: ON, "monitor": ON, "*": 404},
        {"owner": ON, OFFICE: ON, "monitor": ON, "*": 404},
        lambda world: (world.attempt.reference,),
    ),
)

# --- The desk ---

SEEN: Expected = {OFFICE: OK, "monitor": OK, CITIZENS: 403, "*": 404}
# An officer who sees the dossier but has not the right, and everybody who does not see it.
BEYOND: Expected = {OFFICE: 403, "monitor": 403, CITIZENS: 403, "*": 404}


def only(*people: str, status: Any) -> Expected:
    """These people; the rest as `BEYOND`."""
    return {**dict.fromkeys(people, status), **BEYOND}


def _decision(name: str, dossier: str, *people: str) -> Row:
    return Row(
        "dossiers:decide",
        only(*people, status=OK),
        only(*people, status=DONE),
        lambda world: (getattr(world, dossier).code, name),
        what=name,
    )


def _supplement(dossier: str, *, now: set[str], too_late: set[str]) -> Row:
    """Two moves share this page: whoever holds the other one's right is told that the dossier moved on."""
    late = dict.fromkeys(too_late, 409)
    return Row(
        "dossiers:decide",
        {**late, **only(*now, status=OK)},
        {**late, **only(*now, status=DONE)},
        lambda world: (getattr(world, dossier).code, "supplement"),
        what=f"supplement of {dossier}",
    )


def _act(name: str, dossier: str, *people: str) -> Row:
    return Row(
        "dossiers:act",
        NO_GET,
        only(*people, status=DONE),
        lambda world: (getattr(world, dossier).code, name),
        what=name,
    )


# What goes between two units is seen from both, and by the city's monitor.
BOTH_SIDES: Expected = {OFFICERS: OK, "monitor": OK, CITIZENS: 403, "*": 404}
BOTH_SIDES_DENIED: Expected = {OFFICERS: 403, "monitor": 403, CITIZENS: 403, "*": 404}

DESK = (
    Row("dossiers:reuse-list", {OFFICERS | CITY: OK, "*": 403}, args=lambda _world: (make.BIRTH,)),
    Row("procedures:imports", {STAFF: OK, "*": 403}, {"catalogue": 422, "*": 403}),
    Row("procedures:templates", {STAFF: OK, "*": 403}, {"catalogue": 422, "*": 403}),
    Row(
        "procedures:template",  # no published version names it yet
        {STAFF: OK, "anonymous": 404, "*": 404},
        {STAFF: 405, "anonymous": 405, "*": 405},
        lambda world: (world.template.sha256,),
    ),
    *(
        Row(f"procedures:{name}", {STAFF: OK, "*": 403}, args=lambda world: (world.imported.source_id,))
        for name in ("import", "import-faults", "import-absent", "import-file")
    ),
    Row(
        "procedures:import-take-all",
        {"catalogue": OK, "*": 403},
        {"catalogue": ON, "*": 403},
        lambda world: (world.imported.source_id,),
    ),
    Row(
        "procedures:import-decide",
        {STAFF: ON, "*": 403},
        {"catalogue": ON, "*": 403},
        lambda world: (world.imported.source_id, world.imported.pk),
        data={"decision": "aside"},
    ),
    Row("procedures:levels", {OFFICERS | CITY: OK, "*": 403}),
    Row("procedures:level-new", {"catalogue": OK, "*": 403}, {"catalogue": DONE, "*": 403}),
    Row("procedures:level-upload", {"catalogue": OK, "*": 403}, {"catalogue": DONE, "*": 403}),
    Row("procedures:level-order", {STAFF: OK, "*": 403}, args=lambda world: (world.order.pk,)),
    Row(
        "procedures:level-decision",
        {"publisher": ON, "*": 403},
        {"publisher": DONE, "*": 403},
        lambda world: (world.order.pk,),
        data={"decision": "confirm"},
    ),
    Row(
        "dossiers:registers",
        {RECEIVERS | FAR_RECEIVERS: OK, "*": 403},
        {RECEIVERS | FAR_RECEIVERS: DONE, "*": 403},
    ),
    Row(
        "dossiers:register-paper",
        {RECEIVERS: DONE, CITIZENS: 403, "*": 404},
        args=lambda world: (world.register.pk,),
    ),
    Row("dossiers:calendar", {STAFF: OK, "*": 403}),
    Row("dossiers:calendar-new", {"catalogue": OK, "*": 403}, {"catalogue": DONE, "*": 403}),
    Row("dossiers:calendar-hours-new", {"catalogue": OK, "*": 403}, {"catalogue": DONE, "*": 403}),
    Row("dossiers:calendar-order", {STAFF: OK, "*": 403}, args=lambda world: (world.calendar.pk,)),
    Row(
        "dossiers:calendar-decision",
        NO_GET,
        {"publisher": DONE, "*": 403},
        lambda world: (world.calendar.pk,),
        data={"decision": "approve"},
    ),
    Row("dossiers:inbox", {OFFICERS: OK, "monitor": OK, "*": 403}),
    Row("dossiers:outgoing", {"system": OK, "*": 403}),
    Row(
        "dossiers:save-filter",
        NO_GET,
        {OFFICERS | CITY: ON, "*": 403},
        data={"name": "x", "query": "state=filed"},
    ),
    Row("dossiers:drop-filter", NO_GET, {OFFICERS | CITY: ON, "*": 403}, lambda _world: (1,)),
    # Names are only those of what the officer sees; a batch is his who ordered it.
    Row(
        "dossiers:order-batch",
        {OFFICERS | CITY: OK, "*": 403},
        {OFFICERS | CITY: 422, "*": 403},
        query={"do": "accept"},
        data={"do": "accept"},
    ),
    Row(
        "dossiers:batch", {"head": OK, OFFICERS | CITY: 404, "*": 403}, args=lambda world: (world.batch.key,)
    ),
    Row("dossiers:people", {OFFICERS: OK, "monitor": OK, "*": 403}),
    Row("dossiers:absence", NO_GET, {OFFICERS: 422, "monitor": 422, "*": 403}),
    Row(
        "dossiers:decide-absence",
        NO_GET,
        {"head": ON, "leader": ON, "specialist": ON, OFFICE: 403, "monitor": 403, CITIZENS: 403, "*": 404},
        lambda world: (world.absence.pk,),
    ),
    Row(
        "dossiers:hand-over-desk",
        NO_GET,
        {frozenset({"head", "leader", "far_head", "far_leader"}): 422, "*": 403},
    ),
    Row(
        "dossiers:desk-handover",
        {frozenset({"head", "leader", "specialist"}): OK, OFFICERS | CITY: 404, "*": 403},
        args=lambda world: (world.desk.pk,),
    ),
    Row("dossiers:petitions-published", EVERYBODY, NOBODY),
    Row("dossiers:petition-send", EVERYBODY, EVERYBODY_POSTS, data={"text": ""}),
    Row("dossiers:petition-follow", EVERYBODY, EVERYBODY_POSTS, lambda world: (world.petition.token,)),
    Row(
        "dossiers:petition-file",
        {ANSWERERS: OK, FAR_ANSWERERS: 404, "anonymous": 404, CITIZENS: 403, "*": 403},
        NOBODY,
        lambda world: (world.petition.files.get().pk,),
    ),
    Row("dossiers:petitions", {ANSWERERS | FAR_ANSWERERS: OK, "*": 403}),
    Row(
        "dossiers:petition-record",
        {RECEIVERS | FAR_RECEIVERS | ANSWERERS | FAR_ANSWERERS: OK, "*": 403},
        {RECEIVERS | FAR_RECEIVERS | ANSWERERS | FAR_ANSWERERS: DONE, "*": 403},
    ),
    Row(
        "dossiers:petition",
        {ANSWERERS: OK, FAR_ANSWERERS: 404, "*": 403},
        args=lambda world: (world.petition.code,),
    ),
    Row(
        "dossiers:petition-move",
        {ANSWERERS: OK, FAR_ANSWERERS: 404, "*": 403},
        {ANSWERERS: DONE, FAR_ANSWERERS: 404, "*": 403},
        lambda world: (world.petition.code, "ask"),
        {"text": "Xin cho biết ngày."},
    ),
    Row("dossiers:handovers", {OFFICERS: OK, "monitor": OK, "*": 403}),
    Row(
        "dossiers:handover",
        only("counter", "head", status=OK),
        only("counter", "head", status=DONE),
        lambda world: (world.linked.pk,),
        data={"reference": "CA-1"},
    ),
    Row(
        "dossiers:counter",
        {RECEIVERS | FAR_RECEIVERS: OK, "*": 403},
        {RECEIVERS | FAR_RECEIVERS: OK, "*": 403},
    ),
    Row("dossiers:intake-times", {RECEIVERS | FAR_RECEIVERS: OK, "*": 403}),
    Row("dossiers:transfers", {OFFICERS: OK, "monitor": OK, "*": 403}),
    Row(
        "dossiers:transfer",
        BOTH_SIDES,
        {**BOTH_SIDES_DENIED, **dict.fromkeys(("far_counter", "far_head", "far_leader"), DONE)},
        lambda world: (world.sent.pk,),
        data={"step": "accept"},
    ),
    Row(
        "dossiers:send",
        only("counter", "head", status=OK),
        only("counter", "head", status=DONE),
        _dossier("accepted"),
    ),
    Row("dossiers:dispatches", {RECEIVERS | FAR_RECEIVERS: OK, "*": 403}),
    Row(
        "dossiers:pack",
        {RECEIVERS: OK, FAR_RECEIVERS: 404, "*": 403},
        {RECEIVERS: DONE, FAR_RECEIVERS: 404, "*": 403},
        lambda world: (world.sent.sender.code, world.sent.receiver.code),
    ),
    Row(
        "dossiers:dispatch",
        BOTH_SIDES,
        {**BOTH_SIDES_DENIED, **dict.fromkeys(("far_counter", "far_head"), DONE)},
        lambda world: (world.listed.pk,),
        data={"do": "received", "order": "1"},
    ),
    Row("dossiers:dispatch-paper", BOTH_SIDES, args=lambda world: (world.listed.pk,)),
    Row(
        "dossiers:take-in",
        {RECEIVERS | FAR_RECEIVERS: OK, "*": 403},
        {RECEIVERS | FAR_RECEIVERS: DONE, "*": 403},
        lambda _world: (make.CERTIFIED,),
    ),
    Row(
        "dossiers:bulk-intake",
        {RECEIVERS | FAR_RECEIVERS: OK, "*": 403},
        {RECEIVERS | FAR_RECEIVERS: DONE, "*": 403},
        lambda _world: (make.CERTIFIED,),
    ),
    Row(
        "dossiers:bulk-template",
        {RECEIVERS | FAR_RECEIVERS: OK, "*": 403},
        args=lambda _world: (make.CERTIFIED,),
    ),
    Row("dossiers:bundle", AT_POINT, args=lambda world: (world.bundle.pk,)),
    Row("dossiers:bundle-slip", AT_POINT, args=lambda world: (world.bundle.pk,)),
    Row("dossiers:queue", {RECEIVERS | FAR_RECEIVERS: OK, "*": 403}),
    Row(
        "dossiers:queue-open",
        {"head": ON, "far_head": ON, "*": 403},
        {"head": DONE, "far_head": DONE, "*": 403},
        data={"name": ""},
    ),
    Row("dossiers:queue-line", AT_POINT, AT_POINT_DONE, lambda world: (world.point.pk,)),
    Row("dossiers:queue-call", AT_POINT_ON, AT_POINT_DONE, lambda world: (world.point.pk,)),
    Row(
        "dossiers:queue-close",
        AT_POINT_ON,
        {"head": DONE, FAR_RECEIVERS: 404, "*": 403},
        lambda world: (world.point.pk,),
    ),
    Row(
        "dossiers:queue-act",
        {RECEIVERS | FAR_RECEIVERS: ON, "*": 403},
        {RECEIVERS | FAR_RECEIVERS: DONE, "*": 403},
        lambda _world: ("recall",),
    ),
    Row(
        "dossiers:queue-move",
        {RECEIVERS | FAR_RECEIVERS: ON, "*": 403},
        {RECEIVERS | FAR_RECEIVERS: ON, "*": 403},
    ),
    Row("dossiers:taken-in", only("counter", "head", status=OK), args=_dossier("accepted")),
    Row("dossiers:desk", SEEN, args=_dossier("accepted")),
    Row(
        "dossiers:receive-supplement",
        only("counter", "head", status=OK),
        only("counter", "head", status=DONE),
        _dossier("supplement"),
    ),
    Row(
        "dossiers:assign",
        NO_GET,
        only("counter", "head", "leader", status=DONE),
        _dossier("accepted"),
        data={"to": "specialist"},
    ),
    Row("dossiers:asked", {SPECIALISTS: OK, "*": 403}),
    Row(
        "dossiers:answer",
        {"far_specialist": OK, OFFICERS | CITY: 404, "*": 403},
        {"far_specialist": DONE, OFFICERS | CITY: 404, "*": 403},
        lambda world: (world.asked.pk,),
    ),
    Row(
        "dossiers:ask", only("specialist", status=OK), only("specialist", status=DONE), _dossier("processing")
    ),
    Row(
        "dossiers:desk-messages",
        only("counter", "specialist", "head", "leader", status=OK),
        only("counter", "specialist", "head", "leader", status=DONE),
        _dossier("accepted"),
    ),
    Row(
        "dossiers:decide-supplement",
        only("head", "leader", status=OK),
        only("head", "leader", status=DONE),
        _dossier("proposed"),
        data={"approve": "yes"},
    ),
    Row("dossiers:revoke", only("leader", status=OK), only("leader", status=DONE), _dossier("finished")),
    Row("dossiers:control-sheet", NO_GET, only("counter", "head", status=DONE), _dossier("accepted")),
    _act("accept", "filed", "counter", "head"),
    _act("take", "accepted", "specialist"),
    _act("pass_check", "checking", "head", "leader"),
    _act("sign", "signing", "leader"),
    _act("issue", "signed", "clerk"),
    _act("return_result", "finished", "counter", "head"),
    _act("meet_obligation", "processing", "specialist"),
    _decision("refuse", "filed", "head", "leader"),  # of a birth registration the head decides
    _supplement("filed", now={"counter", "head"}, too_late={"specialist"}),
    _supplement("processing", now={"specialist"}, too_late={"counter", "head"}),
    _decision("result", "processing", "specialist"),
    _decision("obligation", "processing", "specialist"),
    Row(
        "dossiers:decide",
        {"head": 409, **only("leader", status=OK)},  # the head sends back what is being checked
        {"head": 409, **only("leader", status=DONE)},
        lambda world: (world.signing.code, "send-back"),
        what="send-back",
    ),
    _decision("send-back", "checking", "head", "leader"),
    _decision("stop", "processing", "leader"),
    _decision("extend", "processing", "leader"),
    _decision("withdraw", "filed", "counter", "head"),
)

# --- Money at the counter ---

CASHIERS = frozenset({"cashier", "far_cashier"})
MONEY = frozenset({"cashier", "far_cashier", "head", "far_head", "system"})
COLLECT: Expected = {"cashier": OK, "far_cashier": 404, "*": 403}
COLLECT_DONE: Expected = {"cashier": DONE, "far_cashier": 404, "*": 403}
INCIDENT: Expected = {frozenset({"cashier", "head"}): OK, MONEY: 404, "*": 403}
INCIDENT_ON: Expected = {frozenset({"cashier", "head"}): ON, MONEY: 404, "*": 403}


def _incident(world: World) -> tuple[Any, ...]:
    return (world.incident.pk,)


HANDLERS = frozenset({"cashier", "far_cashier", "head", "far_head"})
MONEY_EYES = frozenset(
    {"cashier", "far_cashier", "head", "far_head", "leader", "far_leader", "monitor", "system"}
)
OWN_MONEY_EYES = frozenset({"cashier", "head", "leader", "monitor", "system"})
ACCOUNT_ON: Expected = {OWN_MONEY_EYES: ON, MONEY_EYES: 404, "*": 403}
ACCOUNT_DECIDE: Expected = {OWN_MONEY_EYES: 403, "head": DONE}


DESK_DAY: Expected = {frozenset({"cashier", "head"}): OK, MONEY: 404, "*": 403}


def _desk_day(world: World) -> tuple[Any, ...]:
    return world.unit_code, str(world.shift.day.day)


def _refund(world: World) -> tuple[Any, ...]:
    return (world.refund.pk,)


def _line(world: World) -> tuple[Any, ...]:
    return (world.line.pk,)


def _account(world: World) -> tuple[Any, ...]:
    return (world.account.pk,)


def _issued(world: World) -> tuple[Any, ...]:
    return (world.receipt.document.token,)


def _book(world: World) -> tuple[Any, ...]:
    return (world.receipt.book_id,)


def _summary(world: World) -> tuple[Any, ...]:
    return (world.summary.pk,)


CORRECTION = {"payer_name": "Người Khác", "line_names": "Lệ phí", "reason": "Ghi sai tên"}
CANCELLATION = {"cancel-reason": "Trả lại tiền"}

CASH = (
    Row("payments:cash-desk", {CASHIERS: OK, "*": 403}),
    Row("payments:open-shift", {CASHIERS: ON, "*": 403}, {CASHIERS: DONE, "*": 403}),
    Row(
        "payments:shift",
        {frozenset({"cashier", "head"}): OK, "*": 404},
        {frozenset({"cashier", "head"}): DONE, "*": 404},
        lambda world: (world.shift.pk,),
    ),
    Row(
        "payments:confirm-shift",
        {frozenset({"cashier", "head"}): ON, "*": 404},
        {"cashier": ON, "head": 403, "*": 404},
        lambda world: (world.handed.pk,),
    ),
    Row(
        "payments:shift-sheet",
        {frozenset({"cashier", "head"}): OK, "*": 404},
        args=lambda world: (world.handed.pk,),
    ),
    Row("payments:desk-day", DESK_DAY, {**DESK_DAY, "head": ON, "cashier": 403}, _desk_day),
    Row("payments:day-sheet", DESK_DAY, args=_desk_day),
    Row("payments:collect", COLLECT, COLLECT_DONE, _dossier("owing")),
    Row("payments:change", COLLECT, args=_dossier("owing")),
    Row("payments:incidents", {MONEY: OK, "*": 403}),
    Row("payments:incident", INCIDENT, {**INCIDENT, frozenset({"cashier", "head"}): DONE}, _incident),
    Row(
        "payments:incident",
        {"system": OK, MONEY: 404, "*": 403},
        {"system": DONE, MONEY: 404, "*": 403},
        lambda world: (world.nowhere.pk,),
        what="of no unit",
    ),
    Row("payments:refunds", {MONEY: OK, "*": 403}),
    Row(
        "payments:refunds-of",
        INCIDENT,
        {**INCIDENT, frozenset({"cashier", "head"}): DONE},
        lambda world: (world.receipt.payment.reference,),
    ),
    Row("payments:decide-refund", INCIDENT_ON, {**INCIDENT, "cashier": 403, "head": DONE}, _refund),
    Row("payments:pay-refund", INCIDENT_ON, {**INCIDENT, "cashier": DONE, "head": 403}, _refund),
    Row("payments:lines", {HANDLERS: OK, "system": OK, "*": 403}),
    Row("payments:import-statement", {CASHIERS: OK, "*": 403}, {CASHIERS: DONE, "*": 403}),
    Row("payments:statement", INCIDENT, args=lambda world: (world.line.statement_id,)),
    Row("payments:line", INCIDENT, {**INCIDENT, "cashier": DONE, "head": 422}, _line),
    Row("payments:set-line-aside", INCIDENT_ON, {**INCIDENT, "cashier": DONE, "head": 422}, _line),
    Row("payments:accounts", {MONEY_EYES: OK, "*": 403}),
    Row("payments:reconciliation", {MONEY_EYES: OK, "*": 403}),
    Row("payments:remittance", {MONEY_EYES: OK, "*": 403}),
    Row(
        "payments:account-unit",
        {OWN_MONEY_EYES: OK, MONEY_EYES: 404, "*": 403},
        {OWN_MONEY_EYES: DONE, MONEY_EYES: 404, "*": 403},
        lambda world: (world.unit_code,),
    ),
    Row("payments:decide-account", ACCOUNT_ON, {**ACCOUNT_ON, **ACCOUNT_DECIDE}, _account),
    Row("payments:verify-account", ACCOUNT_ON, {**ACCOUNT_ON, **ACCOUNT_DECIDE}, _account),
    # --- Receipts as documents of account: the unit that collects, and whoever approves its money ---
    Row("payments:issued", {MONEY: OK, "*": 403}),
    Row("payments:issued-receipt", INCIDENT, args=_issued),
    Row(
        "payments:correct-receipt",
        INCIDENT_ON,
        {**INCIDENT, "cashier": DONE, "head": 403},
        _issued,
        CORRECTION,
    ),
    Row(
        "payments:cancel-receipt",
        INCIDENT_ON,
        {**INCIDENT, "cashier": DONE, "head": 403},
        _issued,
        CANCELLATION,
    ),
    Row(
        "payments:decide-correction",
        INCIDENT_ON,
        {**INCIDENT, "cashier": 403, "head": DONE},
        lambda world: (world.receipt.document.token, 1),
    ),
    Row("payments:books", {MONEY: OK, "*": 403}),
    Row("payments:declare-series", {CASHIERS: OK, "*": 403}, {CASHIERS: DONE, "*": 403}),
    Row("payments:book", INCIDENT, {**INCIDENT, "cashier": DONE, "head": DONE}, _book),
    Row("payments:decide-series", INCIDENT_ON, {**INCIDENT, "cashier": 403, "head": DONE}, _book),
    Row("payments:summaries", {MONEY: OK, "*": 403}),
    Row("payments:summary", INCIDENT, {**INCIDENT, "cashier": DONE, "head": DONE}, _summary),
    Row("payments:summary-data", INCIDENT, args=_summary),
    Row("payments:send-summary", INCIDENT_ON, {**INCIDENT, "cashier": DONE, "head": 403}, _summary),
)

# --- Figures: the check of the method stands before sign-in ---

WATCHERS = frozenset({"head", "leader"})
FAR_WATCHERS = frozenset({"far_head", "far_leader"})
FIGURES_SEEN = {"monitor": OK, WATCHERS | FAR_WATCHERS: OK, "*": 403}


def _field(_world: World) -> tuple[Any, ...]:
    field = Procedure.objects.filter(code=make.BIRTH).values_list("field__code", flat=True).first()
    return (field,)


# Whoever has a list to ask for.
LIST_EYES = OFFICERS | {"monitor", "system"}


def _report(world: World) -> tuple[Any, ...]:
    return (world.report.pk,)


def _export(world: World) -> tuple[Any, ...]:
    return (world.export.pk,)


FIGURES = (
    Row("reporting:city", {"monitor": OK, WATCHERS | FAR_WATCHERS: ON, "*": 403}, NOBODY),
    Row(
        "reporting:unit",
        {"monitor": OK, WATCHERS: OK, FAR_WATCHERS: 404, "*": 403},
        NOBODY,
        lambda world: (world.unit_code,),
    ),
    Row("reporting:fields", FIGURES_SEEN, NOBODY),
    Row("reporting:field", FIGURES_SEEN, NOBODY, _field),
    Row("reporting:procedure", FIGURES_SEEN, NOBODY, lambda _world: (make.BIRTH,)),
    Row("reporting:own", {SPECIALISTS | RECEIVERS | FAR_RECEIVERS: OK, "*": 403}, NOBODY),
    Row(
        "reporting:own-list",
        {SPECIALISTS: OK, RECEIVERS | FAR_RECEIVERS: 404, "*": 403},
        NOBODY,
        query={"of": "handled", "measure": "on-time"},
    ),
    Row("reporting:warnings", FIGURES_SEEN, NOBODY),
    *(
        Row(
            name,
            {"monitor": OK, WATCHERS: OK, FAR_WATCHERS: 404, "*": 403},
            post,
            lambda world: (world.warning.pk,),
        )
        for name, post in (
            ("reporting:warning", {"monitor": DONE, WATCHERS: DONE, FAR_WATCHERS: 404, "*": 403}),
            ("reporting:warning-list", NOBODY),
        )
    ),
    Row(
        "reporting:warning-digest",
        {"monitor": ON, WATCHERS | FAR_WATCHERS: ON, "*": 403},
        {"monitor": ON, WATCHERS | FAR_WATCHERS: ON, "*": 403},
    ),
    Row("reporting:wall", {"*": 404, "anonymous": 404}, NOBODY, lambda _world: ("00004", "x" * 32)),
    Row(
        "reporting:wall-manage",
        {"monitor": OK, WATCHERS: OK, FAR_WATCHERS: 404, "*": 403},
        {"monitor": DONE, WATCHERS: DONE, FAR_WATCHERS: 404, "*": 403},
        lambda world: (world.unit_code,),
    ),
    *(
        Row(
            name,
            {"monitor": OK, WATCHERS: OK, FAR_WATCHERS: 404, "*": 403},
            NOBODY,
            query={"measure": "online", "unit": "00004"},
        )
        for name in ("reporting:list", "reporting:list-csv")
    ),
    *(
        Row(
            name,
            {"monitor": OK, WATCHERS: OK, FAR_WATCHERS: 404, "*": 403},
            NOBODY,
            query={"unit": "00004", **query},
        )
        for name, query in (
            ("reporting:compare", {}),
            ("reporting:report06", {}),
            ("reporting:index766", {}),
            ("reporting:procedures", {"item": "3.1"}),
        )
    ),
    Row(
        "reporting:reports",
        {"monitor": OK, WATCHERS | FAR_WATCHERS: OK, "*": 403},
        {"monitor": DONE, WATCHERS | FAR_WATCHERS: DONE, "*": 403},
    ),
    Row(
        "reporting:schedules",
        {"monitor": OK, WATCHERS | FAR_WATCHERS: OK, "*": 403},
        {"monitor": DONE, WATCHERS | FAR_WATCHERS: DONE, "*": 403},
    ),
    Row(
        "reporting:schedule-end",
        {"monitor": ON, WATCHERS: ON, FAR_WATCHERS: 404, "*": 403},
        {"monitor": ON, WATCHERS: ON, FAR_WATCHERS: 404, "*": 403},
        lambda world: (world.report.schedule_id,),
    ),
    Row("reporting:report", {"monitor": OK, WATCHERS: OK, FAR_WATCHERS: 404, "*": 403}, args=_report),
    Row(
        "reporting:report-file",
        {"monitor": OK, WATCHERS: OK, FAR_WATCHERS: 404, "*": 403},
        args=lambda world: (world.report.pk, "xlsx"),
    ),
    Row(
        "reporting:tray",
        {LIST_EYES: OK, "*": 403},
        {LIST_EYES: DONE, "*": 403},
    ),
    Row(
        "reporting:list-file",
        {LIST_EYES: ON, "*": 403},
        {LIST_EYES: DONE, "*": 403},
    ),
    # One's own file, while one may see what is in it.
    Row("reporting:export-file", {"head": OK, LIST_EYES: 404, "*": 403}, args=_export),
    Row(
        "reporting:export-cancel",
        {"head": ON, LIST_EYES: 404, "*": 403},
        {"head": DONE, LIST_EYES: 404, "*": 403},
        _export,
    ),
    Row(
        "reporting:report-verify",
        EVERYBODY,
        {"*": 422, "anonymous": 422},
        lambda world: (world.report.token,),
    ),
    Row(
        "reporting:targets",
        {frozenset({"monitor", "system"}): OK, WATCHERS | FAR_WATCHERS: OK, "*": 403},
    ),
    Row(
        "reporting:target-new",
        {frozenset({"monitor", "system"}): OK, "*": 403},
        {frozenset({"monitor", "system"}): DONE, "*": 403},
    ),
    Row(
        "reporting:target-decision",
        {frozenset({"monitor", "system"}): ON, "*": 403},
        {frozenset({"monitor", "system"}): DONE, "*": 403},
        lambda _world: (1,),
    ),
)

# --- The catalogue: editors write, publishers publish what others wrote ---

STAFF: Expected = {frozenset({"catalogue", "publisher"}): OK, "*": 403}
EDITOR: Expected = {"catalogue": OK, "*": 403}
EDITED: Expected = {"catalogue": DONE, "*": 403}
PUBLISHER: Expected = {"publisher": OK, "*": 403}
PUBLISHED: Expected = {"publisher": DONE, "*": 403}


def _draft_of_version(world: World) -> tuple[Any, ...]:
    return (world.version_draft.pk,)


CATALOGUE = (
    Row("procedures:drafts", STAFF),
    Row("procedures:draft", STAFF, args=_draft_of_version),
    Row("procedures:versions", STAFF, args=lambda _world: (make.BIRTH,)),
    Row("procedures:versions-compare", STAFF, args=lambda _world: (make.BIRTH,)),
    Row("procedures:draft-begin", {**EDITOR, "catalogue": ON}, EDITED, lambda _world: (make.BIRTH,)),
    Row("procedures:draft-part", EDITOR, EDITED, lambda world: (world.version_draft.pk, "papers.0")),
    Row(
        "procedures:draft-try",
        STAFF,
        {frozenset({"catalogue", "publisher"}): DONE, "*": 403},
        _draft_of_version,
    ),
    Row("procedures:draft-check", {**EDITOR, "catalogue": ON}, EDITED, _draft_of_version),
    Row("procedures:draft-publish", PUBLISHER, PUBLISHED, _draft_of_version),
    Row("procedures:draft-drop", EDITOR, EDITED, _draft_of_version),
    Row("procedures:version-recall", PUBLISHER, PUBLISHED, lambda world: (world.draft.version_id,)),
    Row("procedures:withdraw", PUBLISHER, PUBLISHED, lambda _world: (make.MARRIAGE,)),
)

ROWS: tuple[Row, ...] = (*PUBLIC, *ACCOUNTS, *CITIZEN, *SHARED, *DESK, *CASH, *FIGURES, *CATALOGUE)
# The API's own root only leads to its description.
WITHOUT_ROW = {"api:api-root"}


def expected(row: Row, person: str, *, posted: bool) -> Any:
    """What `person` meets at `row`."""
    wanted = row.post if posted else row.get
    if person in wanted:
        return wanted[person]
    for group, status in wanted.items():
        if isinstance(group, frozenset) and person in group:
            return status
    return LOGIN if person == "anonymous" else wanted["*"]
