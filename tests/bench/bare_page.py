"""A Django page without product, as a server of its own: what the filing's benchmark is measured beside."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY=os.urandom(16).hex(), ROOT_URLCONF=__name__, ALLOWED_HOSTS=["127.0.0.1"], LOGGING_CONFIG=None
)


def bare(_request: HttpRequest) -> HttpResponse:
    """One line of HTML."""
    return HttpResponse("<!doctype html><title>Bare</title><p>Bare</p>")


urlpatterns = [path("", bare)]
application = get_wsgi_application()
