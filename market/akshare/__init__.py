"""AKShare behind the Source seam: the one place that imports it, in a child process."""
