"""All addresses of dossiers: issued documents, the officers' desk, the citizen's side."""

from django.urls import URLPattern, URLResolver

from dossiers import urls_citizen, urls_desk, urls_documents

app_name = "dossiers"
urlpatterns: list[URLPattern | URLResolver] = [
    *urls_documents.urlpatterns,
    *urls_desk.urlpatterns,
    *urls_citizen.urlpatterns,
]
