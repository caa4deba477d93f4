"""What the actions on indicators are called in the audit trail."""

from core.trail import Action

ACTIONS = {"indicator_target.set": Action("تعیین هدف شاخص", "{what} شاخص کاهش فرانشیز را گذاشت")}
FACTS = {"target_bp": "هدف"}
