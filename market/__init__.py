"""The data side: sources, calendar, checks and the store of facts."""
