"""`python -m bench [NAME …]`: run every bench, or those named, and print one line a measurement."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys

import bench

TOOLS = ("__main__", "bare", "client", "harness", "pages")


def main(names: list[str]) -> int:
    """Print the measurements. Short of a goal is reported, not an error: the machine may be busy."""
    known = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in TOOLS]
    if unknown := set(names) - set(known):
        print(f"no such bench: {', '.join(sorted(unknown))}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    logging.disable(logging.INFO)
    print(f"{'name':<52} {'value':>12} {'unit':<12} {'to floor':>9} {'goal':>9}")
    for name in names or known:
        for result in importlib.import_module(f"bench.{name}").run():
            print(result.line(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
