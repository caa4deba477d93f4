"""What is done with remittances."""
