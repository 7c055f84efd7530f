"""What documents to issue and their states are called, and what is answered to whoever verifies one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

KINDS: dict[str, LazyString] = {
    "province_report": _l("Report of the whole province"),
    "unit_report": _l("Report of a unit"),
    "unit_profile": _l("One-page profile of a unit"),
    "publication_decision": _l("Decision on publication"),
    "unit_letter": _l("Letter to a unit"),
    "emulation_communes": _l("Submission on rewards: communes and wards"),
    "emulation_departments": _l("Submission on rewards: departments"),
}
# What each kind is for; those that most sets hold are ticked from the beginning.
ABOUT_KINDS: dict[str, LazyString] = {
    "province_report": _l("The report to be signed, with the annex tables as XLSX and a DOCX to be worked on."),
    "unit_report": _l("The whole result of each unit, several pages each, for its own use and its public page."),
    "unit_profile": _l("A page a unit: verdict, rank, factors, work of the period."),
    "publication_decision": _l("A draft of the decision, with blanks for number, date and grounds."),
    "unit_letter": _l("The result of each unit as a letter, with what is asked of it by the verdict."),
    "emulation_communes": _l(
        "The fixed proposal list of the emulation that rests on this wave; none, where none is fixed."
    ),
    "emulation_departments": _l("The same for departments and equivalent bodies."),
}
# Why a set that was asked for a kind holds none of it.
_NO_LIST = _l("No proposal list of an emulation that rests on this wave was fixed when the set was asked for.")
WHY_NONE: dict[str, LazyString] = {"emulation_communes": _NO_LIST, "emulation_departments": _NO_LIST}
NO_SUCH_UNIT = _l("The wave has no unit that it would be about.")
# Files that are made along with a document.
COPIES: dict[str, LazyString] = {
    "docx": _l("The report, to be edited before issue"),
    "xlsx": _l("Annex tables of all units"),
}
USUAL_KINDS = ("province_report", "unit_profile")
# Documents whose wording an office may edit, and what fills their placeholders (reports.official_texts).
TEXTS: dict[str, LazyString] = {"letter": _l("Letter to a unit"), "decision": _l("Decision on publication")}
PLACEHOLDERS: dict[str, LazyString] = {
    "place": _l("the unit that the document is about"),
    "wave": _l("the name of the wave"),
    "period": _l("the period of the wave"),
    "percent": _l("the percentage of people satisfied"),
    "interval": _l("its 95% confidence interval"),
    "people": _l("how many people answered"),
    "target": _l("the target"),
    "weakest": _l("the items that satisfy least, with their percentages"),
    "issuer": _l("the issuing body"),
    "authority": _l("who decides in the name of the issuing body"),
    "province": _l("the unit at the top of the wave"),
    "units": _l("the number of units"),
    "met": _l("the number of units that met the target"),
    "not_met": _l("the number of units that did not meet it"),
    "open": _l("the number of units without enough evidence"),
}
STATES: dict[str, LazyString] = {
    "draft": _l("Not made yet"),
    "made": _l("Made, not signed"),
    "signed": _l("Signed"),
    "published": _l("Document published"),
    "withdrawn": _l("Withdrawn"),
}
RUN_STATES: dict[str, LazyString] = {
    "waiting": _l("Waiting"),
    "making": _l("Being made"),
    "made": _l("Complete"),
    "failed": _l("Incomplete"),
    "cancelled": _l("Stopped"),
}
# Why a document was not signed (survey.operations.signing).
NOT_SIGNED: dict[str, LazyString] = {
    "altered": _l("Its bytes are no longer those that were made, so it was not signed."),
    "outdated": _l("Its figures were corrected after it was made, so it was not signed."),
}
LANGUAGES: dict[str, LazyString] = {"vi": _l("Vietnamese"), "en": _l("English")}
# What was found out about a file (survey.analysis.verification): whether that is good, in a few words, what it means.
VERDICTS: dict[str, tuple[str, LazyString, LazyString]] = {
    "identical": ("good", _l("This is the published document, unchanged"), _l("Not one byte differs.")),
    "outdated": (
        "unsure",
        _l("Unchanged, but it does not hold any more"),
        _l(
            "It is the very file that was published. It was withdrawn or replaced since, or its figures were "
            "corrected: see below."
        ),
    ),
    "genuine": (
        "unsure",
        _l("Signed by the same signer and unchanged, but not the published file"),
        _l(
            "The signature is genuine and fits the content. Yet these are not the bytes that were published "
            "under this code: compare the content, or ask the unit that issued it."
        ),
    ),
    "other": (
        "bad",
        _l("This is another published document"),
        _l("The file is genuine, but it has another code."),
    ),
    "other_signer": (
        "bad",
        _l("Signed by somebody else"),
        _l("The signature fits the content, but its signer is not the one of the published document."),
    ),
    "appended": (
        "bad",
        _l("Something was added to the document after it was signed"),
        _l("Do not trust what it shows now. Download the published file below."),
    ),
    "broken": (
        "bad",
        _l("The document was changed after it was signed"),
        _l("The signature does not fit its content. Download the published file below."),
    ),
    "untrusted": (
        "bad",
        _l("The signature cannot be trusted"),
        _l(
            "Its certificate comes from no authority that this site knows, or it has expired. "
            "Anybody could have made it."
        ),
    ),
    "unsigned": (
        "bad",
        _l("The file carries no digital signature"),
        _l(
            "It is not the published document. A printout that was scanned, or a PDF that was saved anew, "
            "loses the signature; so does a forgery."
        ),
    ),
    "different": (
        "bad",
        _l("The digests differ"),
        _l("The file you computed it from is not the published one. Choose the file below to learn more."),
    ),
    "damaged": (
        "bad",
        _l("The file cannot be read"),
        _l("It is damaged, protected by a password, or was changed. It is not the published document."),
    ),
    "not_pdf": ("bad", _l("This is no PDF"), _l("Choose the PDF that you received, not a picture of it.")),
    "no_digest": (
        "unsure",
        _l("This is no SHA-256 digest"),
        _l("It has 64 characters, digits and letters from a to f. Nothing was compared."),
    ),
    "no_file": ("unsure", _l("No file was chosen"), _l("Choose the PDF first, then press the button.")),
    "too_large": (
        "unsure",
        _l("The file is too large"),
        _l("At most 20 MB are checked. No document of this site is that large."),
    ),
    "busy": (
        "unsure",
        _l("Other files are being checked just now"),
        _l("Nothing was checked. Please try again in a minute."),
    ),
}
