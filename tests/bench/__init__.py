"""`make bench`: what the README claims of speed and worth, measured side by side in one run."""
