"""What an address of the catalogue says, read without trust."""

from __future__ import annotations

from django.http import HttpRequest

from procedures.search import LONGEST_QUERY


def query_of(request: HttpRequest) -> str:
    """The text typed into the search, with blanks squeezed and cut where no title is that long."""
    return " ".join(request.GET.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY]
