from django.urls import include, path

from billing.claims.api import attachments, events, objections, remittances, views

INSURERS = [
    path("oauth/token", views.Token.as_view(), name="api_token"),
    path("claims/", views.Claims.as_view(), name="api_claims"),
    path("claims/<int:pk>/", views.OneClaim.as_view(), name="api_claim"),
    path("claims/<int:pk>/invoices/", views.ClaimInvoices.as_view(), name="api_claim_invoices"),
    path("claims/<int:pk>/lines/", views.ClaimLinesList.as_view(), name="api_claim_lines"),
    path(
        "claims/<int:pk>/lines/<int:line>/trace/", views.LineTraceView.as_view(), name="api_claim_line_trace"
    ),
    path("claims/<int:pk>/bill/", views.ClaimBill.as_view(), name="api_claim_bill"),
    path("claims/<int:pk>/acknowledge/", views.Acknowledge.as_view(), name="api_claim_acknowledge"),
    path("claims/<int:pk>/adjudications/", views.Adjudications.as_view(), name="api_claim_adjudications"),
    path("claims/<int:pk>/adjudicate/", views.Adjudicate.as_view(), name="api_claim_adjudicate"),
    path("claims/<int:pk>/refuse/", views.Refuse.as_view(), name="api_claim_refuse"),
    path("claims/<int:pk>/attachments/", attachments.Attachments.as_view(), name="api_claim_attachments"),
    path(
        "claims/<int:pk>/attachments/<int:file>/",
        attachments.AttachmentFile.as_view(),
        name="api_claim_attachment",
    ),
    path("objections/", objections.Objections.as_view(), name="api_objections"),
    path("objections/<int:pk>/", objections.OneObjection.as_view(), name="api_objection"),
    path("objections/<int:pk>/lines/", objections.ObjectionLines.as_view(), name="api_objection_lines"),
    path("objections/<int:pk>/answer/", objections.Answer.as_view(), name="api_objection_answer"),
    path("remittances/", remittances.Remittances.as_view(), name="api_remittances"),
    path("remittances/<int:pk>/", remittances.OneRemittance.as_view(), name="api_remittance"),
    path("remittances/<int:pk>/lines/", remittances.RemittanceLines.as_view(), name="api_remittance_lines"),
    path("events/", events.Events.as_view(), name="api_events"),
    path("events/replay/", events.Replay.as_view(), name="api_events_replay"),
    path("code-lists/", views.CodeLists.as_view(), name="api_code_lists"),
    path("code-lists/<slug:name>/", views.OneCodeList.as_view(), name="api_code_list"),
]
urlpatterns = [
    *INSURERS,
    path(
        "schema/",
        views.Document.as_view(patterns=[path("api/v1/", include(INSURERS))]),
        name="api_schema",
    ),
]
