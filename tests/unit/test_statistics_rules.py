"""The rules are data: every one that can be chosen is described in both languages, with its dates."""

from __future__ import annotations

from typing import get_args

import pytest

from reports.figures import Aggregation, Rule
from survey.analysis.rules import AGGREGATIONS, RULES


def test_every_rule_and_aggregation_is_described() -> None:
    assert tuple(RULES) == get_args(Rule)
    assert tuple(AGGREGATIONS) == get_args(Aggregation)


@pytest.mark.parametrize("described", [*RULES.values(), *AGGREGATIONS.values()], ids=lambda rule: rule.name.en)
def test_a_rule_is_named_in_both_languages_and_dated_in_order(described) -> None:  # type: ignore[no-untyped-def]
    for text in (described.name, described.formula, *([described.basis] if described.basis else [])):
        assert text.vi
        assert text.en
    if described.valid_from and described.valid_to:
        assert described.valid_from < described.valid_to


def test_a_rule_cannot_be_changed_while_running() -> None:
    with pytest.raises(TypeError):
        RULES["top_two"] = RULES["mean_of_max"]  # type: ignore[index]
