"""`python -m survey.cli`: the command `sipas` where its script is not on the path."""

from survey.cli import main

main()
