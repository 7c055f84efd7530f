"""Reading: from tallies to the figures of :mod:`reports.figures`; no web, no writing."""
