"""Which figures of a group of units may be printed beside those of the units, the whole and the groups before it.

Where every unit of a wave is visible, a group says nothing that its units do not say already. Units are hidden for the
few who answered there or for the sake of such neighbours; a group that holds some of them could give them away by what
is left over. What has once been printed stays: groups are judged one after the other, and the later one gives way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from survey.analysis import disclosure, tree
from survey.analysis.population import Site
from survey.analysis.view import View

Cells = dict[str, frozenset[int]]
EVERYTHING = "/"


@dataclass
class KnownCells:
    """Of each figure's key what is printed already: the hidden sites' people, the cells over them, and the secrets.

    Sites whose own figure is visible are taken out of every cell: who reads a sum can subtract them. A site is an atom,
    the people at its own counters.
    """

    people: dict[str, dict[int, int]]
    cells: dict[str, Cells]
    secret: dict[str, frozenset[str]]
    pools: Mapping[str, str | None]
    bases: Mapping[int, Mapping[str, int]]

    @classmethod
    def of(cls, view: View, below: Mapping[str, Sequence[Site]]) -> KnownCells:
        """What the units of a view and its whole say."""
        instrument = view.instrument
        headline = instrument.headline
        every = (*([instrument.index] if instrument.index else ()), *instrument.contents, *instrument.factors)
        scopes = {pool.key: pool.id for pool in every}
        pools = {key: into for key, into in instrument.pooled_into.items() if key in scopes}
        bases = {
            unit_id: {key: tally.sums(scope).people for key, scope in scopes.items()}
            for unit_id, tally in view.by_unit.items()
        }
        if not scopes and headline is not None:
            pools = {headline.key: None}
            bases = {unit_id: {headline.key: view.people(tally)} for unit_id, tally in view.by_unit.items()}
        known = cls({}, {}, {}, pools, bases)
        for key in pools:
            small = {unit_id for unit_id, of in bases.items() if disclosure.is_small(of[key])}
            hidden = {unit_id for unit_id, keys in view.hidden.items() if key in keys and unit_id != tree.ROOT}
            concealed = small | hidden
            if concealed:
                known._add(key, concealed, below)
        return known

    def _add(self, key: str, concealed: Collection[int], below: Mapping[str, Sequence[Site]]) -> None:
        """The cells of a figure that is hidden in some units, over the sites that are not visible by themselves."""
        held = {unit_id: of[key] for unit_id, of in self.bases.items() if of[key]}
        atoms = {
            site.unit_id: held[site.unit_id]
            for path, members in below.items()
            for site in members
            if site.path == path and site.unit_id in held and (site.unit_id in concealed or len(members) > 1)
        }
        self.people[key], self.cells[key] = atoms, {EVERYTHING: frozenset(atoms)}
        secret = set()
        for path, members in below.items():
            if cell := frozenset(site.unit_id for site in members if site.unit_id in atoms):
                self.cells[key][path] = cell
                if _unit(path) in concealed:
                    secret.add(path)
        self.secret[key] = frozenset(secret)


def withheld(known: KnownCells, code: str, sites: Collection[int], *, keep: bool) -> frozenset[str]:
    """The keys of the group's figures that may not be printed; with `keep` the others are printed from now on.

    A figure is withheld where it is small itself, where adding and subtracting it gives something hidden or any group
    of fewer than five people (:func:`survey.analysis.disclosure.tells`), and where those withheld of the same pool hold
    too few people together. One that follows from what is printed is not: all hidden units of a kind together are the
    kind less its visible units, whoever adds them up.
    """
    sizes = {key: sum(known.bases[each][key] for each in sites if each in known.bases) for key in known.pools}
    found = {key for key, size in sizes.items() if disclosure.is_small(size)}
    name = f"group {code}"
    for key, people in known.people.items():
        cell = frozenset(each for each in sites if each in people)
        cells = known.cells[key] | {name: cell}
        if key not in found and cell and disclosure.tells(people, cells, known.secret[key], name):
            found.add(key)
    pooled = {key: size for key, size in sizes.items() if size}
    found |= disclosure.hidden_in_pools(known.pools, pooled, found)
    if keep:
        for key, people in known.people.items():
            if key not in found:
                known.cells[key][name] = frozenset(each for each in sites if each in people)
    return frozenset(found)


def _unit(path: str) -> int:
    return int(path.rstrip("/").rpartition("/")[2])
