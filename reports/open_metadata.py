"""What describes open data to machines: the schema of a table (CSVW) and the catalogue (DCAT 3, JSON-LD).

CSV on the Web, W3C Recommendation 2015, "Metadata Vocabulary for Tabular Data"; Data Catalog Vocabulary, W3C
Recommendation 2024, in the profile DCAT-AP: licence, publisher, period, and the checksum of every file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.figures import Text
from reports.names import group_in_sentence
from reports.open_codebook import TITLES, known_codes
from reports.open_columns import TABLES, Column, TableName
from reports.open_table import SCHEMA

Json = dict[str, Any]

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "adms": "http://www.w3.org/ns/adms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
GOVERNMENT = "http://publications.europa.eu/resource/authority/data-theme/GOVE"
_LANGUAGES = [{"@id": f"http://publications.europa.eu/resource/authority/language/{code}"} for code in ("VIE", "ENG")]
_CATALOGUE = Text(
    "Dữ liệu mở về mức độ hài lòng của người dân, tổ chức", "Open data on satisfaction with public administration"
)
_ABOUT = Text(
    "Tỷ lệ hài lòng theo đơn vị, yếu tố và tiêu chí, kèm số người trả lời, khoảng tin cậy 95%, cách tính và chỉ tiêu. "
    "Số liệu dựa trên dưới 5 người bị ẩn.",
    "Satisfaction by unit, factor and item, with the people behind it, 95% interval, rule and target. Figures resting "
    "on fewer than 5 people are hidden.",
)
ABOUT_STATISTICS = Text(
    "Phản ánh, kiến nghị của người dân và việc xử lý, đối thoại, câu hỏi và cam kết theo đơn vị trong nửa năm. Số liệu "
    "về phản ánh, kiến nghị dựa trên dưới 5 người bị ẩn.",
    "Citizens' opinions and how they were handled, dialogues, questions and promises by unit in a half-year. Figures "
    "of opinions that rest on fewer than 5 people are hidden.",
)


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms the data may be used: its address and its name."""

    uri: str
    name: str


@dataclass(frozen=True, slots=True)
class FileOnOffer:
    """A file of an edition: its address, media type, title, and where they are known its SHA-256 and size in bytes."""

    url: str
    media_type: str
    title: Text
    sha256: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class DatasetOnOffer:
    """The open data of one wave, or of a half-year's opinions and dialogues, in one edition; `previous` are the
    addresses of earlier editions."""

    url: str
    page: str
    code: str
    name: Text
    publisher: Text
    period: tuple[date, date]
    issued: date
    modified: date
    edition: int
    reason: str
    files: tuple[FileOnOffer, ...]
    previous: tuple[str, ...] = ()
    about: Text = _ABOUT
    keywords: tuple[str, ...] = ("hài lòng", "SIPAS")
    respondents: str = "citizen"


def dcat_catalogue(url: str, publisher: Text, licence: Licence, datasets: Sequence[DatasetOnOffer]) -> Json:
    """The whole catalogue as JSON-LD."""
    return {
        "@context": CONTEXT,
        "@id": url,
        "@type": "dcat:Catalog",
        "dct:title": _texts(_CATALOGUE),
        "dct:description": _texts(_ABOUT),
        "dct:publisher": _agent(publisher),
        "dct:license": {"@id": licence.uri},
        "dct:language": _LANGUAGES,
        "dcat:dataset": [_dataset(dataset, licence) for dataset in datasets],
    }


def dcat_dataset(dataset: DatasetOnOffer, licence: Licence) -> Json:
    """One dataset by itself, as JSON-LD."""
    return {"@context": CONTEXT, **_dataset(dataset, licence)}


def _dataset(dataset: DatasetOnOffer, licence: Licence) -> Json:
    start, end = dataset.period
    found: Json = {
        "@id": dataset.url,
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.code,
        "dct:title": _texts(dataset.name),
        "dct:description": _texts(_about(dataset)),
        "dct:publisher": _agent(dataset.publisher),
        "dct:license": {"@id": licence.uri},
        "dct:language": _LANGUAGES,
        "dct:issued": _day(dataset.issued),
        "dct:modified": _day(dataset.modified),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(start),
            "dcat:endDate": _day(end),
        },
        "dcat:theme": {"@id": GOVERNMENT},
        "dcat:keyword": [{"@language": "vi", "@value": word} for word in _keywords(dataset)],
        "dcat:landingPage": {"@id": dataset.page},
        "dcat:version": str(dataset.edition),
        "dcat:distribution": [_distribution(file, licence) for file in dataset.files],
    }
    if dataset.reason:
        found["adms:versionNotes"] = {"@language": "vi", "@value": dataset.reason}
    if dataset.previous:
        found["dcat:previousVersion"] = {"@id": dataset.previous[0]}
        found["dcat:hasVersion"] = [{"@id": url} for url in dataset.previous]
    return found


def _about(dataset: DatasetOnOffer) -> Text:
    """What it holds; of a wave that asked others than citizens, whom."""
    if dataset.respondents == "citizen":
        return dataset.about
    vi, en = group_in_sentence(dataset.respondents, "vi"), group_in_sentence(dataset.respondents, "en")
    return Text(f"{dataset.about.vi} Người trả lời: {vi}.", f"{dataset.about.en} Respondents: {en}.")


def _keywords(dataset: DatasetOnOffer) -> tuple[str, ...]:
    """SIPAS asks citizens and organisations alone."""
    return tuple(word for word in dataset.keywords if word != "SIPAS" or dataset.respondents == "citizen")


def _distribution(file: FileOnOffer, licence: Licence) -> Json:
    found: Json = {
        "@type": "dcat:Distribution",
        "dct:title": _texts(file.title),
        "dcat:accessURL": {"@id": file.url},
        "dcat:downloadURL": {"@id": file.url},
        "dcat:mediaType": {"@id": MEDIA_TYPES + file.media_type},
        "dct:license": {"@id": licence.uri},
    }
    if file.sha256:
        found["spdx:checksum"] = {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": file.sha256},
        }
    if file.size is not None:
        found["dcat:byteSize"] = {"@type": "xsd:nonNegativeInteger", "@value": str(file.size)}
    return found


def _texts(text: Text) -> list[Json]:
    found = [{"@language": "vi", "@value": text.vi}]
    return [*found, {"@language": "en", "@value": text.en}] if text.en else found


def _agent(name: Text) -> Json:
    return {"@type": "foaf:Organization", "foaf:name": _texts(name)}


def _day(day: date) -> Json:
    return {"@type": "xsd:date", "@value": day.isoformat()}


_KEYS: dict[TableName, list[str]] = {
    "figures": ["unit", "part", "code"],
    "units": ["unit"],
    "opinions": ["row", "unit"],
    "dialogues": ["row", "unit"],
}


def csvw(table: TableName, file_name: str, licence: Licence) -> Json:
    """The schema of a table for the CSV `file_name` that lies beside it."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "vi"}],
        "url": file_name,
        "dc:title": {"vi": TITLES[table].vi, "en": TITLES[table].en},
        "dc:license": {"@id": licence.uri},
        "dc:conformsTo": SCHEMA,
        "dialect": {"delimiter": ",", "encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {"columns": [_column(column) for column in TABLES[table]], "primaryKey": _KEYS[table]},
    }


def _column(column: Column) -> Json:
    found: Json = {
        "name": column.name,
        "titles": column.name,
        "dc:description": {"vi": column.about.vi, "en": column.about.en},
        "datatype": column.datatype,
        "required": column.required,
    }
    if column.codes and column.name != "trust_levels":
        found["datatype"] = {"base": "string", "format": "|".join(known_codes(column.codes))}
    return found
