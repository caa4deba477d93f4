"""The remittance desk: money of insurers as it comes, matched to the lines of claims, and what could not be."""
