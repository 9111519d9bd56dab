"""All addresses of the portal."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from portal import design, views
from portal.health import healthz
from procedures.api import addresses as api_addresses
from procedures.views.home import home
from reporting import api as _figures  # noqa: F401 - adds its addresses to the API
from reporting import api_open as _open_data  # noqa: F401 - likewise

handler400 = "portal.views.bad_request"
handler403 = "portal.views.permission_denied"
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"

# The address on posters and slips; the list itself belongs to the catalogue.
to_units = RedirectView.as_view(pattern_name="procedures:unit-list", query_string=True)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("procedures.urls")),
    path("api/v1/", api_addresses()),
    path("healthz", healthz, name="healthz"),
    path("ngon-ngu/", views.set_language, name="set-language"),
    path("thiet-ke/", design.page, name="design"),
    path("diem-ho-tro/", to_units, name="support-points"),
    path("tai-khoan/", include("portal.accounts.urls")),
    path("", include("dossiers.urls")),
    path("thanh-toan/", include("payments.urls")),
    path("so-lieu/", include("reporting.urls")),
]
