"""The nightly tie-out: what the hospital's system says, what we billed, what the insurer answered, what came."""
