"""Out: `open/`, the files the public gets."""
