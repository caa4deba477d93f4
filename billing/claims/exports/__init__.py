"""What goes to the insurer with a claim: the electronic bill and the cover list."""
