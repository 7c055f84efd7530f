"""The measurements `make bench` prints; each module with a `run()` is one bench."""
