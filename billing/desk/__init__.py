"""The revenue officer's desk: an invoice as it is typed, read and priced by the parsing and pipeline of the import."""
