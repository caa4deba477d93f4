"""What may be done, and which role may do it. Roles live in code, where they are reviewed."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Permission(StrEnum):
    DASHBOARD_VIEW = "dashboard.view"
    ORGANISATION_VIEW = "organisation.view"
    ORGANISATION_EDIT = "organisation.edit"
    INVOICE_VIEW = "invoice.view"
    WORKLIST_VIEW = "worklist.view"
    COMPLETENESS_VIEW = "completeness.view"
    COUNT_ENTER = "count.enter"
    INVOICE_EDIT = "invoice.edit"
    INVOICE_ADVANCE = "invoice.advance"
    DELIVERY_VIEW = "delivery.view"
    DELIVERY_CREATE = "delivery.create"
    TARIFF_VIEW = "tariff.view"
    TARIFF_EDIT = "tariff.edit"
    TARIFF_PUBLISH = "tariff.publish"
    PRICE_PREVIEW = "price.preview"
    COVERAGE_VIEW = "coverage.view"
    CONTRACT_VIEW = "contract.view"
    CONTRACT_EDIT = "contract.edit"
    CONTRACT_APPROVE = "contract.approve"
    BUDGET_VIEW = "budget.view"
    BUDGET_INPUT_EDIT = "budget_input.edit"
    BUDGET_INPUT_APPROVE = "budget_input.approve"
    ACCOUNT_VIEW = "account.view"
    ACCOUNT_EDIT = "account.edit"
    ACCOUNT_APPROVE = "account.approve"
    ACCOUNT_ANSWER = "account.answer"
    RETIREE_FILE_VIEW = "retiree_file.view"
    RETIREE_FILE_MAKE = "retiree_file.make"
    INDICATOR_TARGET_EDIT = "indicator_target.edit"
    PERIOD_VIEW = "period.view"
    PERIOD_CLOSE = "period.close"
    PERIOD_APPROVE = "period.approve"
    FINDING_VIEW = "finding.view"
    CLAIM_VIEW = "claim.view"
    CLAIM_EDIT = "claim.edit"
    CLAIM_SEND = "claim.send"
    CLAIM_ACKNOWLEDGE = "claim.acknowledge"
    CLAIM_ADJUDICATE = "claim.adjudicate"
    REMITTANCE_VIEW = "remittance.view"
    REMITTANCE_ENTER = "remittance.enter"
    REMITTANCE_CHECK = "remittance.check"
    REMITTANCE_TELL = "remittance.tell"
    BANK_VIEW = "bank.view"
    TIE_OUT_VIEW = "tie_out.view"
    API_CLIENT_MANAGE = "api_client.manage"
    EVENT_REPLAY = "event.replay"
    OBJECTION_TYPE = "objection.type"
    TIMELINESS_VIEW = "timeliness.view"
    CONTACT_RECORD = "contact.record"
    STATUS_TELL = "status.tell"
    COUNCIL_VIEW = "council.view"
    COUNCIL_EDIT = "council.edit"
    UNKNOWN_CODE_VIEW = "unknown_code.view"
    UNKNOWN_CODE_EDIT = "unknown_code.edit"
    REPRICING_VIEW = "repricing.view"
    REPRICING_EDIT = "repricing.edit"
    REPRICING_APPROVE = "repricing.approve"
    FINDING_PASS = "finding.pass"
    FINDING_SWITCH = "finding.switch"
    JOB_VIEW = "job.view"
    NIGHTLY_RUN = "nightly.run"
    USER_VIEW = "user.view"
    USER_MANAGE = "user.manage"
    AUDIT_VIEW = "audit.view"
    GALLERY_VIEW = "gallery.view"


class Role(models.TextChoices):
    HEADQUARTERS = "headquarters", "ستاد"
    REGION = "region", "منطقه"
    HOSPITAL = "hospital", "بیمارستان"
    INSURER = "insurer", "بیمه‌گر"
    AUDITOR = "auditor", "حسابرس"


_P = Permission
_READ = {
    _P.DASHBOARD_VIEW, _P.ORGANISATION_VIEW, _P.INVOICE_VIEW, _P.WORKLIST_VIEW, _P.COMPLETENESS_VIEW, _P.DELIVERY_VIEW,
    _P.TARIFF_VIEW, _P.PRICE_PREVIEW, _P.COVERAGE_VIEW, _P.BUDGET_VIEW, _P.JOB_VIEW,
    _P.PERIOD_VIEW, _P.FINDING_VIEW, _P.CONTRACT_VIEW, _P.CLAIM_VIEW, _P.TIMELINESS_VIEW,
    _P.REMITTANCE_VIEW, _P.BANK_VIEW, _P.TIE_OUT_VIEW, _P.UNKNOWN_CODE_VIEW,
}  # fmt: skip

#: Accounts between regions, and the retirees' files: read by who answers for a region's money.
_ACCOUNTS = {_P.ACCOUNT_VIEW, _P.RETIREE_FILE_VIEW}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    # Nobody but the insurer answers in its name.
    Role.HEADQUARTERS: frozenset(Permission) - {_P.CLAIM_ADJUDICATE, _P.REMITTANCE_TELL},
    Role.HOSPITAL: frozenset(
        _READ - {_P.BUDGET_VIEW}
        | {_P.DELIVERY_CREATE, _P.FINDING_PASS, _P.INVOICE_ADVANCE, _P.COUNT_ENTER}
        | {_P.INVOICE_EDIT, _P.CLAIM_EDIT, _P.CLAIM_SEND, _P.CLAIM_ACKNOWLEDGE, _P.STATUS_TELL}
        | {_P.REMITTANCE_ENTER, _P.REMITTANCE_CHECK}
    ),
    Role.REGION: frozenset(
        _READ
        | _ACCOUNTS
        | {_P.BUDGET_INPUT_EDIT, _P.PERIOD_CLOSE, _P.ACCOUNT_ANSWER, _P.RETIREE_FILE_MAKE}
        | {_P.CONTACT_RECORD}
    ),
    Role.INSURER: frozenset(
        {_P.INVOICE_VIEW, _P.TARIFF_VIEW, _P.PRICE_PREVIEW, _P.COVERAGE_VIEW, _P.CONTRACT_VIEW}
        | {_P.CLAIM_VIEW, _P.CLAIM_ACKNOWLEDGE, _P.CLAIM_ADJUDICATE, _P.REMITTANCE_VIEW, _P.REMITTANCE_TELL}
        | {_P.EVENT_REPLAY}
    ),
    Role.AUDITOR: frozenset(
        _READ | _ACCOUNTS | {_P.AUDIT_VIEW, _P.REPRICING_VIEW, _P.USER_VIEW, _P.COUNCIL_VIEW}
    ),
}
