"""To every portal that the settings name: `portals/`."""
