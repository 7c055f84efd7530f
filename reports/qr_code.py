"""A QR code as SVG for a page: one path, without style or script, with its quiet zone and a name to be read aloud."""

from __future__ import annotations

from xml.sax.saxutils import escape

from reports.poster import QUIET_ZONE, modules


def qr_svg(url: str, name: str) -> str:
    """The code of `url` on white; `name` says what it is to those who cannot see it."""
    rows = modules(url)
    side = len(rows) + 2 * QUIET_ZONE
    runs = []
    for k, row in enumerate(rows):
        start = None
        for j, dark in enumerate((*row, False)):
            if dark and start is None:
                start = j
            elif not dark and start is not None:
                runs.append(f"M{start + QUIET_ZONE} {k + QUIET_ZONE}h{j - start}v1h-{j - start}z")
                start = None
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" class="qr-code" '
        f'shape-rendering="crispEdges"><title>{escape(name)}</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{"".join(runs)}"/></svg>'
    )
