"""Open data of published waves: files of every edition, their schema, the codebook, and the catalogue for machines."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Iterator

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from reports import open_codebook
from reports.figures import Text
from reports.open_columns import TABLES, WaveTable
from reports.open_metadata import DatasetOnOffer, FileOnOffer, csvw, dcat_catalogue, dcat_dataset
from reports.open_table import open_csv, open_json, table_rows
from survey.analysis import open_data
from survey.analysis import open_statistics as statistics
from survey.analysis.export import as_json
from survey.analysis.open_data import Edition
from survey.analysis.published import counted_units, published_waves
from survey.blueprints import open_statistics, results
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
from survey.database import current_session, engine
from survey.models import Wave
from survey.page_cache import ShortMemory

blueprint = Blueprint("open_data", __name__, url_prefix="/du-lieu")
blueprint.context_processor(results.renderers)
blueprint.after_request(results.compress.after_request)
blueprint.after_request(open_to_all)
blueprint.register_error_handler(404, results.missing)

FILES: dict[str, tuple[WaveTable, str]] = {
    "so-lieu.csv": ("figures", CSV),
    "so-lieu.json": ("figures", JSON),
    "don-vi.csv": ("units", CSV),
    "don-vi.json": ("units", JSON),
}
SCHEMAS: dict[str, WaveTable] = {f"{name}-metadata.json": table for name, (table, kind) in FILES.items() if kind == CSV}
TYPES = {
    "string": _l("text"),
    "integer": _l("whole number"),
    "number": _l("number"),
    "date": _l("date (year-month-day)"),
    "boolean": _l("true or false"),
}

# Digest and size of files, which an edition fixes: worked out once in a process.
_measured = ShortMemory[Hashable, tuple[str, int]](86400, 400)


def _one_of(names: Iterable[str]) -> str:
    """The names as the argument of an `any` in an address."""
    return ",".join(f'"{name}"' for name in names)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What is offered, under which terms."""
    offered = [(wave, edition, counted_parts(wave, edition)) for wave, (edition, *_) in offered_waves()]
    told = [(each, open_statistics.on_offer(each)) for each in statistics.editions(current_session())]
    return render_template(
        "open_data/index.html",
        offered=offered,
        told=told,
        licence=licence(),
        files=FILES,
        told_files=open_statistics.FILES,
    )


def counted_parts(wave: Wave, edition: Edition) -> int:
    """How many parts of an edition are units by the rule of the results' pages; the others are sums of these."""
    counted = counted_units(current_session(), wave)
    return sum(part.unit_code in counted for part in edition.parts)


@blueprint.get("/danh-muc.jsonld")
def catalogue() -> ResponseReturnValue:
    """The whole catalogue (DCAT); the checksums of files stand in each dataset's own record."""
    datasets = [dataset_of(wave, found) for wave, found in offered_waves()]
    datasets += [open_statistics.on_offer(edition) for edition in statistics.editions(current_session())]
    name = open_data.publisher(current_session(), None)
    return machine_readable(dcat_catalogue(absolute(".index"), name, licence(), datasets), JSON_LD)


@blueprint.get("/tu-dien")
def codebook() -> ResponseReturnValue:
    """What every column and code means."""
    codes = list(open_codebook.codes())
    return render_template(
        "open_data/codebook.html", tables=TABLES, titles=open_codebook.TITLES, codes=codes, types=TYPES
    )


@blueprint.get("/tu-dien.csv")
def codebook_csv() -> ResponseReturnValue:
    return download(open_codebook.codebook_csv(), CSV, "tu-dien-so-lieu.csv")


@blueprint.get("/dot/<wave_code>")
def dataset(wave_code: str) -> ResponseReturnValue:
    """One wave: its files with their digests, its editions."""
    wave, found = editions_or_404(wave_code)
    offer = dataset_of(wave, found, measured=True)
    return render_template("open_data/dataset.html", offer=offer, editions=found, licence=licence(), files=FILES)


@blueprint.get("/dot/<wave_code>/dcat.jsonld")
def dataset_record(wave_code: str) -> ResponseReturnValue:
    wave, found = editions_or_404(wave_code)
    return machine_readable(dcat_dataset(dataset_of(wave, found, measured=True), licence()), JSON_LD)


@blueprint.get(f"/dot/<wave_code>/<any({_one_of(FILES)}):file_name>")
@blueprint.get(f"/dot/<wave_code>/phien-ban/<int:number>/<any({_one_of(FILES)}):file_name>")
def file(wave_code: str, file_name: str, number: int | None = None) -> ResponseReturnValue:
    """A file of the edition with that number, which never changes; without one, of the newest."""
    _, edition = edition_or_404(wave_code, number)
    _, media_type = FILES[file_name]
    stem, _, ending = file_name.rpartition(".")
    response = download(chunks(wave_code, edition, file_name), media_type, f"{stem}-{wave_code}.{ending}")
    if media_type == CSV:
        schema = url_for(".schema", wave_code=wave_code, number=number, file_name=f"{file_name}-metadata.json")
        response.headers["Link"] = f'<{schema}>; rel="describedby"; type="{CSVM}"'
    return conditional(response, f"{edition.digest}-{file_name}", number)


@blueprint.get(f"/dot/<wave_code>/<any({_one_of(SCHEMAS)}):file_name>")
@blueprint.get(f"/dot/<wave_code>/phien-ban/<int:number>/<any({_one_of(SCHEMAS)}):file_name>")
def schema(wave_code: str, file_name: str, number: int | None = None) -> ResponseReturnValue:
    """What the columns of the CSV beside it are (CSV on the Web)."""
    edition_or_404(wave_code, number)
    described = csvw(SCHEMAS[file_name], file_name.removesuffix("-metadata.json"), licence())
    return machine_readable(described, CSVM)


@blueprint.get("/dot/<wave_code>/don-vi/<unit_code>.json")
@blueprint.get("/dot/<wave_code>/phien-ban/<int:number>/don-vi/<unit_code>.json")
def unit(wave_code: str, unit_code: str, number: int | None = None) -> ResponseReturnValue:
    """A unit's figures byte by byte as they were frozen: their SHA-256 is the digest printed on the unit's page."""
    _, edition = edition_or_404(wave_code, number)
    part = edition.part(unit_code) or abort(404)
    kept = open_data.frozen_figures(current_session(), part)
    return conditional(Response(kept, mimetype=JSON), part.digest, number)


@blueprint.get("/dot/<wave_code>/bao-cao/<unit_code>.json")
def report(wave_code: str, unit_code: str) -> ResponseReturnValue:
    """What the unit's page and document say, the comparison with other waves included (docs/analysis-json.md)."""
    editions_or_404(wave_code)
    _, _, figures = results.report_or_404(wave_code, unit_code)
    return machine_readable(as_json(figures, results.language()), JSON)


def chunks(wave_code: str, edition: Edition, file_name: str) -> Iterator[bytes]:
    """The file, unit by unit; it is read on when the request is over."""
    table, media_type = FILES[file_name]
    rows = table_rows(table, open_data.filed(engine(), edition))
    if media_type == CSV:
        return open_csv(table, rows)
    return open_json(table, {"wave": wave_code, "edition": edition.number, "digest": edition.digest}, rows)


def measure(wave_code: str, edition: Edition, file_name: str) -> tuple[str, int]:
    """SHA-256 and size in bytes of a file."""

    def read() -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        for chunk in chunks(wave_code, edition, file_name):
            digest.update(chunk)
            size += len(chunk)
        return digest.hexdigest(), size

    return _measured.get((edition.digest, wave_code, file_name), read) or ("", 0)


def dataset_of(wave: Wave, found: list[Edition], *, measured: bool = False) -> DatasetOnOffer:
    """The newest edition of a wave as the catalogue offers it; `measured` with the digest and size of each file."""
    newest, *older = found
    files = []
    for name, (table, media_type) in FILES.items():
        url = absolute(".file", wave_code=wave.code, number=newest.number, file_name=name)
        sha256, size = measure(wave.code, newest, name) if measured else ("", None)
        files.append(FileOnOffer(url, media_type, open_codebook.TITLES[table], sha256, size))
    return DatasetOnOffer(
        absolute(".dataset", wave_code=wave.code),
        absolute("results.wave", wave_code=wave.code),
        wave.code,
        Text(wave.name_vi, wave.name_en),
        open_data.publisher(current_session(), wave),
        (wave.period_start, wave.period_end),
        found[-1].day,
        newest.day,
        newest.number,
        newest.reason,
        tuple(files),
        tuple(absolute(".file", wave_code=wave.code, number=each.number, file_name="so-lieu.csv") for each in older),
        respondents=wave.respondents,
    )


def offered_waves() -> list[tuple[Wave, list[Edition]]]:
    """Published waves with their editions, the newest period first."""
    session = current_session()
    found = ((wave, open_data.editions(session, wave)) for wave in published_waves(session))
    return [(wave, editions) for wave, editions in found if editions]


def editions_or_404(wave_code: str) -> tuple[Wave, list[Edition]]:
    wave = results.wave_or_404(wave_code)
    return wave, open_data.editions(current_session(), wave) or abort(404)


def edition_or_404(wave_code: str, number: int | None) -> tuple[Wave, Edition]:
    """The edition with that number, without one the newest."""
    wave, found = editions_or_404(wave_code)
    return wave, next((each for each in found if number in (None, each.number)), None) or abort(404)
