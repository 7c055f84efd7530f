"""Hash trees against the RFC's own recursive definition, and proofs that cannot be bent."""

from __future__ import annotations

import hashlib

import pytest

from survey.operations.hash_tree import audit_path, leaf_hash, root_of_path, tree_root

LEAVES = [leaf_hash(bytes([number])) for number in range(40)]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 § 2.1: split at the largest power of two smaller than the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


def test_the_leaf_of_an_empty_entry_is_the_rfcs() -> None:
    # Certificate Transparency's test vector
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", range(1, 40))
def test_roots_follow_the_definition_and_every_leaf_has_a_proof(size: int) -> None:
    leaves = LEAVES[:size]
    root = tree_root(leaves)
    assert root == by_definition(leaves)
    for index, leaf in enumerate(leaves):
        path = audit_path(leaves, index)
        assert root_of_path(leaf, index, size, path) == root
        assert root_of_path(LEAVES[39], index, size, path) != root
        assert root_of_path(leaf, index, size, [*path, LEAVES[39]]) is None
        if path:
            assert root_of_path(leaf, index, size, path[:-1]) != root
            assert root_of_path(leaf, (index + 1) % size, size, path) != root


def test_order_matters() -> None:
    assert tree_root(LEAVES[:2]) != tree_root(LEAVES[1::-1])


def test_there_is_no_empty_tree_and_no_leaf_outside() -> None:
    with pytest.raises(ValueError, match="at least one"):
        tree_root([])
    with pytest.raises(IndexError):
        audit_path(LEAVES[:3], 3)
    assert root_of_path(LEAVES[0], 3, 3, []) is None
