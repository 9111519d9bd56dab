"""The list of procedures beside a bare Django page, in one process and in turn, over the database of the environment.

    bin/manage shell -c "from tests.bench.list_speed import speeds; speeds()"

The bare page is a template of 44 rows behind the same middleware. The list is asked as visitors get it (a page known by
its address comes from memory) and rendered anew each time. Printed is the speed beside the bare page's, the median over
five rounds of processor time. Nothing is written.
"""

from __future__ import annotations

import functools
import itertools
import statistics
import sys
import time
import types

from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import path

from portal.lib.reads_writes import public, reads

ROUNDS, REQUESTS = 5, 40
_CELLS = "<td>{{ row.code }}</td><td>{{ row.title }}</td><td>{{ row.number }}</td>"
_BARE = (
    f"<!doctype html><title>Bare</title><table>{{% for row in rows %}}<tr>{_CELLS}</tr>{{% endfor %}}</table>"
)
_numbers = itertools.count()


@public
@reads
def bare(_request: HttpRequest) -> HttpResponse:
    """A page without product."""
    rows = [
        {"code": f"1.{number:06}", "title": f"Thủ tục số {number}", "number": number} for number in range(44)
    ]
    return HttpResponse(_compiled().render(Context({"rows": rows})))


@functools.cache
def _compiled() -> Template:
    return Template(_BARE)


def _seconds(client: Client, address: str, *, anew: bool = False) -> float:
    begun = time.process_time()
    for _time in range(REQUESTS):
        shown = f"{address}{'&' if '?' in address else '?'}x={next(_numbers)}" if anew else address
        answer = client.get(shown)
        if answer.status_code != 200:
            raise RuntimeError(f"{shown}: {answer.status_code}")
    return time.process_time() - begun


def speeds() -> dict[str, float]:
    """Print and return, per address and way, the speed beside a bare page's."""
    from portal import urls

    both = types.ModuleType("bare_urls")
    both.urlpatterns = [path("bare/", bare), *urls.urlpatterns]  # type: ignore[attr-defined]
    sys.modules["bare_urls"] = both
    found = {}
    with override_settings(ROOT_URLCONF="bare_urls", ALLOWED_HOSTS=["testserver"]):
        client = Client()
        for address, anew in itertools.product(
            ("/thu-tuc/", "/thu-tuc/?q=dat+dai&level=commune"), (False, True)
        ):
            _seconds(client, address, anew=anew)
            ratios = [
                _seconds(client, "/bare/") / _seconds(client, address, anew=anew) for _round in range(ROUNDS)
            ]
            name = f"{address} {'rendered anew' if anew else 'from memory'}"
            found[name] = statistics.median(ratios)
            print(f"{name:50} {found[name]:.2f} x the speed of a bare page")
    return found
