"""A sample province to try everything on: invented places, waves and answers, the same for the same day and seed."""

from survey.operations.demo.loading import Demo, find_demo, load_demo

__all__ = ["Demo", "find_demo", "load_demo"]
