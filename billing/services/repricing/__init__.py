"""Re-pricing what is stored under a circular that came late: preview, approval by a second person, booking, reversal.

Nothing is rewritten: differences are appended to the lines, movements carry their cause. The work is done centre by
centre, each in one transaction that also notes that the centre is done, so that a worker that was killed goes on where
it stopped. What is booked must be what was approved: the differences are computed anew and compared.
"""

from billing.services.repricing.about import About, about
from billing.services.repricing.approval import approve, ask, discard, retry
from billing.services.repricing.common import KIND, NotNow, Outdated, Queue, StoodOn
from billing.services.repricing.reversal import ask_reversal
from billing.services.repricing.work import resume, work

__all__ = [
    "KIND", "About", "NotNow", "Outdated", "Queue", "StoodOn", "about", "approve", "ask", "ask_reversal", "discard",
    "resume", "retry", "work",
]  # fmt: skip
