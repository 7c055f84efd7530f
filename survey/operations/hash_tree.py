"""Hash trees of RFC 6962 § 2.1: a root over leaves in order, and proofs that one of them is under it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf; the first byte keeps leaves and inner nodes apart."""
    return hashlib.sha256(b"\x00" + entry).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; raises ValueError where there are none.

    Built level by level: a node without a right neighbour moves up as it is, which is the RFC's split at the largest
    power of two.
    """
    return _levels(leaves)[-1][0]


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    if not leaves:
        raise ValueError("a tree has at least one leaf")
    levels = [list(leaves)]
    while len(below := levels[-1]) > 1:
        above = [_node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        if len(below) % 2:
            above.append(below[-1])
        levels.append(above)
    return levels


def audit_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The neighbours from the leaf at `index` up to the root (RFC 6962 § 2.1.1); raises IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path = []
    for level in _levels(leaves)[:-1]:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        index //= 2
    return path


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf hash and its path lead to, by RFC 9162 § 2.1.3.2; None where the path cannot be one."""
    if not 0 <= index < size:
        return None
    node, last = leaf, size - 1
    for neighbour in path:
        if last == 0:
            return None
        if index % 2 or index == last:
            node = _node_hash(neighbour, node)
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            node = _node_hash(node, neighbour)
        index, last = index // 2, last // 2
    return node if last == 0 else None
