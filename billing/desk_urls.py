"""Addresses of the desk."""

from django.urls import path

from billing.views import desk

urlpatterns = [
    path("invoices/<int:pk>/correct/", desk.InvoiceCorrect.as_view(), name="invoice_correct"),
    path("invoices/<int:pk>/issue-anew/", desk.InvoiceIssueAnew.as_view(), name="invoice_issue_anew"),
    path("desk/", desk.Desk.as_view(), name="desk"),
    path("desk/new/", desk.DeskNew.as_view(), name="desk_new"),
    path("desk/<int:pk>/", desk.DeskDraft.as_view(), name="desk_draft"),
    path("desk/<int:pk>/discard/", desk.DeskDiscard.as_view(), name="desk_discard"),
    path("api/v1/desk/services/", desk.DeskServices.as_view(), name="desk_services"),
    path("api/v1/desk/physicians/", desk.DeskPhysicians.as_view(), name="desk_physicians"),
    path("api/v1/desk/<int:pk>/", desk.DeskSave.as_view(), name="desk_save"),
    path("api/v1/desk/<int:pk>/price/", desk.DeskPrice.as_view(), name="desk_price"),
    path("api/v1/desk/<int:pk>/register/", desk.DeskRegister.as_view(), name="desk_register"),
    path("api/v1/desk/<int:pk>/copy/", desk.DeskCopy.as_view(), name="desk_copy"),
]
