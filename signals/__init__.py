"""The pure core: from a panel to signals and stages; no clock, no database, no network."""
