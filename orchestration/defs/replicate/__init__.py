"""To every site that policy names: `sites/`."""
