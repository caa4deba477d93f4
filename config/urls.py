"""Every address. Apps appear here as soon as they have pages."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from config.health import HealthView, LiveView

APPS = [
    "organisations",
    "tariffs",
    "insurers",
    "billing",
    "deductions",
    "incentives",
    "budgets",
    "oversight",
    "reports",
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", HealthView.as_view(), name="healthz"),
    path("livez", LiveView.as_view(), name="livez"),
    # Addresses are tried in order, and these are called most.
    path("api/v1/", include("billing.claims.api.urls")),
]
urlpatterns += [path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")]

handler400 = "core.faults.bad_request"
handler403 = "core.faults.permission_denied"
handler404 = "core.faults.not_found"
handler500 = "core.faults.server_error"
