"""Every metric of every service, declared in one place: `/metrics` and the docs have these and no others.

`DECLARED` has them all, in the order of the docs. What a process has not met yet has no series in it.
"""

from typing import Any

from shared import topology
from shared.messages.contests import MOST_ARMS
from shared.telemetry.kinds import Counter, Gauge, Histogram, Info, Label, Metric

SERVICE = Label("service", most=16, of="names of processes, such as `generator-base`")
TOPIC = Label("topic", tuple(topic.name for topic in topology.TOPICS), of="the topics of [the flow](flow.md)")
GROUP = Label("group", most=32, of="consumer groups without their prefix")
ARM = Label("arm", most=4 * MOST_ARMS, of="arms of contests")
STAGE = Label("stage", ("ingested", "embedded", "stored", "announced", "in_all"))
STATUS = Label("status", ("answered", "abstained", "failed", "skipped"))
FAILURE = Label("kind", (
    "no_adapter", "deadline", "prompt_too_long", "special_token", "out_of_memory", "empty", "misconfigured", "skipped",
    "timeout", "rate_limited", "server_error", "unreachable", "cut", "garbled", "refused",
))  # fmt: skip
RECEIVED = ("taken", "repeated", "late", "superseded", "too_many")

READY = Gauge("tiltyard_ready", "1 while the service consumes", (SERVICE,), watch="0 for minutes after a start")
STANDS_STILL = Gauge(
    "tiltyard_stands_still", "1 while records wait and the group has committed none for minutes", (SERVICE,),
    watch="1",
)  # fmt: skip
RECORDS = Counter(
    "tiltyard_records", "Records taken from topics", (SERVICE,), "records", "standing still while the topic grows"
)
LAG_RECORDS = Gauge(
    "tiltyard_lag_records", "Records of a topic that a group has not committed", (GROUP, TOPIC), "records", "rising"
)
LAG_SECONDS = Gauge(
    "tiltyard_lag_seconds", "Age of the oldest record of a topic that a group has not committed; 0: none waits",
    (GROUP, TOPIC), "seconds", "rising",
)  # fmt: skip
QUEUE_SECONDS = Histogram(
    "tiltyard_queue_seconds", "From the broker's append time of a record until a service takes it", (SERVICE,),
    "seconds", "far above the time of a batch: too few processes",
)  # fmt: skip
BATCH_SECONDS = Histogram(
    "tiltyard_batch_seconds", "Work on one batch, from its handling until it is stored", (SERVICE,), "seconds",
    "a rising mean",
)  # fmt: skip
PRICE = Gauge(
    "tiltyard_price_per_hour", "What an hour of this machine costs by the settings; unset where they do not say",
    (Label("currency", most=1, of="`TILTYARD_COST_CURRENCY`"),), "per_hour",
    "with the rate of `tiltyard_batch_seconds_sum`: what work costs",
)  # fmt: skip

BURIED = Counter("tiltyard_buried", "Records put among the dead letters", (SERVICE, TOPIC), "records", "any increase")
LOST = Counter(
    "tiltyard_lost_records", "Records that left their topic before the service had read them",
    (SERVICE, TOPIC, Label("partition", most=1_024, of="numbers of partitions")), "records", "above 0",
)  # fmt: skip
DEAD_SHARE = Gauge(
    "tiltyard_dead_share", "Share of dead letters among the records of the last five minutes", (SERVICE,), "ratio",
    "0.1 or more",
)  # fmt: skip
NEAR_DUPLICATES = Counter(
    "tiltyard_near_duplicates", "Documents found to reprint another one, by what was done",
    (Label("policy", ("keep", "drop", "replace")),), "documents",
)  # fmt: skip

FRESHNESS_SECONDS = Histogram(
    "tiltyard_freshness_seconds", "Each stage on a revision's way, and all of it, as its announcement tells; counted "
    "by retrievers that follow", (STAGE,), "seconds", "`in_all` above what you promise; the stage that grew",
)  # fmt: skip
VIEW_CHUNKS = Gauge("tiltyard_view_chunks", "Chunks in the sparse view", (), "chunks", "falling")
VIEW_LAG = Gauge(
    "tiltyard_view_lag_records", "Announcements that the view had not read when a question came", (), "records",
    "above 0 for long",
)  # fmt: skip
VIEW_REBUILD = Gauge("tiltyard_view_rebuild_seconds", "Time from start to a complete view", (), "seconds")
VIEW_WAIT = Gauge("tiltyard_view_wait_seconds", "How long the last question waited for the view", (), "seconds")
VIEW_REFRESHED = Counter(
    "tiltyard_view_refreshed_documents", "Documents read ahead of their announcement", (), "documents"
)
UNSETTLED = Gauge(
    "tiltyard_unsettled_documents", "Announced documents that not every copy is known to hold", (), "documents",
    "rising, or above 0 for hours: repair the node",
)  # fmt: skip
HELD_BYTES = Gauge("tiltyard_held_vectors_bytes", "Memory of the vectors of unsettled documents", (), "bytes")
UNSETTLED_LEFT_OUT = Gauge(
    "tiltyard_unsettled_left_out", "Unsettled documents without room here; evidence is stale", (), "documents",
    "above 0",
)  # fmt: skip
UNSETTLED_LET_GO = Counter(
    "tiltyard_unsettled_let_go", "Unsettled documents beyond 100,000 that are followed no longer", (), "documents",
    "any increase: repair the node",
)  # fmt: skip
STALE = Counter("tiltyard_stale_questions", "Questions answered before the view had caught up", (), "", "any increase")

ANSWERS = Counter(
    "tiltyard_answers", "Answers of an arm: answered, abstained, failed or not asked", (ARM, STATUS), "",
    "the share of `abstained` or `failed` rising",
)  # fmt: skip
FAILURES = Counter(
    "tiltyard_failures", "Failed answers of an arm by the kind of failure", (ARM, FAILURE), "",
    "`unreachable`, `timeout`, `out_of_memory`, `misconfigured`",
)  # fmt: skip
TOKENS = Counter(
    "tiltyard_tokens", "Tokens of prompts and of completions", (ARM, Label("direction", ("prompt", "completion"))),
    "tokens", "what a server bills",
)  # fmt: skip
ADAPTER = Info(
    "tiltyard_adapter_info", "The adapter in force in each track of a worker",
    (SERVICE, Label("track", most=16, of="tracks of adapters"), Label("adapter", most=1, of="one at a time")),
    watch="none, or another one on another worker",
)  # fmt: skip
CONTEST = Info(
    "tiltyard_contest_info", "The contest that was announced last, as a process knows it",
    (Label("contest", most=1, of="one at a time"),), watch="more than one over all services for minutes",
)  # fmt: skip
ENCODER = Info(
    "tiltyard_encoder_info", "The encoder that serves",
    (SERVICE, Label("encoder", most=1, of="one at a time")), watch="different ones in embedder and retriever",
)  # fmt: skip
PREFIX_BYTES = Gauge(
    "tiltyard_prefix_cache_bytes", "Memory of the keys and values that a worker keeps", (), "bytes",
    "at `TILTYARD_GENERATOR_CACHE_MIB`: caches push each other out",
)  # fmt: skip
PREFIX_TOKENS = Gauge("tiltyard_prefix_cache_tokens", "Tokens whose keys and values a worker keeps", (), "tokens")
PREFIX_CHANGES = Counter(
    "tiltyard_prefix_cache_changes", "Changes of kept preambles",
    (Label("change", ("built", "appended", "rebuilt", "let_go")),), watch="`let_go` rising",
)  # fmt: skip
PREFIX_COMPUTED = Counter(
    "tiltyard_prefix_cache_computed_tokens", "Tokens computed to be kept", (), "tokens",
    "rising faster than news comes in",
)  # fmt: skip

SCORER_ANSWERS = Counter(
    "tiltyard_scorer_answers", "Answers by how the scorer received them", (Label("reception", RECEIVED),),
    watch="`late` rising: arms are too slow for their deadlines",
)  # fmt: skip
SCORER_FEEDBACK = Counter(
    "tiltyard_scorer_feedback", "References, votes and verdicts by how they were received",
    (Label("kind", ("references", "vote", "verdicts")), Label("reception", (*RECEIVED, "dropped"))),
    watch="any `dropped` or `too_many`",
)  # fmt: skip
SCORER_RESULTS = Counter(
    "tiltyard_scorer_results", "Results announced", (Label("because", ("complete", "deadline", "feedback")),),
    watch="`deadline` rising",
)  # fmt: skip
SCORER_UNDELIVERED = Counter(
    "tiltyard_scorer_undelivered", "Records read from a topic since the group did not deliver them", (), "records",
    "rising at other times than after a start or a rebalance: results come some seconds late",
)  # fmt: skip
SCORER_UNCOUNTABLE = Counter(
    "tiltyard_scorer_votes_uncountable", "Votes on an arm that has no answer in the result", (), "",
    "rising: votes on arms that did not answer",
)  # fmt: skip

DECLARED: tuple[Metric[Any], ...] = tuple(value for value in dict(globals()).values() if isinstance(value, Metric))
