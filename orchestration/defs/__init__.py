"""The assets, in flow order: ingest → transform → export → replicate → publish; and the automation over them."""
