"""Addresses of the citizen's side, under /ho-so/. Fixed words come before codes, so they win."""

from django.urls import URLPattern, URLResolver, path

from dossiers.views import (
    filing,
    linked,
    messages,
    papers,
    ratings,
    results,
    reuse,
    store,
    supplements,
    tracking,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("khai-mot-lan/", reuse.overview, name="reuse"),
    path("xu-ly/khai-mot-lan/<str:code>/", reuse.dossiers, name="reuse-list"),
    path("ho-so/", tracking.mine, name="mine"),
    path("ho-so/tra-cuu/", tracking.track, name="track"),
    path("ho-so/kho-giay-to/", store.papers, name="store"),
    path("ho-so/kho-giay-to/<int:paper_id>/", store.stored, name="stored"),
    path("ho-so/tra-cuu/<str:token>/", tracking.track_by_slip, name="track-by-slip"),
    path("ho-so/lien-thong/<uuid:linked_id>/", linked.linked, name="linked"),
    path("ho-so/lien-thong/<slug:code>/", linked.start_linked, name="start-linked"),
    path("ho-so/nop/<str:code>/", filing.start, name="start"),
    path("ho-so/soan/<uuid:draft_id>/", filing.overview, name="draft"),
    path("ho-so/soan/<uuid:draft_id>/xoa/", filing.discard, name="discard"),
    path("ho-so/soan/<uuid:draft_id>/giay-to/", papers.papers, name="papers"),
    path("ho-so/soan/<uuid:draft_id>/giay-to/<int:paper_id>/", papers.paper, name="paper"),
    path("ho-so/soan/<uuid:draft_id>/noi-nop/", filing.place, name="place"),
    path("ho-so/soan/<uuid:draft_id>/kiem-tra/", filing.review, name="review"),
    path("ho-so/soan/<uuid:draft_id>/<slug:section>/", filing.step, name="step"),
    path("ho-so/<str:code>/", tracking.detail, name="detail"),
    path("ho-so/<str:code>/da-nop/", tracking.filed, name="filed"),
    path("ho-so/<str:code>/bo-sung/", supplements.supplement, name="supplement"),
    path("ho-so/<str:code>/trao-doi/", messages.own_messages, name="messages"),
    path("ho-so/<str:code>/danh-gia/", ratings.rate_own, name="rate"),
    path("ho-so/<str:code>/da-nhan/", results.received, name="received"),
    path("ho-so/<str:code>/rut/", tracking.withdraw, name="withdraw"),
]
