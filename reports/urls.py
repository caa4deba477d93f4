from django.urls import path

from reports.views import headquarters, indicator, places, treatment

urlpatterns = [
    path("", headquarters.Headquarters.as_view(), name="headquarters"),
    path("regions/<int:pk>/", places.RegionPage.as_view(), name="region"),
    path("centres/<int:pk>/", places.CentrePage.as_view(), name="centre"),
    path("treatment/", treatment.TreatmentPage.as_view(), name="treatment"),
    path("indicators/franchise/", indicator.IndicatorPage.as_view(), name="indicator"),
    path("indicators/franchise/targets/", indicator.Targets.as_view(), name="indicator_targets"),
    path("nightly/run/", indicator.RunNightly.as_view(), name="nightly_run"),
]
