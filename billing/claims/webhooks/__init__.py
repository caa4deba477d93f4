"""Telling insurers' systems what happened, at addresses they gave. Rules: docs/rules/insurers-api.md."""
