"""Through dbt: `curated/`."""
