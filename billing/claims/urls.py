from django.urls import path

from billing.claims.views import clients, codes, files, lists, moves

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
    path("claims/<int:pk>/bill.json", files.BillJson.as_view(), name="claim_bill"),
    path("claims/<int:pk>/cover.pdf", files.CoverPdf.as_view(), name="claim_cover"),
    path("claims/<int:pk>/lines.xlsx", files.LinesXlsx.as_view(), name="claim_lines_xlsx"),
    path("claims/<int:pk>/resubmit/", moves.Resubmit.as_view(), name="claim_resubmit"),
    path("claims/<int:pk>/gather/", moves.Regather.as_view(), name="claim_regather"),
    path("claims/<int:pk>/freeze/", moves.Freeze.as_view(), name="claim_freeze"),
    path("claims/<int:pk>/send/", moves.Send.as_view(), name="claim_send"),
    path("claims/<int:pk>/cancel/", moves.Cancel.as_view(), name="claim_cancel"),
    path("claims/<int:pk>/acknowledge/", moves.Acknowledge.as_view(), name="claim_acknowledge"),
    path("claims/codes/", codes.UnknownCodes.as_view(), name="unknown_codes"),
    path("claims/codes/<int:pk>/", codes.UnknownCodePage.as_view(), name="unknown_code"),
    path("claims/codes/report/", codes.Report.as_view(), name="unknown_codes_report"),
    path("claims/codes/resolve/", codes.Resolve.as_view(), name="unknown_codes_resolve"),
    path("claims/codes/replace/", codes.Replace.as_view(), name="unknown_codes_replace"),
    path("claims/codes/ask-again/", codes.AskAgain.as_view(), name="unknown_codes_ask_again"),
    path("claims/codes/letters/<int:pk>/", codes.CodeLetter.as_view(), name="unknown_code_letter"),
]
