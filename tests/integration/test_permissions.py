"""Every address × every person → what they get. An address that is not in this table fails the suite.

A neighbour's object does not exist (404), what a role may not do is refused (403), who has not signed in is sent to the
sign-in page (302) or asked for credentials (401). The expected codes are written here by hand, never computed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from billing.choices import CountSource, DeliveryKind, DeliveryState
from billing.claims.bank import services as bank
from billing.claims.choices import CodeSet, CodeState
from billing.claims.codes.models import UnknownCode, UnknownCodeStep, UnknownLine
from billing.claims.models import ClaimLine
from billing.claims.remittances.choices import RemittanceKind, RemittanceSource
from billing.claims.remittances.layout import PaidLine
from billing.claims.remittances.services import receiving
from billing.claims.remittances.services.receiving import Kept
from billing.claims.services import adjudication, clients, objecting, sending, webhooks
from billing.claims.services.adjudication import Cut, Decision
from billing.claims.services.objecting import Against, Reply
from billing.claims.tieouts import services as tieouts
from billing.models import (
    ClosedMonth,
    CountReport,
    Delivery,
    FindingPass,
    FindingRule,
    LockException,
    Movement,
    Repricing,
)
from billing.services.reference import load_finding_rules
from budgets.choices import BudgetComponent, CompanyService
from budgets.services import inputs, run_budget
from core import jobs
from core.views import Gate
from insurers.models import Contract, ContractCover, Fund
from organisations.choices import CostElement, PatientCategory
from organisations.models import Physician
from oversight.choices import ContactKind, ContactOutcome, Side
from oversight.models import Contact, StatusLetter, StatusNotice
from oversight.services import councils
from tariffs.choices import Book, ServiceGroup
from tariffs.models import Circular, Service
from tariffs.services import publishing
from tests import claim_world as world
from tests import contract_world, factories
from tests.account_world import account_of

AT = factories.AT
NIGHT = AT + dt.timedelta(hours=3)
SIGN_IN = "/sign-in/"

#: Columns of the table.
PEOPLE = (
    "headquarters", "region_head", "neighbour_region_head", "officer", "neighbour", "other_headquarters",
    "insurer_expert", "auditor", "nobody", "anonymous",
)  # fmt: skip

#: Addresses that need no permission: they show nothing, or only one's own account.
OPEN = {
    "healthz", "livez", "login", "login_code", "logout", "password_change", "account", "session_end",
    "api_token", "sessions_end_others", "second_factor", "recovery_codes_renew", "second_factor_remove", "outcomes",
}  # fmt: skip
#: Addresses with tests of their own: the same for everybody, but depending on which services are up.
ELSEWHERE = {"healthz"}


@dataclass(frozen=True)
class Row:
    """One address with its method and the codes of `PEOPLE` in order; `args` take the objects of the scene."""

    name: str
    codes: str
    args: Callable[[Any], list[object]] = lambda _: []
    method: str = "get"
    data: Callable[[Any], dict[str, object]] = lambda _: {}
    query: str = ""


def pk(thing: str) -> Callable[[Any], list[object]]:
    return lambda scene: [getattr(scene, thing).pk]


def constant(*args: object) -> Callable[[Any], list[object]]:
    return lambda _: list(args)


# ---------------------------------------------------------------- columns:
#     HQ  region  region2 officer neighb. other  insurer auditor nobody anonymous
ACCESS = (
    Row("livez", "200 200 200 200 200 200 200 200 200 200"),
    Row("login", "302 302 302 302 302 302 302 302 302 200"),
    Row("logout", "302 302 302 302 302 302 302 302 302 302", method="post"),
    Row("logout", "405 405 405 405 405 405 405 405 405 405"),
    Row("password_change", "200 200 200 200 200 200 200 200 200 302"),
    # Only who has just given the right password owes a code; everybody else begins at the beginning.
    Row("login_code", "302 302 302 302 302 302 302 302 302 302"),
    Row("outcomes", "200 200 200 200 200 200 200 200 200 302", constant("nothing-kept")),
    Row("account", "200 200 200 200 200 200 200 200 200 302"),
    Row(
        "session_end", "302 302 302 302 302 302 302 302 302 302", constant("0123456789abcdef"), method="post"
    ),
    Row("sessions_end_others", "302 302 302 302 302 302 302 302 302 302", method="post"),
    Row("second_factor", "200 200 200 200 200 200 200 200 200 302"),
    Row("recovery_codes_renew", "200 200 200 200 200 200 200 200 200 302", method="post"),
    Row("second_factor_remove", "200 200 200 200 200 200 200 200 200 302", method="post"),
    Row("gallery", "200 403 403 403 403 200 403 403 403 302"),
)
ORGANISATIONS = (
    Row("regions", "200 200 200 200 200 200 403 200 403 302"),
    Row("centres", "200 200 200 200 200 200 403 200 403 302"),
    Row("jobs", "200 200 200 200 200 200 403 200 403 302"),
    Row("job", "200 200 404 200 404 404 403 200 403 302", pk("job")),
    Row("job_progress", "200 200 404 200 404 404 403 200 403 302", pk("job")),
    Row("audit", "200 403 403 403 403 200 403 200 403 302"),
)
TREE = (
    Row("region_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("region_edit", "200 403 403 403 403 404 403 403 403 302", pk("region")),
    Row("centre_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("centre_edit", "200 403 403 403 403 404 403 403 403 302", pk("hospital")),
)
USERS = (
    Row("users", "200 403 403 403 403 200 403 200 403 302"),
    Row("user", "200 403 403 403 403 404 403 200 403 302", lambda s: [s.cast.officer.pk]),
    Row("user_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("user_edit", "200 403 403 403 403 404 403 403 403 302", lambda s: [s.cast.officer.pk]),
    Row("user_action", "302 403 403 403 403 404 403 403 403 302",
        lambda s: [s.cast.officer.pk, "close"], method="post"),
    Row("user_action", "404 403 403 403 403 404 403 403 403 302",
        lambda s: [s.cast.officer.pk, "promote"], method="post"),
)  # fmt: skip
TARIFFS = (
    Row("tariffs", "200 200 200 200 200 200 200 200 403 302"),
    Row("calculator", "200 200 200 200 200 200 200 200 403 302"),
    Row("price_preview", "422 422 422 422 422 422 422 422 403 401", method="post"),
    Row("service", "200 200 200 200 200 200 200 200 403 302", pk("service")),
    Row("service", "200 200 200 200 200 404 200 200 403 302", pk("own_service")),
    Row("service_suggest", "200 200 200 200 200 200 200 200 403 302", query="?q=10"),
    Row("rates", "200 200 200 200 200 200 200 200 403 302", constant("factor")),
    Row("rates", "404 404 404 404 404 404 404 404 403 302", constant("nothing")),
    Row("rate_history", "200 404 404 404 404 404 404 404 403 302", lambda s: ["factor", s.draft.pk]),
    Row("rate_new", "200 403 403 403 403 200 403 403 403 302", constant("factor")),
    Row("rate_edit", "200 403 403 403 403 404 403 403 403 302", lambda s: ["factor", s.draft.pk]),
    Row(
        "rate_remove",
        "302 403 403 403 403 404 403 403 403 302",
        lambda s: ["factor", s.draft.pk],
        method="post",
    ),
    Row("circulars", "200 200 200 200 200 200 200 200 403 302"),
    Row("circular", "200 200 200 200 200 404 200 200 403 302", pk("circular")),
    Row("circular_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("circular_edit", "200 403 403 403 403 404 403 403 403 302", pk("circular")),
    Row("circular_publish", "302 403 403 403 403 404 403 403 403 302", pk("circular"), method="post"),
    Row("coverage", "200 200 200 200 200 200 200 200 403 302"),
    Row("coverage", "200 200 200 200 200 200 200 200 403 302", constant("supplementary")),
)
BILLING = (
    Row("invoices", "200 200 200 200 200 200 200 200 403 302"),
    Row("invoice", "200 200 404 200 404 404 200 200 403 302", pk("invoice")),
    Row("invoices_advance", "302 403 403 302 302 302 403 403 403 302", method="post"),
    Row("counts", "200 200 200 200 200 200 403 200 403 302"),
    Row("counts_new", "200 403 403 200 200 200 403 403 403 302"),
    Row("count_enter", "200 403 403 200 200 200 403 403 403 302"),
    Row("count_report", "200 200 404 200 404 404 403 200 403 302", pk("count_report")),
    Row("worklists", "200 200 200 200 200 200 403 200 403 302"),
    Row("invoices_assign", "302 403 403 302 302 302 403 403 403 302", method="post"),
    Row("invoice_cancel", "302 403 403 302 404 404 403 403 403 302", pk("invoice"), method="post"),
    Row("invoice_reissue", "302 403 403 302 404 404 403 403 403 302", pk("invoice"), method="post"),
    Row("line_trace", "200 200 404 200 404 404 200 200 403 302", lambda s: [s.invoice.pk, 1]),
    Row("findings", "200 200 200 200 200 200 403 200 403 302"),
    Row("finding_passes", "200 200 200 200 200 200 403 200 403 302"),
    Row("finding_rule", "200 200 200 200 200 200 403 200 403 302", constant("excess_price")),
    Row("finding_rule", "404 404 404 404 404 404 403 404 403 302", constant("nothing")),
    Row("finding_switch", "302 403 403 403 403 302 403 403 403 302", constant("excess_price"), method="post"),
    Row("finding_pass", "302 403 403 302 404 404 403 403 403 302", pk("invoice"), method="post"),
    Row("finding_pass_withdraw", "302 403 403 302 404 404 403 403 403 302", pk("passed"), method="post"),
    Row("invoice_correct", "302 403 403 302 404 404 403 403 403 302", pk("invoice"), method="post"),
    Row("invoice_papers", "302 403 403 302 404 404 403 403 403 302", pk("invoice"), method="post"),
    Row("invoice_issue_anew", "302 403 403 302 404 404 403 403 403 302", pk("invoice"), method="post"),
    Row("desk", "200 403 403 200 200 200 403 403 403 302"),
    Row(
        "desk_new", "302 403 403 302 404 404 403 403 403 302",
        method="post", data=lambda s: {"centre": s.hospital.pk},
    ),
    Row("desk_draft", "200 403 403 200 404 404 403 403 403 302", pk("typed")),
    Row("desk_discard", "302 403 403 302 404 404 403 403 403 302", pk("typed"), method="post"),
    # Signed in by the session of the page alone, so that no browser asks for a password: 403 without one.
    Row("desk_save", "422 403 403 422 404 404 403 403 403 403", pk("typed"), method="post"),
    Row("desk_price", "422 403 403 422 404 404 403 403 403 403", pk("typed"), method="post"),
    Row("desk_register", "422 403 403 422 404 404 403 403 403 403", pk("typed"), method="post"),
    Row("desk_copy", "422 403 403 422 404 404 403 403 403 403", pk("typed"), method="post"),
    Row("desk_services", "200 403 403 200 200 200 403 403 403 403", query="?q=10"),
    Row("desk_physicians", "200 403 403 200 200 200 403 403 403 403", query="?q=10"),
    Row("deliveries", "200 200 200 200 200 200 403 200 403 302"),
    Row("delivery_new", "200 403 403 200 200 200 403 403 403 302"),
    Row("delivery_sample", "200 403 403 200 200 302 403 403 403 302"),
    Row("fund_codes", "200 200 200 200 200 200 403 200 403 302"),
    Row("delivery", "200 200 404 200 404 404 403 200 403 302", pk("delivery")),
    Row("delivery_progress", "200 200 404 200 404 404 403 200 403 302", pk("delivery")),
    Row("delivery_retry", "302 403 403 302 404 404 403 403 403 302", pk("delivery"), method="post"),
    Row("circular_repricing", "200 403 403 403 403 404 403 200 403 302", pk("circular")),
    Row("repricing_ask", "302 403 403 403 403 404 403 403 403 302", pk("circular"), method="post"),
    Row("repricings", "200 403 403 403 403 200 403 200 403 302"),
    Row("repricing", "200 403 403 403 403 404 403 200 403 302", pk("repricing")),
    Row("repricing_lines", "200 403 403 403 403 404 403 200 403 302", pk("repricing")),
    Row("repricing_movements", "200 403 403 403 403 404 403 200 403 302", pk("repricing")),
    Row("repricing_progress", "200 403 403 403 403 404 403 200 403 302", pk("repricing")),
    Row("repricing_approve", "302 403 403 403 403 404 403 403 403 302", pk("repricing"), method="post"),
    Row("repricing_retry", "302 403 403 403 403 404 403 403 403 302", pk("repricing"), method="post"),
    Row("repricing_discard", "302 403 403 403 403 404 403 403 403 302", pk("repricing"), method="post"),
    Row("repricing_reverse", "302 403 403 403 403 404 403 403 403 302", pk("repricing"), method="post"),
    Row("delivery_refused_csv", "200 200 404 200 404 404 403 200 403 302", pk("reception")),
    Row("delivery_refused_xlsx", "200 200 404 200 404 404 403 200 403 302", pk("reception")),
    Row(
        "sata_receptions", "201 403 403 201 404 404 403 403 403 401",
        method="post", data=lambda s: {"CenterCode": s.hospital.code},
    ),
    Row("sata_reception", "200 200 404 200 404 404 403 200 403 401", pk("reception")),
    Row("sata_files", "422 403 403 422 404 404 403 403 403 401", pk("reception"), method="post"),
    Row("sata_close", "422 403 403 422 404 404 403 403 403 401", pk("reception"), method="post"),
)  # fmt: skip
CONTRACTS = (
    Row("contracts", "200 200 200 200 200 200 200 200 403 302"),
    # Notified to Sara's hospital, of Bita's insurer.
    Row("contract", "200 200 404 200 404 404 200 200 403 302", pk("contract")),
    Row("contract_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("contract_edit", "200 403 403 403 403 404 403 403 403 302", pk("drafted")),
    Row("contract_terms", "200 403 403 403 403 404 403 403 403 302", pk("drafted")),
    Row("contract_row_new", "200 403 403 403 403 404 403 403 403 302", lambda s: [s.drafted.pk, "covers"]),
    Row("contract_row_new", "404 403 403 403 403 404 403 403 403 302", lambda s: [s.drafted.pk, "nothing"]),
    Row("contract_row_new", "404 403 403 403 403 404 403 403 403 302", lambda s: [s.drafted.pk, "centre_changes"]),
    Row("contract_row", "200 403 403 403 403 404 403 403 403 302", lambda s: [s.drafted.pk, "covers", s.cover.pk]),
    Row("contract_row_drop", "302 403 403 403 403 404 403 403 403 302",
        lambda s: [s.drafted.pk, "covers", s.cover.pk], method="post"),
    Row("contract_step", "200 403 403 403 403 404 403 403 403 302", lambda s: [s.drafted.pk, "sent"]),
    Row("contract_step", "404 403 403 403 403 404 403 403 403 302", lambda s: [s.drafted.pk, "expired"]),
    Row("contract_follow_up", "200 403 403 403 403 404 403 403 403 302", pk("contract")),
    Row("contract_renew", "302 403 403 403 403 404 403 403 403 302", pk("contract"), method="post"),
    Row("contract_amend", "200 403 403 403 403 404 403 403 403 302", pk("contract")),
    Row("contract_amendment_approve", "404 403 403 403 403 404 403 403 403 302", pk("contract"), method="post"),
    Row("contract_amendment_drop", "404 403 403 403 403 404 403 403 403 302", pk("contract"), method="post"),
    Row("contract_file_add", "200 403 403 403 403 404 403 403 403 302", pk("contract")),
    Row("contract_simulation", "200 403 403 403 403 404 403 403 403 302", pk("contract")),
    Row("contract_simulation_progress", "200 403 403 403 403 404 403 403 403 302",
        lambda s: [s.contract.pk, s.simulation.pk]),
    # The paper that stands for a contract shows other centres' terms.
    Row("circular", "200 404 404 404 404 404 404 200 403 302", pk("paper")),
    # Letters are for those who see the whole organisation.
    Row("contract_file", "200 404 404 404 404 404 404 200 403 302", lambda s: [s.contract.pk, s.letter.pk]),
)  # fmt: skip
CLAIMS = (
    Row("claims", "200 200 200 200 200 200 200 200 403 302"),
    Row("claim_gather", "200 403 403 200 200 200 403 403 403 302"),
    Row("claim_gather", "302 403 403 302 302 302 403 403 403 302", method="post"),
    Row("claims_freeze", "302 403 403 302 302 302 403 403 403 302", method="post"),
    Row("claims_send", "302 403 403 302 302 302 403 403 403 302", method="post"),
    # The insurer sees the claim that was delivered to it, and not the draft.
    Row("claim", "200 200 404 200 404 404 200 200 403 302", pk("claim")),
    Row("claim", "200 200 404 200 404 404 404 200 403 302", pk("draft_claim")),
    Row("claim_lines", "200 200 404 200 404 404 200 200 403 302", pk("claim")),
    Row("claim_progress", "200 200 404 200 404 404 200 200 403 302", pk("claim")),
    Row("claim_line", "200 200 404 200 404 404 200 200 403 302", lambda s: [s.claim.pk, s.claim_line.pk]),
    # Nobody but the insurer answers in its name.
    Row("claim_answer", "403 403 403 403 403 403 200 403 403 302", pk("claim")),
    Row("claim_answer", "403 403 403 403 403 403 404 403 403 302", pk("draft_claim")),
    Row("claim_answer", "403 403 403 403 403 403 302 403 403 302", pk("claim"), method="post"),
    Row(
        "claim_line_answer",
        "403 403 403 403 403 403 302 403 403 302",
        lambda s: [s.claim.pk, s.claim_line.pk],
        method="post",
    ),
    Row("claim_approve_rest", "403 403 403 403 403 403 302 403 403 302", pk("claim"), method="post"),
    Row("claim_refuse", "403 403 403 403 403 403 302 403 403 302", pk("claim"), method="post"),
    Row("claim_bill", "200 200 404 200 404 404 200 200 403 302", pk("claim")),
    Row("claim_lines_xlsx", "200 200 404 200 404 404 200 200 403 302", pk("claim")),
    Row("claim_cover", "200 200 404 200 404 404 200 200 403 302", pk("claim")),
    Row("claim_supplement", "302 403 403 302 302 302 403 403 403 302", method="post"),
    Row("claim_correction", "302 403 403 302 302 302 403 403 403 302", method="post"),
    Row("claim_left_out", "404 403 403 404 404 404 403 403 403 302"),
    Row("claim_correction_cut", "404 403 403 404 404 404 403 403 403 302"),
    Row("claim_correction_cut", "404 403 403 404 404 404 403 403 403 302", method="post"),
    Row("claim_resubmit", "200 403 403 200 404 404 403 403 403 302", pk("claim")),
    Row("claim_resubmit", "302 403 403 302 404 404 403 403 403 302", pk("claim"), method="post"),
    Row("claim_regather", "302 403 403 302 404 404 403 403 403 302", pk("draft_claim"), method="post"),
    Row("claim_freeze", "302 403 403 302 404 404 403 403 403 302", pk("draft_claim"), method="post"),
    Row("claim_send", "302 403 403 302 404 404 403 403 403 302", pk("draft_claim"), method="post"),
    Row("claim_cancel", "302 403 403 302 404 404 403 403 403 302", pk("draft_claim"), method="post"),
    Row("unknown_codes", "200 200 200 200 200 200 403 200 403 302"),
    Row("unknown_code", "200 200 404 200 404 404 403 200 403 302", pk("unknown_code")),
    Row("unknown_codes_report", "302 403 403 403 403 302 403 403 403 302", method="post"),
    Row("unknown_codes_resolve", "302 403 403 403 403 302 403 403 403 302", method="post"),
    Row("unknown_codes_replace", "302 403 403 403 403 302 403 403 403 302", method="post"),
    Row("unknown_codes_ask_again", "302 403 403 302 302 302 403 403 403 302", method="post"),
    # Letters are for those who see the whole organisation.
    Row(
        "unknown_code_letter",
        "200 404 404 404 404 404 403 200 403 302",
        lambda s: [s.cast.insurer.pk],
        query="?no=1",
    ),
    Row("api_clients", "200 403 403 403 403 200 403 403 403 302"),
    Row("api_client_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("api_client_rotate", "302 403 403 403 403 404 403 403 403 302", pk("api_client"), method="post"),
    Row("api_try", "200 200 200 200 200 200 200 200 403 302"),
    Row("api_try", "200 200 200 200 200 200 200 200 403 302", method="post", query="?operation=claims_list"),
    Row("objections", "200 200 200 200 200 200 200 200 403 302"),
    Row("objection_new", "200 403 403 200 404 404 403 403 403 302", pk("answered_claim")),
    Row("objection", "200 200 404 200 404 404 200 200 403 302", pk("objection")),
    # The insurer does not see what was not sent to it.
    Row("objection", "200 200 404 200 404 404 404 200 403 302", pk("draft_objection")),
    # A draft is written anew; one that was sent is none.
    Row("objection_edit", "200 403 403 200 404 404 403 403 403 302", pk("draft_objection")),
    Row("objection_edit", "404 403 403 404 404 404 403 403 403 302", pk("objection")),
    Row("objection_submit", "302 403 403 302 404 404 403 403 403 302", pk("draft_objection"), method="post"),
    Row(
        "objection_give_back", "302 403 403 302 404 404 403 403 403 302", pk("draft_objection"), method="post"
    ),
    Row("objection_send", "302 403 403 302 404 404 403 403 403 302", pk("draft_objection"), method="post"),
    Row(
        "objection_withdraw", "302 403 403 302 404 404 403 403 403 302", pk("draft_objection"), method="post"
    ),
    Row("objection_attach", "302 403 404 302 404 404 302 403 403 302", pk("objection"), method="post"),
    Row("objection_answer", "403 403 403 403 403 403 302 403 403 302", pk("objection"), method="post"),
    Row("objection_type", "302 403 403 403 403 404 403 403 403 302", pk("objection"), method="post"),
    Row(
        "objection_confirm",
        "302 403 403 403 403 404 403 403 403 302",
        lambda s: [s.objection.pk, s.paper_answer.pk],
        method="post",
    ),
    Row(
        "objection_drop",
        "302 403 403 403 403 404 403 403 403 302",
        lambda s: [s.objection.pk, s.paper_answer.pk],
        method="post",
    ),
    Row("claim_attach", "302 403 404 302 404 404 302 403 403 302", pk("claim"), method="post"),
    Row("claim_attachment", "404 404 404 404 404 404 404 404 403 302", lambda s: [s.claim.pk, 0]),
    Row("webhooks", "200 403 403 403 403 200 403 403 403 302"),
    Row("webhook_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("webhook_rotate", "200 403 403 403 403 404 403 403 403 302", pk("endpoint"), method="post"),
    Row("webhook_ping", "302 403 403 403 403 404 403 403 403 302", pk("endpoint"), method="post"),
    Row("webhook_close", "302 403 403 403 403 404 403 403 403 302", pk("endpoint"), method="post"),
    Row("webhook_deliveries", "200 403 403 403 403 200 403 403 403 302"),
    Row("webhook_delivery", "200 403 403 403 403 404 403 403 403 302", pk("message")),
    Row("webhook_replay", "302 403 403 403 403 302 403 403 403 302", method="post"),
    Row("api_client_revoke", "302 403 403 403 403 404 403 403 403 302", pk("api_client"), method="post"),
    # Asks for a secret of its own, whoever has signed in.
    Row("api_token", "400 400 400 400 400 400 400 400 400 400", method="post"),
    Row("api_claims", "200 200 200 200 200 200 200 200 403 401"),
    Row("api_claim", "200 200 404 200 404 404 200 200 403 401", pk("claim")),
    Row("api_claim", "404 404 404 404 404 404 404 404 403 401", pk("draft_claim")),
    Row("api_claim_invoices", "200 200 404 200 404 404 200 200 403 401", pk("claim")),
    Row("api_claim_lines", "200 200 404 200 404 404 200 200 403 401", pk("claim")),
    Row(
        "api_claim_line_trace",
        "200 200 404 200 404 404 200 200 403 401",
        lambda s: [s.claim.pk, s.claim_line.pk],
    ),
    Row("api_claim_bill", "200 200 404 200 404 404 200 200 403 401", pk("claim")),
    Row("api_claim_adjudications", "200 200 404 200 404 404 200 200 403 401", pk("claim")),
    # Without an Idempotency-Key nothing is written; only the insurer answers in its own name.
    Row("api_claim_acknowledge", "400 403 403 400 404 404 400 403 403 401", pk("claim"), method="post"),
    Row("api_claim_adjudicate", "403 403 403 403 403 403 400 403 403 401", pk("claim"), method="post"),
    Row("api_claim_refuse", "403 403 403 403 403 403 400 403 403 401", pk("claim"), method="post"),
    Row("api_claim_attachments", "200 200 404 200 404 404 200 200 403 401", pk("claim")),
    Row("api_claim_attachments", "403 403 403 403 403 403 415 403 403 401", pk("claim"), method="post"),
    Row("api_claim_attachment", "404 404 404 404 404 404 404 404 403 401", lambda s: [s.claim.pk, 0]),
    Row("api_objections", "200 200 200 200 200 200 200 200 403 401"),
    Row("api_objection", "200 200 404 200 404 404 200 200 403 401", pk("objection")),
    Row("api_objection", "404 404 404 404 404 404 404 404 403 401", pk("draft_objection")),
    Row("api_objection_lines", "200 200 404 200 404 404 200 200 403 401", pk("objection")),
    Row("api_objection_answer", "403 403 403 403 403 403 400 403 403 401", pk("objection"), method="post"),
    Row("api_remittances", "200 200 200 200 200 200 200 200 403 401"),
    # Only an insurer tells what it paid.
    Row("api_remittances", "403 403 403 403 403 403 400 403 403 401", method="post"),
    Row("api_remittance", "200 404 404 404 404 404 200 200 403 401", pk("own_remittance")),
    Row("api_remittance_lines", "200 404 404 404 404 404 200 200 403 401", pk("own_remittance")),
    Row("api_remittance", "200 200 404 200 404 404 200 200 403 401", pk("remittance")),
    Row("api_events", "200 200 200 200 200 200 200 200 403 401"),
    Row("api_events_replay", "400 403 403 403 403 400 400 403 403 401", method="post"),
    Row("api_code_lists", "200 200 200 200 200 200 200 200 403 401"),
    Row("api_code_list", "200 200 200 200 200 200 200 200 403 401", constant("cut-reasons")),
    Row("api_schema", "200 200 200 200 200 200 200 200 403 401"),
    Row("api_hospitals_schema", "200 200 200 200 200 200 200 200 403 401"),
    Row("claim_acknowledge", "302 403 403 302 404 404 302 403 403 302", pk("claim"), method="post"),
)
REMITTANCES = (
    Row("tie_outs", "200 200 200 200 200 200 403 200 403 302"),
    Row("tie_out", "200 200 404 200 404 404 403 200 403 302", pk("tie_out")),
    Row("tie_out_records", "200 200 404 200 404 404 403 200 403 302", lambda s: [s.tie_out.pk, 2]),
    Row("bank", "200 200 200 200 200 200 403 200 403 302"),
    Row("bank_new", "200 403 403 200 200 200 403 403 403 302"),
    Row("bank_columns_new", "200 403 403 200 200 200 403 403 403 302"),
    Row("bank_columns", "200 403 403 200 404 404 403 403 403 302", pk("bank_columns")),
    Row("bank_take_back", "302 403 403 302 404 404 403 403 403 302", pk("bank_entry"), method="post"),
    Row("bank_match", "302 403 403 302 302 302 403 403 403 302", method="post"),
    Row("bank_statement", "200 200 404 200 404 404 403 200 403 302", pk("bank_statement")),
    Row("bank_file", "200 200 404 200 404 404 403 200 403 302", pk("bank_statement")),
    Row("bank_confirm", "302 403 403 302 404 404 403 403 403 302", pk("bank_statement"), method="post"),
    Row("bank_discard", "302 403 403 302 404 404 403 403 403 302", pk("bank_statement"), method="post"),
    Row("bank_entry", "200 200 404 200 404 404 403 200 403 302", pk("bank_entry")),
    Row("bank_pair", "302 403 403 302 404 404 403 403 403 302", pk("bank_entry"), method="post"),
    Row("bank_set_aside", "302 403 403 302 404 404 403 403 403 302", pk("bank_entry"), method="post"),
    Row("remittances", "200 200 200 200 200 200 200 200 403 302"),
    Row("remittances_open", "200 200 200 200 200 200 200 200 403 302"),
    Row("remittance_dues", "200 200 200 200 200 200 200 200 403 302"),
    Row("remittance_list_new", "200 403 403 200 200 200 403 403 403 302"),
    Row("remittance_typed_new", "200 403 403 200 200 200 403 403 403 302"),
    # How an insurer's list is read is said for the whole organisation.
    Row("remittance_columns", "200 403 403 404 404 404 403 403 403 302", lambda s: [s.cast.insurer.pk]),
    Row("remittance", "200 200 404 200 404 404 200 200 403 302", pk("remittance")),
    # What came to the organisation's own account is no hospital's.
    Row("remittance", "200 404 404 404 404 404 200 200 403 302", pk("own_remittance")),
    Row("remittance_file", "200 200 404 200 404 404 200 200 403 302", pk("remittance")),
    Row("remittance_progress", "200 200 404 200 404 404 200 200 403 302", pk("remittance")),
    Row("remittance_book", "302 403 403 302 404 404 403 403 403 302", pk("remittance"), method="post"),
    Row("remittance_discard", "302 403 403 302 404 404 403 403 403 302", pk("remittance"), method="post"),
    Row("remittance_reverse", "302 403 403 302 404 404 403 403 403 302", pk("remittance"), method="post"),
    Row("remittance_line", "200 200 404 200 404 404 200 200 403 302", pk("remittance_line")),
    Row("remittance_assign", "302 403 403 302 404 404 403 403 403 302", pk("remittance_line"), method="post"),
    Row("remittance_keep", "302 403 403 302 404 404 403 403 403 302", pk("remittance_line"), method="post"),
    Row(
        "remittance_give_back",
        "302 403 403 302 404 404 403 403 403 302",
        pk("remittance_line"),
        method="post",
    ),
)
PERIODS = (
    Row("periods", "200 200 200 200 200 200 403 200 403 302"),
    Row("period", "200 200 404 200 404 404 403 200 403 302", lambda s: [s.hospital.pk, 140406]),
    Row("period", "404 404 404 404 404 404 403 404 403 302", lambda s: [s.hospital.pk, 140413]),
    Row("period_ask", "302 302 302 403 403 302 403 403 403 302", method="post"),
    Row("period_approve", "302 403 403 403 403 302 403 403 403 302", method="post"),
    Row("period_withdraw", "302 302 404 403 403 404 403 403 403 302", pk("closed"), method="post"),
    Row("period_reopen", "302 302 404 403 403 404 403 403 403 302", pk("closed"), method="post"),
    Row("period_exception", "302 403 403 403 403 404 403 403 403 302", pk("closed"), method="post"),
    Row("period_exception_revoke", "302 403 403 403 403 404 403 403 403 302", pk("exception"), method="post"),
)
BUDGETS = (
    Row("budget_runs", "200 200 200 403 403 200 403 200 403 302"),
    Row("budget_compute", "302 403 403 403 403 302 403 403 403 302", method="post"),
    Row("budget_run", "200 200 200 403 403 404 403 200 403 302", pk("run")),
    Row("budget_verify", "302 302 302 403 403 404 403 302 403 302", pk("run"), method="post"),
    Row("budget_compare", "200 200 200 403 403 404 403 200 403 302", pk("run")),
    Row("budget_region", "200 200 404 403 403 404 403 200 403 302", lambda s: [s.run.pk, s.region.pk]),
    Row("budget_component", "200 200 404 403 403 404 403 200 403 302", lambda s: s.component),
    Row("budget_movements", "200 200 404 403 403 404 403 200 403 302", lambda s: s.component),
    Row("budget_lines", "200 200 404 403 403 404 403 200 403 302", lambda s: [*s.component, s.movement.pk]),
    Row("budget_inputs_all", "200 200 200 403 403 200 403 200 403 302"),
    Row("budget_inputs", "200 200 200 403 403 200 403 200 403 302", constant("overhead")),
    Row("budget_inputs", "404 404 404 403 403 404 403 404 403 302", constant("nothing")),
    Row("budget_input_new", "200 200 200 403 403 200 403 403 403 302", constant("company")),
    Row(
        "budget_input_approve", "302 403 403 403 403 404 403 403 403 302", lambda s: s.entered, method="post"
    ),
    Row(
        "budget_input_withdraw", "302 302 404 403 403 404 403 403 403 302", lambda s: s.entered, method="post"
    ),
    Row(
        "budget_input_reverse", "302 302 404 403 403 404 403 403 403 302", lambda s: s.entered, method="post"
    ),
)
ACCOUNTS = (
    Row("accounts", "200 200 200 403 403 200 403 200 403 302"),
    Row("accounts_compute", "302 403 403 403 403 302 403 403 403 302", method="post"),
    Row("accounts_issue", "302 403 403 403 403 404 403 403 403 302", pk("account_run"), method="post"),
    # Both regions are parties of the one account there is: both see the same.
    Row("statement", "200 200 200 403 403 404 403 200 403 302", lambda s: s.pair),
    Row("statement", "404 404 404 403 403 404 403 404 403 302", lambda s: [*s.pair[:2], 0]),
    Row("statement_invoices", "200 200 200 403 403 404 403 200 403 302", lambda s: s.pair),
    Row("statement_invoice", "200 200 200 403 403 404 403 200 403 302", pk("account_item")),
    Row("dispute_new", "200 200 200 403 403 404 403 403 403 302", lambda s: s.pair),
    Row("dispute_answer", "200 200 200 403 403 404 403 403 403 302", pk("dispute")),
    Row("dispute_withdraw", "302 302 302 403 403 404 403 403 403 302", pk("dispute"), method="post"),
    Row("settlement_new", "200 200 200 403 403 404 403 403 403 302", lambda s: s.pair),
    Row("settlement_approve", "302 403 403 403 403 404 403 403 403 302", pk("settlement"), method="post"),
    Row("settlement_withdraw", "302 302 302 403 403 404 403 403 403 302", pk("settlement"), method="post"),
    Row("settlement_reverse", "302 403 403 403 403 404 403 403 403 302", pk("settlement"), method="post"),
    Row("unknown_people", "200 200 200 403 403 200 403 200 403 302"),
    Row("agreements", "200 200 200 403 403 200 403 200 403 302"),
    Row("agreement_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("agreement_approve", "302 403 403 403 403 404 403 403 403 302", pk("agreement"), method="post"),
    Row("agreement_withdraw", "302 403 403 403 403 404 403 403 403 302", pk("agreement"), method="post"),
    Row("agreement_end", "200 403 403 403 403 404 403 403 403 302", pk("agreement")),
    Row("company_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("members", "200 200 200 403 403 200 403 200 403 302"),
    Row("member_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("members_load", "200 403 403 403 403 200 403 403 403 302"),
    Row("retiree_accounts", "200 200 200 403 403 200 403 200 403 302"),
    Row(
        "retiree_make",
        "302 302 404 403 403 404 403 403 403 302",
        lambda s: [s.region.pk, 140407],
        method="post",
    ),
    Row("retiree_read", "200 200 200 403 403 200 403 200 403 302"),
    Row("retiree_file", "200 200 404 403 403 404 403 200 403 302", pk("retiree_file")),
    Row("retiree_xml", "200 200 404 403 403 404 403 200 403 302", pk("retiree_file")),
)
OVERSIGHT = (
    Row("timeliness", "200 200 200 200 200 200 403 200 403 302"),
    Row("timeliness_late", "200 200 200 200 200 200 403 200 403 302"),
    Row("timeliness_invoices", "200 200 200 200 200 200 403 200 403 302"),
    Row("contacts", "200 200 200 200 200 200 403 200 403 302"),
    Row("contact_new", "200 200 200 403 403 200 403 403 403 302"),
    Row("contact_letter", "200 200 404 200 404 404 403 200 403 302", pk("contact")),
    Row("experts", "200 200 200 200 200 200 403 200 403 302"),
    Row("status_notices", "200 200 200 200 200 200 403 200 403 302"),
    Row("status_tell", "302 403 403 302 302 302 403 403 403 302", method="post"),
    Row("status_letter", "200 200 404 200 404 404 403 200 403 302", pk("status_letter")),
    Row("expert_lines", "200 200 200 200 200 200 403 200 403 302"),
    Row("councils", "200 403 403 403 403 200 403 200 403 302"),
    Row("council_new", "200 403 403 403 403 200 403 403 403 302"),
    Row("council", "200 403 403 403 403 404 403 200 403 302", pk("council")),
    Row("council_paper", "200 403 403 403 403 404 403 200 403 302", pk("council")),
    Row("council_item_add", "302 403 403 403 403 404 403 403 403 302", pk("council"), method="post"),
    Row(
        "council_item_drop",
        "302 403 403 403 403 404 403 403 403 302",
        lambda s: [s.council.pk, s.agenda_item.pk],
        method="post",
    ),
    Row("council_hold", "302 403 403 403 403 404 403 403 403 302", pk("council"), method="post"),
    Row("council_cancel", "302 403 403 403 403 404 403 403 403 302", pk("council"), method="post"),
    Row("council_resolve", "302 403 403 403 403 404 403 403 403 302", pk("council"), method="post"),
    Row("resolutions", "200 403 403 403 403 200 403 200 403 302"),
    Row("resolution_follow_up", "302 403 403 403 403 404 403 403 403 302", pk("resolution"), method="post"),
    Row("status_proof", "404 404 404 404 404 404 403 404 403 302", pk("status_letter")),
)
REPORTS = (
    Row("headquarters", "200 302 302 302 302 200 302 200 302 302"),
    # An officer sees the page of the own region with the figures of the own hospital only.
    Row("region", "200 200 404 200 404 404 403 200 403 302", pk("region")),
    Row("centre", "200 200 404 200 404 404 403 200 403 302", pk("hospital")),
    Row("completeness", "200 200 200 200 200 200 403 200 403 302"),
    Row("completeness_centre", "200 200 404 200 404 404 403 200 403 302", pk("hospital")),
    Row(
        "completeness_days",
        "200 200 404 200 404 404 403 200 403 302",
        lambda s: [s.hospital.pk, 140407],
    ),
    Row("stage_waits", "200 200 200 200 200 200 403 200 403 302"),
    Row("indicator", "200 200 200 200 200 200 403 200 403 302"),
    Row("treatment", "200 200 200 200 200 200 403 200 403 302"),
    Row("indicator_targets", "200 403 403 403 403 200 403 403 403 302"),
    Row("nightly_run", "302 403 403 403 403 302 403 403 403 302", method="post"),
)
TABLE = (
    *ACCESS, *ORGANISATIONS, *TREE, *USERS, *TARIFFS, *BILLING, *CONTRACTS, *CLAIMS, *PERIODS, *BUDGETS, *ACCOUNTS,
    *REMITTANCES, *OVERSIGHT, *REPORTS,
)  # fmt: skip


# ---------------------------------------------------------------- the scene: one of everything, at Sara's hospital


class Scene:
    def __init__(self, cast: Any) -> None:
        self.cast = cast
        self.region, self.hospital = cast.region, cast.hospital
        organisation = cast.organisation
        self.job = jobs.queue(
            "delivery", by=cast.officer, at=AT, organisation_id=organisation.pk, centre_id=cast.hospital.pk
        )
        self.delivery = self._delivery(kind=DeliveryKind.CSV, job=self.job)
        self.reception = self._delivery(kind=DeliveryKind.SATA, state=DeliveryState.OPEN)
        self.count_report = CountReport.objects.create(
            centre=cast.hospital,
            source=CountSource.FILE,
            at=AT,
            rows_in=0,
            rows_stored=0,
            rows_refused=0,
            counted=0,
        )
        self.typed = factories.draft(cast.hospital, cast.officer)
        self.service = self._service("100001")
        self.own_service = self._service("100002", organisation=organisation)
        self.circular = Circular.objects.create(organisation=organisation, number="1", title="بخشنامه")
        self.contract = contract_world.notified(cast)
        self.paper = Circular.objects.create(organisation=organisation, number="c", title="قرارداد")
        Contract.objects.filter(pk=self.contract.pk).update(circular=self.paper)
        self.letter = contract_world.letter(self.contract, cast.headquarters)
        self.simulation = jobs.queue(
            "contract_simulation", by=cast.headquarters, at=AT, organisation_id=organisation.pk,
            key=f"contract {self.contract.pk}",
        )  # fmt: skip
        self.drafted = contract_world.contract(cast, number="2")
        self.cover = ContractCover.objects.create(terms=contract_world.version(self.drafted))
        self.draft = self._draft()
        line = factories.line(CostElement.SURGERY, 1_000, 900, basic=800)
        self.invoice = factories.invoice(cast.hospital, cast.fund, [line])
        load_finding_rules()
        self.passed = FindingPass.objects.create(
            invoice=self.invoice, invoice_version=1, centre=cast.hospital, severity="warn", text="هشدار",
            rule=FindingRule.objects.get(code="excess_price"), reason="دلیل", by=cast.officer, at=AT,
        )  # fmt: skip
        self.movement = Movement.objects.get(element=CostElement.SURGERY)
        self.closed = ClosedMonth.objects.create(
            centre=cast.hospital, month=140406, reason="پایان", asked_at=AT, asked_by=cast.region_head,
            closed_at=AT, closed_by=cast.headquarters,
        )  # fmt: skip
        self.exception = LockException.objects.create(
            closed=self.closed,
            user=cast.officer,
            reason="جامانده",
            given_at=AT,
            until=NIGHT,
            given_by=cast.headquarters,
        )
        company = inputs.enter_company_invoice(
            region=cast.region, month=140407, kind=CompanyService.INDUSTRIAL_MEDICINE, company="شرکت",
            document_no="1", amount=5, by=cast.region_head, at=AT,
        )  # fmt: skip
        self.entered = ["company", company.pk]
        self.repricing = Repricing.objects.create(
            organisation=organisation, circular=self.circular, asked_by=cast.headquarters, asked_at=AT
        )
        self.run = run_budget(organisation=organisation, fiscal_year=1404, by=None, at=NIGHT)
        self.component = [self.run.pk, self.region.pk, BudgetComponent.FREE.value]
        vars(self).update(account_of(cast))
        world.reviewed(cast)
        self.claim = world.sent(cast)
        self.draft_claim = world.begun(cast)
        vars(self).update(objected_to(cast))
        self.claim_line = ClaimLine.objects.filter(claim=self.claim).first()
        self._money(cast)
        self.contact = Contact.objects.create(
            organisation=organisation, centre=cast.hospital, insurer=cast.insurer, kind=ContactKind.LETTER,
            on=AT.date(), outcome=ContactOutcome.WRITTEN, letter_no="1", at=AT, by=cast.headquarters,
            facts={"on": "2025-11-11", "invoices": 0, "asked": 0, "days": 0, "months": []},
        )  # fmt: skip
        self.council = councils.plan(insurer=cast.insurer, on=AT.date(), by=cast.headquarters, at=AT)
        self.agenda_item = councils.add_item(council=self.council, title="بند", by=cast.headquarters, at=AT)
        held = councils.plan(insurer=cast.insurer, on=AT.date(), by=cast.headquarters, at=AT)
        councils.hold(
            council=held, present="همه", minutes="گفت‌وگو", on=AT.date(), by=cast.headquarters, at=AT
        )
        self.resolution = councils.resolve(
            council=held, text="مصوبه", side=Side.INSURER, owner="مدیر", due_on=AT.date(), by=cast.headquarters,
            at=AT,
        )  # fmt: skip
        self.status_letter = StatusLetter.objects.create(
            organisation=organisation,
            insurer=cast.insurer,
            number="1",
            on=AT.date(),
            at=AT,
            by=cast.headquarters,
        )
        StatusNotice.objects.create(
            physician=Physician.objects.create(organisation=organisation, council_no="1", name="پزشک"),
            centre=cast.hospital, insurer=cast.insurer, before=1, status=2, changed_on=AT.date(), found_at=AT,
            letter=self.status_letter,
        )  # fmt: skip
        self.unknown_code = UnknownCode.objects.create(
            insurer=cast.insurer, code_set=CodeSet.BOOK, code="1", state_at=AT, first_at=AT
        )
        UnknownLine.objects.create(
            unknown=self.unknown_code, line=self.claim_line, centre=cast.hospital, at=AT
        )
        UnknownCodeStep.objects.create(
            unknown=self.unknown_code, state=CodeState.REPORTED, letter_no="1", on=AT.date(), at=AT
        )
        self.api_client, _ = clients.create(
            insurer=cast.insurer, name="رسا", scopes=["claims.read"], by=cast.headquarters, at=AT
        )
        self.endpoint, _ = webhooks.create(
            client=self.api_client, url="https://hooks.example/claims", types=["claim.sent"], by=cast.headquarters,
            at=AT,
        )  # fmt: skip
        self.message = webhooks.ping(endpoint=self.endpoint, by=cast.headquarters, at=AT)

    def _money(self, cast: Any) -> None:
        told = {"insurer": cast.insurer, "paid_on": AT.date(), "kind": RemittanceKind.SETTLEMENT, "at": AT}
        self.bank_statement = bank.receive(
            upload=ContentFile("تاریخ,واریز\n1404/07/20,5".encode()), name="bank.csv", account="ملت",
            first_on=dt.date(2025, 10, 1), last_on=dt.date(2025, 10, 30), by=cast.officer, at=AT,
            centre=self.hospital,
        )  # fmt: skip
        self.bank_entry = self.bank_statement.entries.get()
        self.bank_columns = bank.set_columns(
            account="ملت", centre=self.hospital, columns={"amount": "بس"}, by=cast.headquarters, at=AT
        )
        self.remittance = receiving.receive(
            reference="H-1", amount=10, lines=[PaidLine(10, claim_no=self.claim.number)], centre=self.hospital,
            source=RemittanceSource.TYPED, by=cast.officer,
            kept=Kept(ContentFile(b"%PDF-1.7 letter"), "letter.pdf"), **told,
        ).remittance  # fmt: skip
        self.remittance_line = self.remittance.lines.get()
        self.own_remittance = receiving.receive(
            reference="H-2", amount=10, lines=[], source=RemittanceSource.API, by=None, **told
        ).remittance

        run = tieouts.run(organisation=cast.organisation, at=AT)
        self.tie_out = run.rows.filter(centre=self.hospital).first()

    def _delivery(self, **fields: Any) -> Delivery:
        return Delivery.objects.create(centre=self.hospital, received_at=AT, **fields)

    @staticmethod
    def _service(code: str, **fields: Any) -> Service:
        fields |= {"book": Book.RELATIVE_VALUE, "group": ServiceGroup.SURGERY, "search": code}
        return Service.objects.create(code=code, title="خدمت", **fields)

    def _draft(self) -> Any:
        values = {
            "circular": self.circular, "sector": 1, "component": 1, "amount": 5, "confidence": 1,
            "valid": DateRange(dt.date(2024, 3, 20), None),
        }  # fmt: skip
        return publishing.save_draft(kind="factor", values=values, by=self.cast.headquarters, at=AT)


def objected_to(cast: Any) -> dict[str, Any]:
    """An answered claim with an objection that was sent and has an answer on paper, and one that was not sent."""
    fund = Fund.objects.create(
        insurer=cast.insurer, code="objected", name="صندوق دوم", category=PatientCategory.FREE
    )
    world.reviewed(cast, (500, 0), (400, 0), fund=fund)
    claim = sending.acknowledge(claim=world.sent(cast, fund=fund), by=None, at=AT)
    lines = list(ClaimLine.objects.of_claim(claim))
    cuts = [Decision(line.pk, line.asked - 100, (Cut("documents", 100),)) for line in lines]
    adjudication.adjudicate(claim=claim, decisions=cuts, by=None, at=AT)
    first, draft = (
        objecting.begin(
            claim=claim, text="مدارک کامل بود", against=[Against(line.pk, 100)], by=cast.officer, at=AT
        )
        for line in lines
    )
    objecting.submit(objection=first, by=cast.officer, at=AT)
    sent = objecting.send(objection=first, by=cast.second_headquarters, at=AT)
    typed = objecting.type_answer(
        objection=sent,
        replies=[Reply(lines[0].pk, 10)],
        letter_no="1",
        note="",
        by=cast.second_headquarters,
        at=AT,
    )
    return {"answered_claim": claim, "objection": sent, "draft_objection": draft, "paper_answer": typed}


@pytest.fixture
def scene(cast):
    return Scene(cast)


def visit(client: Client, row: Row, scene: Scene, person: str) -> int:
    """The code a person gets; what the visit wrote is undone. Sent to the sign-in page only without a session."""
    client.cookies.clear()
    if person != "anonymous":
        client.force_login(getattr(scene.cast, person))
    url = reverse(row.name, args=row.args(scene)) + row.query
    send = getattr(client, row.method)
    kwargs = {"content_type": "application/json"} if url.startswith("/api/") and row.method == "post" else {}
    with transaction.atomic():
        response = send(url, row.data(scene), **kwargs)
        if response.streaming:
            list(response.streaming_content)
        transaction.set_rollback(True)
    to_sign_in = response.status_code == 302 and response.url.startswith(SIGN_IN)
    anonymous = person == "anonymous" and response.status_code == 302
    assert to_sign_in == anonymous or row.name in ("logout", "login_code")
    return response.status_code


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method}-{row.name}")
def test_everybody_gets_what_the_table_says(client, scene, row):
    expected = dict(zip(PEOPLE, map(int, row.codes.split()), strict=True))
    assert {person: visit(client, row, scene, person) for person in PEOPLE} == expected


# ---------------------------------------------------------------- nothing is forgotten


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


EVERY = list(patterns(get_resolver()))


def test_every_address_is_in_the_table():
    assert {pattern.name for pattern in EVERY} - {row.name for row in TABLE} == ELSEWHERE


def test_the_table_has_no_address_that_is_gone():
    assert {row.name for row in TABLE} - {pattern.name for pattern in EVERY} == set()


@pytest.mark.parametrize("pattern", EVERY, ids=lambda pattern: str(pattern.name))
def test_every_address_declares_a_permission_or_is_known_to_need_none(pattern):
    view = getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", None))
    if pattern.name in OPEN:
        assert not issubclass(view, Gate)
    else:
        assert view.permission


def test_a_page_without_a_permission_does_not_load():
    with pytest.raises(Exception, match="declares no permission"):
        type("Forgotten", (Gate,), {})
