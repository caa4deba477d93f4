"""The key of the ledger and what is summed under it."""

#: The ledger's key and measures, in the order of the tables: what a file adds, then what each line adds.
LEDGER_KEY = ("centre_id", "month", "setting", "category", "element", "fund_id")
FILE_MEASURES = ("files", "patient_paid", "paid_unknown")
LINE_MEASURES = (
    "lines", "unpriced_lines", "unpriced_asked", "asked", "amount",
    "basic", "supplementary", "subsidy", "employer", "patient",
)  # fmt: skip
MEASURES = (*FILE_MEASURES, *LINE_MEASURES)
#: What re-pricing counts in a group of invoices: counts, then differences in rials.
PRICED = ("amount", "basic", "supplementary", "subsidy", "employer", "patient")
REPRICED = ("invoices", "lines", "newly_priced", "newly_unpriced", *PRICED)
