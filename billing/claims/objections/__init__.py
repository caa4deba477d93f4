"""Objections of a centre to what an insurer cut, and the insurer's answers. Rules: docs/rules/objections.md."""
