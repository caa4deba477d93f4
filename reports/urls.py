from django.urls import path

from reports.views import completeness, headquarters, indicator, places, treatment

urlpatterns = [
    path("completeness/", completeness.Radar.as_view(), name="completeness"),
    path("completeness/waits/", completeness.StageWaits.as_view(), name="stage_waits"),
    path("completeness/<int:pk>/", completeness.CentreRadar.as_view(), name="completeness_centre"),
    path("completeness/<int:pk>/<int:month>/", completeness.Days.as_view(), name="completeness_days"),
    path("", headquarters.Headquarters.as_view(), name="headquarters"),
    path("regions/<int:pk>/", places.RegionPage.as_view(), name="region"),
    path("centres/<int:pk>/", places.CentrePage.as_view(), name="centre"),
    path("treatment/", treatment.TreatmentPage.as_view(), name="treatment"),
    path("indicators/franchise/", indicator.IndicatorPage.as_view(), name="indicator"),
    path("indicators/franchise/targets/", indicator.Targets.as_view(), name="indicator_targets"),
    path("nightly/run/", indicator.RunNightly.as_view(), name="nightly_run"),
]
