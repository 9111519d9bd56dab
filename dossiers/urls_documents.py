"""Addresses of issued documents, attached files, and the public check of a document."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dossiers.views import documents

urlpatterns: list[URLPattern | URLResolver] = [
    path("ho-so/tep/<int:attachment_id>/", documents.attachment, name="attachment"),
    path("ho-so/<str:code>/van-ban/<int:document_id>/", documents.document, name="document"),
    path("xac-minh/<str:token>/", documents.verify, name="verify"),
]
