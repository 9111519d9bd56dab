"""Filings with three photos under an open-loop load, against a portal that `bin/run` has running.

    bin/run --data-dir DIR --port 8010 &
    bin/manage --data-dir DIR shell -c "from tests.bench.filing import load; load('http://127.0.0.1:8010')"

Everything is on one machine: web, worker, scheduler, database, broker and the load itself. Citizens and their drafts
are made beforehand by the real actions; then filings arrive at random moments (Poisson, a fixed seed) whatever the
server does, each over a connection of its own as a browser would: three photos of 0.8 MB one after the other, the page
to read over, the declaration. A time counts from the moment a step was due, so waiting behind a slow answer is counted.
A bare Django page behind the same server program is asked at the moments of a third of the arrivals. Nothing may be
lost: the dossiers are counted afterwards. Writes dossiers: only on a portal with demonstration data.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RATE, SECONDS, BARE_PORT = 6.6, 120, 8019
CSRF = "b" * 32
PERSONS = 40
DEATH = "1.000656"


def load(portal: str, seconds: int = SECONDS, rate: float = RATE) -> None:
    """Prepare, load, count; prints medians, p95, p99 and errors of every step and of the bare page."""
    plan = _prepare(int(seconds * rate))
    command = [
        *(
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(BARE_PORT),
        ),
        *("--workers", "2", "--blocking-threads", "8", "--no-ws", "bare_page:application"),
    ]
    bare = subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(3)
        asked = json.dumps({"portal": portal, "rate": rate, "plan": plan})
        client = [sys.executable, str(HERE / "filing.py")]
        done = subprocess.run(client, input=asked, text=True, check=True, stdout=subprocess.PIPE)
    finally:
        bare.terminate()
        bare.wait()
    print(done.stdout, end="")
    _count([each["draft"] for each in plan])


def _prepare(count: int) -> list[dict[str, Any]]:
    from django.conf import settings

    from dossiers.models import Dossier

    if not Dossier.objects.filter(is_demo=True).exists():
        raise SystemExit(
            "This portal has no demonstration data: the benchmark writes dossiers and is for such only."
        )
    keys = [_session(number) for number in range(PERSONS)]
    drafts = [_draft(keys[number % PERSONS][0]) for number in range(count)]
    cookie = f"{settings.SESSION_COOKIE_NAME}={{}}; {settings.CSRF_COOKIE_NAME}={CSRF}"
    return [
        {"draft": str(draft.pk), "paper": paper, "cookie": cookie.format(keys[number % PERSONS][1])}
        for number, (draft, paper) in enumerate(drafts)
    ]


def _session(number: int) -> tuple[Any, str]:
    """A citizen of the benchmark and his signed-in session."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from portal.accounts.models import User, UserKind

    user, _new = User.objects.get_or_create(
        username=f"bench{number:03}", defaults={"full_name": f"Người Đo {number}", "kind": UserKind.CITIZEN}
    )
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return user, str(store.session_key)


def _draft(user: Any) -> tuple[Any, int]:
    """A filled draft of the registration of a death that lacks only its papers, and the paper to give."""
    from dossiers.actions import drafts
    from dossiers.states import Delivery
    from portal.accounts.models import Unit
    from tests.factories.dossiers import example, needed, version

    current = version(DEATH)
    draft = drafts.start_draft(by=user, version=current)
    draft = drafts.save_answers(draft_id=draft.pk, by=user, answers=example(DEATH))
    drafts.choose(draft_id=draft.pk, by=user, unit=Unit.objects.get(code="00004"), delivery=Delivery.ONLINE)
    return draft, needed(current, draft.answers)[0].pk


def _count(drafts: list[str]) -> None:
    from dossiers.models import Draft

    filed = Draft.objects.filter(pk__in=drafts).exclude(dossier=None)
    papers = [draft.dossier.attachments.count() for draft in filed.select_related("dossier") if draft.dossier]
    print(f"filed {len(papers)} of {len(drafts)}, each with {sorted(set(papers))} files")


# --- The load, a program of its own ---


class Load:
    """Arrivals at their moments, a thread each; times by step in milliseconds."""

    def __init__(self, portal: str, rate: float, plan: list[dict[str, Any]]) -> None:
        self.host = portal.removeprefix("http://").rstrip("/")
        self.rate, self.plan = rate, plan
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []
        self.lock = threading.Lock()

    def run(self) -> None:
        """All arrivals, then until the last answer."""
        chance = random.Random(766)
        due, threads = time.perf_counter() + 1, list[threading.Thread]()
        for number, each in enumerate(self.plan):
            due += chance.expovariate(self.rate)
            time.sleep(max(0, due - time.perf_counter()))
            begun = [threading.Thread(target=self._arrive, args=(each, due))]
            if number % 3 == 0:
                begun.append(threading.Thread(target=self._bare, args=(due,)))
            for thread in begun:
                thread.start()
            threads += begun
        for thread in threads:
            thread.join()

    def _arrive(self, each: dict[str, Any], due: float) -> None:
        with suppress(Stopped):
            connection = http.client.HTTPConnection(self.host, timeout=60)
            address = f"/ho-so/soan/{each['draft']}"
            for _file in range(3):
                body, kind = _multipart(photo())
                due = self._step(
                    "upload", due, connection, "POST", f"{address}/giay-to/{each['paper']}/", each, body, kind
                )
            due = self._step("read over", due, connection, "GET", f"{address}/kiem-tra/", each)
            kind = "application/x-www-form-urlencoded"
            self._step("submit", due, connection, "POST", f"{address}/kiem-tra/", each, b"declared=on", kind)
            connection.close()

    def _step(
        self,
        name: str,
        due: float,
        connection: http.client.HTTPConnection,
        method: str,
        address: str,
        each: dict[str, Any],
        body: bytes = b"",
        kind: str = "",
    ) -> float:
        headers = {"Cookie": each["cookie"], "X-CSRFToken": CSRF} | ({"Content-Type": kind} if kind else {})
        try:
            connection.request(method, address, body, headers)
            answer = connection.getresponse()
            answer.read()
        except OSError as error:
            self._fail(f"{name}: {error}")
        wanted = 200 if method == "GET" else 302
        if answer.status != wanted or "/dang-nhap/" in (answer.getheader("Location") or ""):
            self._fail(f"{name}: {answer.status} {answer.getheader('Location')}")
        ended = time.perf_counter()
        with self.lock:
            self.times[name].append((ended - due) * 1000)
        return ended

    def _fail(self, text: str) -> None:
        with self.lock:
            self.errors.append(text)
        raise Stopped

    def _bare(self, due: float) -> None:
        connection = http.client.HTTPConnection(f"127.0.0.1:{BARE_PORT}", timeout=60)
        connection.request("GET", "/")
        connection.getresponse().read()
        with self.lock:
            self.times["bare page"].append((time.perf_counter() - due) * 1000)
        connection.close()

    def report(self) -> None:
        """A line a step."""
        for name in ("bare page", "upload", "read over", "submit"):
            found = sorted(self.times[name])
            if not found:
                continue
            p95, p99 = (found[min(len(found) - 1, int(len(found) * share))] for share in (0.95, 0.99))
            median = statistics.median(found)
            print(
                f"{name:10} {len(found):5} times: median {median:7.1f} ms, p95 {p95:7.1f} ms, p99 {p99:7.1f} ms"
            )
        print(f"errors {len(self.errors)} {sorted(set(self.errors))[:5]}")


class Stopped(Exception):
    """A filing that failed; counted, and not gone on with."""


_PICTURE: list[bytes] = []


def photo() -> bytes:
    """A real JPEG of 0.8 MB, another one each time: it differs in its table of quantisation, so no bytes are shared."""
    if not _PICTURE:
        from PIL import Image

        out, side = io.BytesIO(), 1300
        Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(out, "JPEG", quality=60)
        _PICTURE.append(out.getvalue())
    data = bytearray(_PICTURE[0])
    table = data.index(b"\xff\xdb") + 5
    for place in range(40, 64):
        data[table + place] = 1 + random.getrandbits(7)
    return bytes(data)


def _multipart(data: bytes) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    says = 'Content-Disposition: form-data; name="files"; filename="anh.jpg"'
    head = f"--{edge}\r\n{says}\r\nContent-Type: image/jpeg\r\n\r\n"
    return head.encode() + data + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    photo()
    running = Load(asked["portal"], asked["rate"], asked["plan"])
    running.run()
    running.report()
