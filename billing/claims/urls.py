from django.urls import path

from billing.claims.views import clients, files, lists, moves, webhooks

urlpatterns = [
    path("claims/", lists.Claims.as_view(), name="claims"),
    path("claims/gather/", moves.Gather.as_view(), name="claim_gather"),
    path("claims/freeze/", moves.FreezeMany.as_view(), name="claims_freeze"),
    path("claims/send/", moves.SendMany.as_view(), name="claims_send"),
    path("claims/<int:pk>/", lists.ClaimPage.as_view(), name="claim"),
    path("claims/<int:pk>/lines/", lists.ClaimLines.as_view(), name="claim_lines"),
    path("claims/supplement/", moves.Supplement.as_view(), name="claim_supplement"),
    path("claims/systems/", clients.Clients.as_view(), name="api_clients"),
    path("claims/systems/new/", clients.ClientCreate.as_view(), name="api_client_new"),
    path("claims/systems/<int:pk>/rotate/", clients.ClientRotate.as_view(), name="api_client_rotate"),
    path("claims/systems/<int:pk>/revoke/", clients.ClientRevoke.as_view(), name="api_client_revoke"),
    path("claims/webhooks/", webhooks.Endpoints.as_view(), name="webhooks"),
    path("claims/webhooks/new/", webhooks.EndpointCreate.as_view(), name="webhook_new"),
    path("claims/webhooks/<int:pk>/rotate/", webhooks.EndpointRotate.as_view(), name="webhook_rotate"),
    path("claims/webhooks/<int:pk>/ping/", webhooks.EndpointPing.as_view(), name="webhook_ping"),
    path("claims/webhooks/<int:pk>/close/", webhooks.EndpointClose.as_view(), name="webhook_close"),
    path("claims/webhooks/deliveries/", webhooks.Deliveries.as_view(), name="webhook_deliveries"),
    path("claims/webhooks/deliveries/replay/", webhooks.Replay.as_view(), name="webhook_replay"),
    path("claims/webhooks/deliveries/<int:pk>/", webhooks.DeliveryPage.as_view(), name="webhook_delivery"),
    path("claims/<int:pk>/bill.json", files.BillJson.as_view(), name="claim_bill"),
    path("claims/<int:pk>/cover.pdf", files.CoverPdf.as_view(), name="claim_cover"),
    path("claims/<int:pk>/lines.xlsx", files.LinesXlsx.as_view(), name="claim_lines_xlsx"),
    path("claims/<int:pk>/resubmit/", moves.Resubmit.as_view(), name="claim_resubmit"),
    path("claims/<int:pk>/gather/", moves.Regather.as_view(), name="claim_regather"),
    path("claims/<int:pk>/freeze/", moves.Freeze.as_view(), name="claim_freeze"),
    path("claims/<int:pk>/send/", moves.Send.as_view(), name="claim_send"),
    path("claims/<int:pk>/cancel/", moves.Cancel.as_view(), name="claim_cancel"),
    path("claims/<int:pk>/acknowledge/", moves.Acknowledge.as_view(), name="claim_acknowledge"),
]
