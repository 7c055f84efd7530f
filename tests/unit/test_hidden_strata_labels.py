"""Which strata are weighed together: hidden sites below the same shown unit, never more than their sum."""

from __future__ import annotations

from survey.analysis.hidden_strata import APART, HiddenStrata
from survey.analysis.population import Above, Site, strata

# Below P (1): D (2, with counters of its own) over D1 (3) and D2 (4); E (5) over E1 (6) and E2 (7); F (8).
PATHS = {2: "/1/2/", 3: "/1/2/3/", 4: "/1/2/4/", 6: "/1/5/6/", 7: "/1/5/7/", 8: "/1/8/"}
SITES = tuple(Site(unit_id, f"U{unit_id}", path, 100, None) for unit_id, path in PATHS.items())
HIDDEN = {2: frozenset({"s1.counters"}), 3: frozenset({"s1", "q9"}), 5: frozenset({"s1"}), 8: frozenset({"s1"})}


def labels(sites: tuple[Site, ...], key: str = "s1", found: HiddenStrata | None = None) -> dict[str, str]:
    return (found or HiddenStrata.of(SITES, HIDDEN)).together(key, strata(sites, {site.unit_id for site in sites}))


def test_hidden_siblings_share_a_label_figure_by_figure() -> None:
    of_department = {"U2": "/1/2/", "U3": "/1/2/"}  # its own counters, and a sub-unit
    assert labels(SITES) == of_department | {"U6": "/1/", "U7": "/1/", "U8": "/1/"}  # all below E, which is hidden
    assert labels(SITES, "q9") == {"U3": "/1/2/"}
    assert labels(SITES, "q1") == {}


def test_a_group_with_some_of_them_weighs_all_it_has_as_one() -> None:
    some = tuple(site for site in SITES if site.unit_id in (3, 4, 8))
    assert labels(some) == {"U3": APART, "U8": APART}


def test_a_stratum_of_a_shown_unit_is_no_secret() -> None:
    above = Above("D", "/1/2/", 300, frozenset({2, 3, 4}))
    sites = tuple(Site(unit_id, f"U{unit_id}", PATHS[unit_id], None, None, (above,)) for unit_id in (2, 3, 4))
    assert labels((*sites, *SITES[3:])) == {"U6": "/1/", "U7": "/1/", "U8": "/1/"}


def test_units_that_hide_a_part_told_apart_are_hidden_in_every_figure() -> None:
    hidden = {3: frozenset({"trust:open"}), 4: frozenset({"channel:qr"})}
    found = HiddenStrata.of(SITES, hidden, {"trust:open"}, ("s1", "q9"))
    assert (labels(SITES, "q9", found), labels(SITES, "s1", found)) == ({"U3": "/1/2/"}, {"U3": "/1/2/"})
