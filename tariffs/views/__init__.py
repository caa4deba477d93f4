"""Pages that keep the tariff: circulars, drafts, publication, and what is known of each service."""
