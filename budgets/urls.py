from django.urls import path

from budgets.views import (
    accounts,
    agreements,
    chain,
    disputes,
    inputs,
    retirees,
    runs,
    statements,
    unknown_people,
)

RUN = "budgets/runs/<int:pk>/"
COMPONENT = f"{RUN}regions/<int:region>/<int:component>/"
STATEMENT = "statements/<int:pk>/<int:first>/<int:second>/"
AGREEMENT = "statements/agreements/<int:pk>/"
SETTLEMENT = "statements/settlements/<int:pk>/"
INPUT = "budgets/inputs/<slug:kind>/"
urlpatterns = [
    path("budgets/", runs.Runs.as_view(), name="budget_runs"),
    path("budgets/compute/", runs.Compute.as_view(), name="budget_compute"),
    path(RUN, runs.Run.as_view(), name="budget_run"),
    path(f"{RUN}verify/", runs.Verify.as_view(), name="budget_verify"),
    path(f"{RUN}compare/", runs.Compare.as_view(), name="budget_compare"),
    path(f"{RUN}regions/<int:region>/", runs.RegionOfRun.as_view(), name="budget_region"),
    path(COMPONENT, chain.Component.as_view(), name="budget_component"),
    path(f"{COMPONENT}movements/", chain.Movements.as_view(), name="budget_movements"),
    path(f"{COMPONENT}movements/<int:movement>/", chain.Lines.as_view(), name="budget_lines"),
    path("budgets/inputs/", inputs.Inputs.as_view(), {"kind": "company"}, name="budget_inputs_all"),
    path(INPUT, inputs.Inputs.as_view(), name="budget_inputs"),
    path(f"{INPUT}new/", inputs.Enter.as_view(), name="budget_input_new"),
    path(f"{INPUT}<int:pk>/approve/", inputs.Approve.as_view(), name="budget_input_approve"),
    path(f"{INPUT}<int:pk>/withdraw/", inputs.Withdraw.as_view(), name="budget_input_withdraw"),
    path("statements/", accounts.Accounts.as_view(), name="accounts"),
    path("statements/compute/", accounts.Compute.as_view(), name="accounts_compute"),
    path("statements/<int:pk>/issue/", accounts.Issue.as_view(), name="accounts_issue"),
    path("statements/unknown/", unknown_people.Unknown.as_view(), name="unknown_people"),
    path(STATEMENT, statements.OneStatement.as_view(), name="statement"),
    path(f"{STATEMENT}invoices/", statements.Items.as_view(), name="statement_invoices"),
    path("statements/invoices/<int:pk>/", statements.Item.as_view(), name="statement_invoice"),
    path(f"{STATEMENT}dispute/", disputes.Raise.as_view(), name="dispute_new"),
    path("statements/disputes/<int:pk>/answer/", disputes.Answer.as_view(), name="dispute_answer"),
    path("statements/disputes/<int:pk>/withdraw/", disputes.Withdraw.as_view(), name="dispute_withdraw"),
    path(f"{STATEMENT}settle/", disputes.Settle.as_view(), name="settlement_new"),
    path(f"{SETTLEMENT}approve/", disputes.ApproveSettlement.as_view(), name="settlement_approve"),
    path(f"{SETTLEMENT}withdraw/", disputes.WithdrawSettlement.as_view(), name="settlement_withdraw"),
    path(f"{SETTLEMENT}reverse/", disputes.ReverseSettlement.as_view(), name="settlement_reverse"),
    path("statements/agreements/", agreements.Agreements.as_view(), name="agreements"),
    path("statements/agreements/new/", agreements.EnterAgreement.as_view(), name="agreement_new"),
    path(f"{AGREEMENT}approve/", agreements.ApproveAgreement.as_view(), name="agreement_approve"),
    path(f"{AGREEMENT}withdraw/", agreements.WithdrawAgreement.as_view(), name="agreement_withdraw"),
    path(f"{AGREEMENT}end/", agreements.EndAgreement.as_view(), name="agreement_end"),
    path("statements/companies/new/", agreements.AddCompany.as_view(), name="company_new"),
    path("statements/members/", agreements.Members.as_view(), name="members"),
    path("statements/members/new/", agreements.EnterMember.as_view(), name="member_new"),
    path("statements/members/load/", agreements.LoadMembers.as_view(), name="members_load"),
    path("retirees/", retirees.Retirees.as_view(), name="retiree_accounts"),
    path("retirees/<int:region>/<int:month>/make/", retirees.Make.as_view(), name="retiree_make"),
    path("retirees/read/", retirees.Read.as_view(), name="retiree_read"),
    path("retirees/files/<int:pk>/", retirees.OneFile.as_view(), name="retiree_file"),
    path("retirees/files/<int:pk>/xml/", retirees.Download.as_view(), name="retiree_xml"),
    path(f"{INPUT}<int:pk>/reverse/", inputs.Reverse.as_view(), name="budget_input_reverse"),
]
