from django.urls import path

from tariffs.views import circulars, rates, services

CIRCULARS = [
    path("circulars/", circulars.Circulars.as_view(), name="circulars"),
    path("circulars/new/", circulars.CircularCreate.as_view(), name="circular_new"),
    path("circulars/<int:pk>/", circulars.CircularDetail.as_view(), name="circular"),
    path("circulars/<int:pk>/edit/", circulars.CircularEdit.as_view(), name="circular_edit"),
    path("circulars/<int:pk>/publish/", circulars.Publish.as_view(), name="circular_publish"),
]
RATES = [
    path("rates/<slug:kind>/", services.Rates.as_view(), name="rates"),
    path("rates/<slug:kind>/new/", rates.RateCreate.as_view(), name="rate_new"),
    path("rates/<slug:kind>/<int:pk>/edit/", rates.RateEdit.as_view(), name="rate_edit"),
    path("rates/<slug:kind>/<int:pk>/history/", rates.RateHistory.as_view(), name="rate_history"),
    path("rates/<slug:kind>/<int:pk>/remove/", rates.RateRemove.as_view(), name="rate_remove"),
]
urlpatterns = [
    *CIRCULARS,
    *RATES,
    path("services/suggest/", services.Suggestions.as_view(), name="service_suggest"),
    path("services/<int:pk>/", services.ServiceDetail.as_view(), name="service"),
]
