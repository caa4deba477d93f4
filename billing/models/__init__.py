"""Invoices and their lines, the movements they cause, the balances those add up to, and how they arrived."""

from billing.claims.api.models import ApiCall, ApiClient, ApiSecret, ApiToken
from billing.claims.attachments import Attachment
from billing.claims.bank.models import BankColumns, BankEntry, BankRevocation, BankStatement
from billing.claims.codes.models import UnknownCode, UnknownCodeStep, UnknownLine
from billing.claims.models import (
    Adjudication,
    Claim,
    ClaimCounter,
    ClaimInvoice,
    ClaimItem,
    ClaimLine,
    ClaimStep,
    LineCut,
    LineDecision,
    Omission,
)
from billing.claims.objections.models import (
    AnsweredLine,
    Objection,
    ObjectionAnswer,
    ObjectionLine,
    ObjectionStep,
)
from billing.claims.remittances.models import Allocation, Remittance, RemittanceColumns, RemittanceLine
from billing.claims.tieouts.models import TieBreak, TieOut, TieOutRun
from billing.claims.webhooks.models import InsurerEvent, WebhookDelivery, WebhookEndpoint, WebhookTry
from billing.models.basis import PriceBasis
from billing.models.completeness import (
    BilledCount,
    Completeness,
    CountReport,
    DeliveredCount,
    StageWait,
)
from billing.models.deliveries import Change, ColumnMapping, Delivery, RefusedRow
from billing.models.drafts import Draft, InvoiceDetail
from billing.models.findings import (
    BundledItem,
    CheckedInvoice,
    Finding,
    FindingPass,
    FindingRule,
    FindingSwitch,
)
from billing.models.invoices import Cancellation, Invoice, InvoiceLine, PastInvoice, PastLine, Patient
from billing.models.ledger import Balance, Movement
from billing.models.papers import Eligibility, ItemIdentity, Papers
from billing.models.periods import ClosedMonth, LockException
from billing.models.repricing import (
    CurrentLine,
    LineDelta,
    ProposedDelta,
    ProposedInvoice,
    Repricing,
    RepricingCentre,
    RepricingPart,
    SupplementaryItem,
)
from billing.models.stages import InvoiceStage, StageStep

__all__ = [
    "Adjudication",
    "Allocation",
    "AnsweredLine",
    "ApiCall",
    "ApiClient",
    "ApiSecret",
    "ApiToken",
    "Attachment",
    "Balance",
    "BankColumns",
    "BankEntry",
    "BankRevocation",
    "BankStatement",
    "BilledCount",
    "BundledItem",
    "Cancellation",
    "Change",
    "CheckedInvoice",
    "Claim",
    "ClaimCounter",
    "ClaimInvoice",
    "ClaimItem",
    "ClaimLine",
    "ClaimStep",
    "ClosedMonth",
    "ColumnMapping",
    "Completeness",
    "CountReport",
    "CurrentLine",
    "DeliveredCount",
    "Delivery",
    "Draft",
    "Eligibility",
    "Finding",
    "FindingPass",
    "FindingRule",
    "FindingSwitch",
    "InsurerEvent",
    "Invoice",
    "InvoiceDetail",
    "InvoiceLine",
    "InvoiceStage",
    "ItemIdentity",
    "LineCut",
    "LineDecision",
    "LineDelta",
    "LockException",
    "Movement",
    "Objection",
    "ObjectionAnswer",
    "ObjectionLine",
    "ObjectionStep",
    "Omission",
    "Papers",
    "PastInvoice",
    "PastLine",
    "Patient",
    "PriceBasis",
    "ProposedDelta",
    "ProposedInvoice",
    "RefusedRow",
    "Remittance",
    "RemittanceColumns",
    "RemittanceLine",
    "Repricing",
    "RepricingCentre",
    "RepricingPart",
    "StageStep",
    "StageWait",
    "SupplementaryItem",
    "TieBreak",
    "TieOut",
    "TieOutRun",
    "UnknownCode",
    "UnknownCodeStep",
    "UnknownLine",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookTry",
]
