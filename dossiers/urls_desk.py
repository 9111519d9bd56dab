"""Addresses of the officers' desk."""

from django.urls import path

from dossiers.views import (
    counter,
    counter_supplement,
    decisions,
    desk,
    linked,
    messages,
    results,
    second_supplement,
    verifying,
)

urlpatterns = [
    path("xu-ly/", desk.inbox, name="inbox"),
    path("xu-ly/quay/", counter.choose, name="counter"),
    path("xu-ly/quay/thu-tuc/<str:procedure_code>/", counter.take_in, name="take-in"),
    path("xu-ly/quay/da-nhan/<str:code>/", counter.taken_in, name="taken-in"),
    path("xu-ly/xac-minh/", verifying.asked, name="asked"),
    path("xu-ly/xac-minh/<int:key>/", verifying.answer, name="answer"),
    path("xu-ly/ho-so/<str:code>/xac-minh/", verifying.ask, name="ask"),
    path("xu-ly/lien-thong/", linked.handovers, name="handovers"),
    path("xu-ly/lien-thong/<int:part_id>/", linked.handover, name="handover"),
    path("xu-ly/ho-so/<str:code>/", desk.dossier, name="desk"),
    path(
        "xu-ly/ho-so/<str:code>/nhan-bo-sung/",
        counter_supplement.receive_supplement,
        name="receive-supplement",
    ),
    path("xu-ly/ho-so/<str:code>/trao-doi/", messages.desk_messages, name="desk-messages"),
    path("xu-ly/ho-so/<str:code>/duyet-bo-sung/", second_supplement.decide_again, name="decide-supplement"),
    path("xu-ly/ho-so/<str:code>/thu-hoi/", results.revoke, name="revoke"),
    path("xu-ly/ho-so/<str:code>/phan-cong/", decisions.assign, name="assign"),
    path("xu-ly/ho-so/<str:code>/phieu-kiem-soat/", decisions.control_sheet, name="control-sheet"),
    path("xu-ly/ho-so/<str:code>/thao-tac/<str:name>/", decisions.act, name="act"),
    path("xu-ly/ho-so/<str:code>/quyet-dinh/<str:name>/", decisions.decide, name="decide"),
]
