from django.urls import path

from billing.claims.remittances.views import dues, lists, moves

urlpatterns = [
    path("remittances/", lists.Remittances.as_view(), name="remittances"),
    path("remittances/list/", moves.EnterList.as_view(), name="remittance_list_new"),
    path("remittances/typed/", moves.EnterTyped.as_view(), name="remittance_typed_new"),
    path("remittances/columns/<int:pk>/", moves.Columns.as_view(), name="remittance_columns"),
    path("remittances/dues/", dues.Dues.as_view(), name="remittance_dues"),
    path("remittances/open/", lists.OpenMoney.as_view(), name="remittances_open"),
    path("remittances/lines/<int:pk>/", lists.OpenLine.as_view(), name="remittance_line"),
    path("remittances/lines/<int:pk>/assign/", moves.Assign.as_view(), name="remittance_assign"),
    path("remittances/lines/<int:pk>/keep/", moves.Keep.as_view(), name="remittance_keep"),
    path("remittances/lines/<int:pk>/return/", moves.GiveBack.as_view(), name="remittance_give_back"),
    path("remittances/<int:pk>/", lists.RemittancePage.as_view(), name="remittance"),
    path("remittances/<int:pk>/file/", lists.RemittanceFile.as_view(), name="remittance_file"),
    path("remittances/<int:pk>/progress/", lists.RemittanceProgress.as_view(), name="remittance_progress"),
    path("remittances/<int:pk>/book/", moves.Book.as_view(), name="remittance_book"),
    path("remittances/<int:pk>/discard/", moves.Discard.as_view(), name="remittance_discard"),
    path("remittances/<int:pk>/reverse/", moves.Reverse.as_view(), name="remittance_reverse"),
]
