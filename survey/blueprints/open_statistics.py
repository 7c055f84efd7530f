"""Opinions and dialogues by unit and half-year, as they were told: the public page, and the files of open data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reports.dialogue_record import half_year
from reports.figure_rows import LANGUAGES
from reports.figures import Text
from reports.open_codebook import TITLES
from reports.open_columns import TableName
from reports.open_metadata import ABOUT_STATISTICS, DatasetOnOffer, FileOnOffer, csvw, dcat_dataset
from reports.open_table import open_csv, open_json
from survey.analysis import open_data
from survey.analysis import open_statistics as statistics
from survey.analysis.open_statistics import HalfYearEdition
from survey.analysis.petition_ratings import told_on
from survey.analysis.unit_choice import in_list_order
from survey.blueprints import results
from survey.blueprints.open_files import (
    CSV,
    CSVM,
    JSON,
    JSON_LD,
    absolute,
    conditional,
    download,
    licence,
    machine_readable,
    open_to_all,
)
from survey.database import current_session
from survey.operations.folding import folded
from survey.operations.periods import half_year as half_year_of
from survey.operations.periods import previous_half_year, province_today

blueprint = Blueprint("open_statistics", __name__)
blueprint.context_processor(results.renderers)
blueprint.after_request(results.compress.after_request)
blueprint.after_request(open_to_all)
blueprint.register_error_handler(404, results.missing)

PAGE = 50  # units
FILES: dict[str, tuple[TableName, str]] = {
    "y-kien.csv": ("opinions", CSV),
    "y-kien.json": ("opinions", JSON),
    "doi-thoai.csv": ("dialogues", CSV),
    "doi-thoai.json": ("dialogues", JSON),
}
_FILE = '"y-kien.csv","y-kien.json","doi-thoai.csv","doi-thoai.json"'
_SCHEMA = '"y-kien.csv-metadata.json","doi-thoai.csv-metadata.json"'


@blueprint.get("/y-kien-doi-thoai/")
def index() -> ResponseReturnValue:
    """A half-year (`?ky=`, the newest without) by unit; `?tim=` searches their names, `?sau=` is the page's key."""
    session = current_session()
    told = statistics.editions(session)
    asked = request.args.get("ky", "")
    found = next((each for each in told if asked in ("", each.code)), None)
    if found is None:
        return abort(404) if asked else render_template("open_statistics/index.html", edition=None, later=told_next())
    edition = statistics.with_rows(session, found)
    words = request.args.get("tim", "").strip()[:200]
    lines = [line for line in lines_of(edition) if fits(line["unit"], words)]
    shown, after = results.page_of(lines, PAGE, lambda line: line["unit"]["unit"])
    return render_template(
        "open_statistics/index.html",
        edition=edition,
        told=told,
        name=half_year,
        day=date.fromisoformat,
        total={"opinions": edition.opinions[0], "dialogues": edition.dialogues[0]},
        lines=shown,
        fitting=len(lines),
        words=words,
        after=after,
        other_language=other_address(edition.code, words),
        printed_address=url_for(".index", ky=edition.code),
    )


@blueprint.get("/du-lieu/ky/<period_code>")
def dataset(period_code: str) -> ResponseReturnValue:
    """The files of a half-year with their digests."""
    edition = edition_or_404(period_code)
    offer = on_offer(edition, measured=True)
    return render_template("open_statistics/dataset.html", edition=edition, offer=offer, files=FILES, licence=licence())


@blueprint.get("/du-lieu/ky/<period_code>/dcat.jsonld")
def dataset_record(period_code: str) -> ResponseReturnValue:
    return machine_readable(dcat_dataset(on_offer(edition_or_404(period_code), measured=True), licence()), JSON_LD)


@blueprint.get(f"/du-lieu/ky/<period_code>/<any({_FILE}):file_name>")
def file(period_code: str, file_name: str) -> ResponseReturnValue:
    """A table of the half-year, which never changes."""
    edition = edition_or_404(period_code)
    media_type = FILES[file_name][1]
    stem, _, ending = file_name.rpartition(".")
    response = download(chunks(edition, file_name), media_type, f"{stem}-{period_code}.{ending}")
    if media_type == CSV:
        schema = url_for(".schema", period_code=period_code, file_name=f"{file_name}-metadata.json")
        response.headers["Link"] = f'<{schema}>; rel="describedby"; type="{CSVM}"'
    return conditional(response, f"{edition.digest}-{file_name}", 1)


@blueprint.get(f"/du-lieu/ky/<period_code>/<any({_SCHEMA}):file_name>")
def schema(period_code: str, file_name: str) -> ResponseReturnValue:
    """What the columns of the CSV beside it are (CSV on the Web)."""
    edition_or_404(period_code)
    name = file_name.removesuffix("-metadata.json")
    return machine_readable(csvw(FILES[name][0], name, licence()), CSVM)


def edition_or_404(period_code: str) -> HalfYearEdition:
    """The half-year with its rows; 404 where it is not told."""
    session = current_session()
    found = next((each for each in statistics.editions(session) if each.code == period_code), None) or abort(404)
    return statistics.with_rows(session, found)


def chunks(edition: HalfYearEdition, file_name: str) -> Iterator[bytes]:
    table, media_type = FILES[file_name]
    rows = edition.opinions if table == "opinions" else edition.dialogues
    if media_type == CSV:
        return open_csv(table, rows)
    about = {"period": edition.code, "frozen_on": edition.frozen_on.isoformat(), "digest": edition.digest}
    return open_json(table, {"schema": statistics.SCHEMA, **about}, rows)


def on_offer(edition: HalfYearEdition, *, measured: bool = False) -> DatasetOnOffer:
    """The half-year as the catalogue offers it; `measured`, of an edition with its rows, with digests and sizes."""
    files = []
    for name, (table, media_type) in FILES.items():
        content = b"".join(chunks(edition, name)) if measured else b""
        sha256, size = (hashlib.sha256(content).hexdigest(), len(content)) if measured else ("", None)
        url = absolute("open_statistics.file", period_code=edition.code, file_name=name)
        files.append(FileOnOffer(url, media_type, TITLES[table], sha256, size))
    vi, en = (half_year(edition.period, language) for language in LANGUAGES)
    return DatasetOnOffer(
        absolute("open_statistics.dataset", period_code=edition.code),
        absolute("open_statistics.index", ky=edition.code),
        f"y-kien-doi-thoai-{edition.code}",
        Text(f"Phản ánh, kiến nghị và đối thoại, {vi}", f"Opinions and dialogues, {en}"),
        open_data.publisher(current_session(), None),
        edition.days,
        edition.frozen_on,
        edition.frozen_on,
        1,
        "",
        tuple(files),
        about=ABOUT_STATISTICS,
        keywords=("phản ánh, kiến nghị", "đối thoại", "cam kết"),
    )


def lines_of(edition: HalfYearEdition) -> list[dict[str, Mapping[str, Any]]]:
    """The units with both their rows, in the order of lists; a unit may have one of them alone."""
    opinions = {row["unit"]: row for row in edition.opinions if row["row"] == statistics.UNIT}
    dialogues = {row["unit"]: row for row in edition.dialogues if row["row"] == statistics.UNIT}
    every = {**opinions, **dialogues}.values()
    rows = sorted(every, key=lambda row: in_list_order(row["unit_kind"], row["unit_name_vi"], row["unit"]))
    return [
        {"unit": row, "opinions": opinions.get(row["unit"], {}), "dialogues": dialogues.get(row["unit"], {})}
        for row in rows
    ]


def fits(unit: Mapping[str, Any], words: str) -> bool:
    """Whether the unit's name or code holds every word, whatever the diacritics."""
    name = folded(f"{unit['unit_name_vi']} {unit['unit_name_en'] or ''} {unit['unit']}")
    return all(word in name for word in folded(words).split())


def told_next() -> date:
    """The day on which the half-year that is over is told, or else the present one."""
    today = province_today()
    before = told_on(previous_half_year(half_year_of(today))[1])
    return before if before > today else told_on(today)


def other_address(code: str, words: str) -> str:
    """This page in the other language."""
    kept = {"tim": words or None, "sau": request.args.get("sau"), "lang": "vi" if results.language() == "en" else "en"}
    return url_for(".index", ky=code, **kept)  # type: ignore[arg-type]  # None leaves an argument out
