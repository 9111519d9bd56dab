"""Addresses of issued documents, attached files, and the public check of a document."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dossiers.views import documents, ratings

urlpatterns: list[URLPattern | URLResolver] = [
    path("ho-so/tep/<int:attachment_id>/", documents.attachment, name="attachment"),
    path("ho-so/<str:code>/van-ban/<int:document_id>/", documents.document, name="document"),
    path("xac-minh/", documents.find, name="find-document"),
    path("danh-gia/<str:token>/", ratings.rate_by_slip, name="rate-by-slip"),
    path("xac-minh/<str:token>/", documents.verify, name="verify"),
]
