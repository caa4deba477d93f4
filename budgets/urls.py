from django.urls import path

from budgets.views import chain, inputs, runs

RUN = "budgets/runs/<int:pk>/"
COMPONENT = f"{RUN}regions/<int:region>/<int:component>/"
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
    path(f"{INPUT}<int:pk>/reverse/", inputs.Reverse.as_view(), name="budget_input_reverse"),
]
