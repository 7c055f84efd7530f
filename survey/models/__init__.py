"""Tables and constraints; no queries, no rules beyond what the database itself can refuse."""

from survey.models.api_key import ApiKey, ApiKeyRole
from survey.models.audit import ACTOR_KINDS, AuditEntry
from survey.models.base import Base, UtcDateTime
from survey.models.collector import CHANNELS, RESPONDENT_GROUPS, Collector, CollectorScan
from survey.models.comment import Comment, CommentMark
from survey.models.cross_tally import CrossRun, CrossTally
from survey.models.import_run import ImportDraft, ImportedResponse, ImportRun
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
from survey.models.paper import BATCH_STATES, BatchResponse, PaperBatch, PaperEntry, PaperResolution
from survey.models.place_upload import UPLOAD_KINDS, PlaceUpload
from survey.models.questionnaire import Choice, Question, Questionnaire, Scope, ScopeItem
from survey.models.questionnaire_draft import (
    DRAFT_STATES,
    QUESTION_CHANGES,
    CoreSection,
    QuestionContinuity,
    QuestionnaireDraft,
    QuestionnaireOrigin,
)
from survey.models.response import (
    Answer,
    FlagNote,
    Response,
    ResponseConflict,
    ResponseFlag,
    SeveralAnswer,
    TextAnswer,
)
from survey.models.service import ProcedureField, Service
from survey.models.triggers import TRIGGERS
from survey.models.unit import UNIT_KINDS, Counter, TransactionCorrection, TransactionCount, Unit
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
from survey.models.webhook import (
    TEST_EVENT,
    WEBHOOK_EVENTS,
    Webhook,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEvent,
)

__all__ = [
    "ACTOR_KINDS",
    "BATCH_STATES",
    "CHANNELS",
    "DRAFT_STATES",
    "QUESTION_CHANGES",
    "RESPONDENT_GROUPS",
    "TEST_EVENT",
    "TRIGGERS",
    "TRUST_LEVELS",
    "UNIT_KINDS",
    "UPLOAD_KINDS",
    "WAVE_STATES",
    "WEBHOOK_EVENTS",
    "Answer",
    "ApiKey",
    "ApiKeyRole",
    "AuditEntry",
    "Base",
    "BatchResponse",
    "Choice",
    "Collector",
    "CollectorScan",
    "Comment",
    "CommentMark",
    "CoreSection",
    "Counter",
    "CrossRun",
    "CrossTally",
    "FlagNote",
    "ImportDraft",
    "ImportRun",
    "ImportedResponse",
    "ItemTally",
    "KeptStatistic",
    "PaperBatch",
    "PaperEntry",
    "PaperResolution",
    "PlaceUpload",
    "ProcedureField",
    "Question",
    "QuestionContinuity",
    "Questionnaire",
    "QuestionnaireDraft",
    "QuestionnaireOrigin",
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
    "TransactionCorrection",
    "TransactionCount",
    "Unit",
    "UtcDateTime",
    "Wave",
    "WaveClosing",
    "WaveTrust",
    "WaveUnit",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEvent",
]
