"""In: `landing/` (what sources give) and `raw/` (what became of it)."""
