"""Pages of the remittance desk."""
