"""What each application of the tests would compile anew, compiled once a process: addresses and templates."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

import pytest
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class TemplateCode(BytecodeCache):
    """The code of the templates, kept in memory for as long as their source stays what it was."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code

    def clear(self) -> None:
        self._kept.clear()


def keep_address_builders(patch: pytest.MonkeyPatch) -> None:
    """Let rules of the same text share the functions that build their addresses.

    Werkzeug writes two for each of the 330 rules, nine tenths of what an application costs. They find the converters
    in the rule they are called with; a rule with defaults, whose values go into its function, keeps its own.
    """
    compile_builder = "_compile_builder"
    werkzeugs: Callable[[Rule, bool], Callable[..., tuple[str, str]]] = getattr(Rule, compile_builder)
    kept: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:
            return werkzeugs(rule, append_unknown)
        key = (rule.rule, rule.host, rule.subdomain, rule.merge_slashes, append_unknown)
        if key not in kept:
            kept[key] = werkzeugs(rule, append_unknown)
        return kept[key]

    patch.setattr(Rule, compile_builder, builder)
