"""The interface that insurers' systems call: /api/v1/. Rules: docs/rules/insurers-api.md."""
