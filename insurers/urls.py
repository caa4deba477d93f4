from django.urls import path

from insurers.views import contracts, coverage, users

urlpatterns = [
    path("coverage/", coverage.Coverage.as_view(), name="coverage"),
    path("coverage/<slug:kind>/", coverage.Coverage.as_view(), name="coverage"),
    path("contracts/", contracts.Contracts.as_view(), name="contracts"),
    path("contracts/new/", contracts.NewContract.as_view(), name="contract_new"),
    path("contracts/<int:pk>/", contracts.ContractPage.as_view(), name="contract"),
    path("contracts/<int:pk>/edit/", contracts.EditContract.as_view(), name="contract_edit"),
    path("contracts/<int:pk>/terms/", contracts.EditTerms.as_view(), name="contract_terms"),
    path("contracts/<int:pk>/terms/<slug:kind>/", contracts.EditRow.as_view(), name="contract_row_new"),
    path("contracts/<int:pk>/terms/<slug:kind>/<int:row>/", contracts.EditRow.as_view(), name="contract_row"),
    path(
        "contracts/<int:pk>/terms/<slug:kind>/<int:row>/drop/",
        contracts.DropRow.as_view(),
        name="contract_row_drop",
    ),
    path("contracts/<int:pk>/steps/<slug:to>/", contracts.TakeStep.as_view(), name="contract_step"),
    path("contracts/<int:pk>/follow-up/", contracts.FollowUp.as_view(), name="contract_follow_up"),
    path("contracts/<int:pk>/renew/", contracts.Renew.as_view(), name="contract_renew"),
    path("contracts/<int:pk>/amendment/", contracts.NewAmendment.as_view(), name="contract_amend"),
    path(
        "contracts/<int:pk>/amendment/approve/",
        contracts.ApproveAmendment.as_view(),
        name="contract_amendment_approve",
    ),
    path(
        "contracts/<int:pk>/amendment/drop/",
        contracts.DropAmendment.as_view(),
        name="contract_amendment_drop",
    ),
    path("contracts/<int:pk>/files/", contracts.AddFile.as_view(), name="contract_file_add"),
    path("contracts/<int:pk>/files/<int:file>/", contracts.ContractFilePage.as_view(), name="contract_file"),
    path("users/", users.Users.as_view(), name="users"),
    path("users/new/", users.UserNew.as_view(), name="user_new"),
    path("users/<int:pk>/", users.UserPage.as_view(), name="user"),
    path("users/<int:pk>/edit/", users.UserEdit.as_view(), name="user_edit"),
    path("users/<int:pk>/<slug:verb>/", users.UserAction.as_view(), name="user_action"),
]
