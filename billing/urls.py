from django.urls import path

from billing import api
from billing.views import calculator, corrections, deliveries, invoices, periods, stages, tariffs, worklists

urlpatterns = [
    path("tariffs/", tariffs.Tariffs.as_view(), name="tariffs"),
    path("calculator/", calculator.Calculator.as_view(), name="calculator"),
    path("api/v1/price-preview/", calculator.PricePreview.as_view(), name="price_preview"),
    path("invoices/", invoices.Invoices.as_view(), name="invoices"),
    path("worklists/", worklists.WorkLists.as_view(), name="worklists"),
    path("invoices/assign/", worklists.Assign.as_view(), name="invoices_assign"),
    path("invoices/advance/", stages.Advance.as_view(), name="invoices_advance"),
    path("invoices/<int:pk>/", invoices.InvoicePage.as_view(), name="invoice"),
    path("invoices/<int:pk>/cancel/", corrections.Cancel.as_view(), name="invoice_cancel"),
    path("invoices/<int:pk>/reissue/", corrections.Reissue.as_view(), name="invoice_reissue"),
    path("invoices/<int:pk>/lines/<int:line_no>/trace/", invoices.LineTrace.as_view(), name="line_trace"),
    path("periods/", periods.Periods.as_view(), name="periods"),
    path("periods/ask/", periods.AskToClose.as_view(), name="period_ask"),
    path("periods/approve/", periods.Approve.as_view(), name="period_approve"),
    path("periods/<int:centre>/<int:month>/", periods.MonthPage.as_view(), name="period"),
    path("periods/closed/<int:pk>/withdraw/", periods.Withdraw.as_view(), name="period_withdraw"),
    path("periods/closed/<int:pk>/reopen/", periods.AskToReopen.as_view(), name="period_reopen"),
    path("periods/closed/<int:pk>/exceptions/", periods.GiveException.as_view(), name="period_exception"),
    path("periods/exceptions/<int:pk>/revoke/", periods.Revoke.as_view(), name="period_exception_revoke"),
    path("deliveries/", deliveries.Deliveries.as_view(), name="deliveries"),
    path("deliveries/new/", deliveries.DeliveryCreate.as_view(), name="delivery_new"),
    path("deliveries/<int:pk>/", deliveries.DeliveryDetail.as_view(), name="delivery"),
    path("deliveries/<int:pk>/progress/", deliveries.DeliveryProgress.as_view(), name="delivery_progress"),
    path("deliveries/<int:pk>/retry/", deliveries.DeliveryRetry.as_view(), name="delivery_retry"),
    path("deliveries/<int:pk>/refused.csv", deliveries.RefusedCsv.as_view(), name="delivery_refused_csv"),
    path("deliveries/<int:pk>/refused.xlsx", deliveries.RefusedXlsx.as_view(), name="delivery_refused_xlsx"),
    path("api/v1/sata/receptions/", api.Receptions.as_view(), name="sata_receptions"),
    path("api/v1/sata/receptions/<int:number>/", api.Reception.as_view(), name="sata_reception"),
    path("api/v1/sata/receptions/<int:number>/files/", api.ReceptionFiles.as_view(), name="sata_files"),
    path("api/v1/sata/receptions/<int:number>/close/", api.ReceptionClose.as_view(), name="sata_close"),
]
