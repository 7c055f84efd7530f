"""Tables and constraints; no queries, no rules beyond what the database itself can refuse."""

from survey.models.audit import ACTOR_KINDS, AuditEntry
from survey.models.base import Base, UtcDateTime
from survey.models.collector import CHANNELS, RESPONDENT_GROUPS, Collector, CollectorScan
from survey.models.import_run import ImportRun
from survey.models.ledger import (
    ItemTally,
    Release,
    ReleasedItemTally,
    ReleasedResponseTally,
    ReleasedScopeTally,
    ResponseTally,
    ScopeTally,
    Seal,
)
from survey.models.questionnaire import Choice, Question, Questionnaire, Scope, ScopeItem
from survey.models.response import (
    Answer,
    Response,
    ResponseConflict,
    ResponseFlag,
    SeveralAnswer,
    TextAnswer,
)
from survey.models.service import ProcedureField, Service
from survey.models.triggers import TRIGGERS
from survey.models.unit import UNIT_KINDS, Counter, TransactionCount, Unit
from survey.models.wave import (
    TRUST_LEVELS,
    WAVE_STATES,
    KeptStatistic,
    Target,
    Wave,
    WaveClosing,
    WaveTrust,
    WaveUnit,
)

__all__ = [
    "ACTOR_KINDS",
    "CHANNELS",
    "RESPONDENT_GROUPS",
    "TRIGGERS",
    "TRUST_LEVELS",
    "UNIT_KINDS",
    "WAVE_STATES",
    "Answer",
    "AuditEntry",
    "Base",
    "Choice",
    "Collector",
    "CollectorScan",
    "Counter",
    "ImportRun",
    "ItemTally",
    "KeptStatistic",
    "ProcedureField",
    "Question",
    "Questionnaire",
    "Release",
    "ReleasedItemTally",
    "ReleasedResponseTally",
    "ReleasedScopeTally",
    "Response",
    "ResponseConflict",
    "ResponseFlag",
    "ResponseTally",
    "Scope",
    "ScopeItem",
    "ScopeTally",
    "Seal",
    "Service",
    "SeveralAnswer",
    "Target",
    "TextAnswer",
    "TransactionCount",
    "Unit",
    "UtcDateTime",
    "Wave",
    "WaveClosing",
    "WaveTrust",
    "WaveUnit",
]
