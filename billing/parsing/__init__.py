"""From any source to one shape: files, SATA messages and typed rows all become `parsed.Parsed`."""
