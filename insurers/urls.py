from django.urls import path

from insurers.views import contract_work, contracts, coverage, users

urlpatterns = [
    path("coverage/", coverage.Coverage.as_view(), name="coverage"),
    path("coverage/<slug:kind>/", coverage.Coverage.as_view(), name="coverage"),
    path("contracts/", contracts.Contracts.as_view(), name="contracts"),
    path("contracts/new/", contract_work.NewContract.as_view(), name="contract_new"),
    path("contracts/<int:pk>/", contracts.ContractPage.as_view(), name="contract"),
    path("contracts/<int:pk>/edit/", contract_work.EditContract.as_view(), name="contract_edit"),
    path("contracts/<int:pk>/terms/", contract_work.EditTerms.as_view(), name="contract_terms"),
    path("contracts/<int:pk>/terms/<slug:kind>/", contract_work.EditRow.as_view(), name="contract_row_new"),
    path(
        "contracts/<int:pk>/terms/<slug:kind>/<int:row>/",
        contract_work.EditRow.as_view(),
        name="contract_row",
    ),
    path(
        "contracts/<int:pk>/terms/<slug:kind>/<int:row>/drop/",
        contract_work.DropRow.as_view(),
        name="contract_row_drop",
    ),
    path("contracts/<int:pk>/steps/<slug:to>/", contract_work.TakeStep.as_view(), name="contract_step"),
    path("contracts/<int:pk>/follow-up/", contract_work.FollowUp.as_view(), name="contract_follow_up"),
    path("contracts/<int:pk>/renew/", contract_work.Renew.as_view(), name="contract_renew"),
    path("contracts/<int:pk>/amendment/", contract_work.NewAmendment.as_view(), name="contract_amend"),
    path(
        "contracts/<int:pk>/amendment/approve/",
        contract_work.ApproveAmendment.as_view(),
        name="contract_amendment_approve",
    ),
    path(
        "contracts/<int:pk>/amendment/drop/",
        contract_work.DropAmendment.as_view(),
        name="contract_amendment_drop",
    ),
    path("contracts/<int:pk>/files/", contract_work.AddFile.as_view(), name="contract_file_add"),
    path(
        "contracts/<int:pk>/files/<int:file>/", contract_work.ContractFilePage.as_view(), name="contract_file"
    ),
    path("users/", users.Users.as_view(), name="users"),
    path("users/new/", users.UserNew.as_view(), name="user_new"),
    path("users/<int:pk>/", users.UserPage.as_view(), name="user"),
    path("users/<int:pk>/edit/", users.UserEdit.as_view(), name="user_edit"),
    path("users/<int:pk>/<slug:verb>/", users.UserAction.as_view(), name="user_action"),
]
