"""Templates of what people read."""
