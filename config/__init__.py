"""Settings in, frozen Settings out."""
