"""Public pages of the catalogue and of the units."""

from django.urls import path

from procedures.views import board, browse, cases, units

app_name = "procedures"
urlpatterns = [
    path("thu-tuc/", browse.listing, name="list"),
    path("thu-tuc/bang-cau-hinh/", board.overview, name="board"),
    path("thu-tuc/bang-cau-hinh/<slug:what>/", board.listing, name="board-list"),
    path("thu-tuc/<str:code>/truong-hop/", cases.choose, name="cases"),
    path("thu-tuc/<path:code>/", browse.detail, name="detail"),
    path("don-vi/", units.listing, name="unit-list"),
    path("don-vi/<slug:code>/", units.detail, name="unit"),
]
