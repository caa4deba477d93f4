from django.urls import path

from insurers.views import coverage

urlpatterns = [
    path("coverage/", coverage.Coverage.as_view(), name="coverage"),
    path("coverage/<slug:kind>/", coverage.Coverage.as_view(), name="coverage"),
]
