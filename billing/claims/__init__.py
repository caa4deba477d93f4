"""Claims on insurers: gathered, checked, frozen, sent, and what the insurer answers. Rules: docs/rules/claims.md."""
