"""A reader who works out what is hidden: exact linear algebra over everything that is published of a wave."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from fractions import Fraction


def given_away(
    people: Mapping[Hashable, int],
    published: Iterable[Collection[Hashable]],
    secrets: Mapping[str, Collection[Hashable]],
) -> list[str]:
    """The secrets, sets of atoms, that are a combination of the published ones. The reader knows which atoms are empty
    and who is counted where."""
    atoms = {atom: number for number, atom in enumerate(atom for atom in people if people[atom])}
    rows: list[tuple[int, list[Fraction]]] = []

    def reduced(cell: Collection[Hashable]) -> list[Fraction]:
        vector = [Fraction(0)] * len(atoms)
        for atom in cell:
            if atom in atoms:
                vector[atoms[atom]] = Fraction(1)
        for column, row in rows:
            if factor := vector[column]:
                vector = [value - factor * other for value, other in zip(vector, row, strict=True)]
        return vector

    for cell in published:
        vector = reduced(cell)
        column = next((at for at, value in enumerate(vector) if value), None)
        if column is not None:
            rows.append((column, [value / vector[column] for value in vector]))
    return [name for name, cell in secrets.items() if any(atom in atoms for atom in cell) and not any(reduced(cell))]
