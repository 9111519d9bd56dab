"""All addresses of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from portal import design, views
from portal.accounts.views import support_points
from portal.health import healthz
from procedures.api import api
from procedures.views.home import home

handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("procedures.urls")),
    path("api/v1/", api.urls),
    path("healthz", healthz, name="healthz"),
    path("ngon-ngu/", views.set_language, name="set-language"),
    path("thiet-ke/", design.page, name="design"),
    path("diem-ho-tro/", support_points, name="support-points"),
    path("tai-khoan/", include("portal.accounts.urls")),
    path("", include("dossiers.urls")),
    path("thanh-toan/", include("payments.urls")),
    path("so-lieu/", include("reporting.urls")),
]
