from django.urls import path

from billing.claims.bank import views

urlpatterns = [
    path("bank/", views.Bank.as_view(), name="bank"),
    path("bank/new/", views.StatementNew.as_view(), name="bank_new"),
    path("bank/columns/new/", views.ColumnsNew.as_view(), name="bank_columns_new"),
    path("bank/columns/<int:pk>/", views.Columns.as_view(), name="bank_columns"),
    path("bank/match/", views.Match.as_view(), name="bank_match"),
    path("bank/entries/<int:pk>/", views.EntryPage.as_view(), name="bank_entry"),
    path("bank/entries/<int:pk>/pair/", views.Pair.as_view(), name="bank_pair"),
    path("bank/entries/<int:pk>/aside/", views.SetAside.as_view(), name="bank_set_aside"),
    path("bank/entries/<int:pk>/take-back/", views.TakeBack.as_view(), name="bank_take_back"),
    path("bank/<int:pk>/", views.StatementPage.as_view(), name="bank_statement"),
    path("bank/<int:pk>/file/", views.StatementFile.as_view(), name="bank_file"),
    path("bank/<int:pk>/confirm/", views.Confirm.as_view(), name="bank_confirm"),
    path("bank/<int:pk>/discard/", views.Discard.as_view(), name="bank_discard"),
]
