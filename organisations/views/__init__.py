"""Pages of the organisation tree, sign-in, the job log and the audit trail."""
