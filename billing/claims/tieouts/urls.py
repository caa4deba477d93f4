from django.urls import path

from billing.claims.tieouts import views

urlpatterns = [
    path("tie-outs/", views.TieOuts.as_view(), name="tie_outs"),
    path("tie-outs/<int:pk>/", views.TieOutPage.as_view(), name="tie_out"),
    path("tie-outs/<int:pk>/records/<int:tie>/", views.TieOutRecords.as_view(), name="tie_out_records"),
]
