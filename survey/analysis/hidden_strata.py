"""Which strata are weighed together, since their unit is hidden: the weighted figure then says no more of them than the
unweighted one does (decision 0049)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from survey.analysis import tree
from survey.analysis.population import Group, Site

APART = ""  # the label of hidden strata whose siblings are not all there


@dataclass(frozen=True)
class HiddenStrata:
    """Of each figure's key, the sites that are hidden, by id, with the path of the nearest shown unit they add up to.

    Hidden are a site, whatever lies below a hidden unit, and a unit's own counters beside its hidden sub-units.
    """

    anchors: Mapping[str, Mapping[int, str]]
    _members: dict[str, dict[str, frozenset[int]]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(
        cls,
        sites: Iterable[Site],
        hidden: Mapping[int, Collection[str]],
        told: Collection[str] = (),
        keys: Collection[str] = (),
    ) -> HiddenStrata:
        """From what the tree hides by unit id; where it hides one of the parts `told` apart by the view, all figures of
        the `keys`."""
        told_apart = frozenset(told)
        anchors: dict[str, dict[int, str]] = defaultdict(dict)
        for site in sites if hidden else ():
            above = "/"
            for step in site.path.strip("/").split("/"):
                found = hidden.get(int(step), ())
                every = bool(found) and not told_apart.isdisjoint(found)
                for key in (*keys, *found) if every else found:
                    anchors[key].setdefault(site.unit_id, above)
                above += f"{step}/"
            for key in hidden.get(site.unit_id, ()):
                if figure := tree.hides_own_counters(key):
                    anchors[figure].setdefault(site.unit_id, above)
        return cls(dict(anchors))

    def together(self, key: str, strata: Sequence[Group]) -> dict[str, str]:
        """By code of each hidden stratum the label it shares with those it is weighed with.

        One label for each shown unit whose hidden sites are all here, since their sum is known from its own figure;
        one for all others, of which only the sum is known.
        """
        anchors = self.anchors.get(key)
        if not anchors:
            return {}
        holding = [group for group in strata if not anchors.keys().isdisjoint(group.members)]
        if not holding:
            return {}
        present, members = frozenset[int]().union(*[group.members for group in strata]), self._of_anchor(key)
        found = {}
        for group in holding:
            anchor = min(anchors[each] for each in group.members if each in anchors)
            # A stratum of several sites whose own unit is shown is no secret, though sites in it are.
            if len(anchor) < len(group.path) or len(group.members) == 1:
                found[group.code] = anchor if members[anchor] <= present else APART
        return found

    def _of_anchor(self, key: str) -> dict[str, frozenset[int]]:
        if key not in self._members:
            members: dict[str, set[int]] = defaultdict(set)
            for unit_id, anchor in self.anchors[key].items():
                members[anchor].add(unit_id)
            self._members[key] = {anchor: frozenset(ids) for anchor, ids in members.items()}
        return self._members[key]
