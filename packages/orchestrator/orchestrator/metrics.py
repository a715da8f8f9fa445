"""What a worker counts: what waits for all workers, and what this one does."""

from prometheus_client import Counter, Gauge, Histogram

from orchestrator.llm import Usage

# What waits, as PostgreSQL and the broker have it: the same on every worker, so take the maximum.
RUNS = Gauge("konstruct_runs", "Unfinished runs of the installation.", ["state"])
OLDEST_PENDING = Gauge(
    "konstruct_oldest_pending_run_seconds",
    "How long the oldest run that could be worked on has waited since its message was stored.",
)
OLDEST_NUDGE = Gauge(
    "konstruct_oldest_nudge_seconds",
    "How long the run that is longest due for a nudge has been due: how late the sweep is.",
)
WORKERS = Gauge("konstruct_workers", "Workers whose lease holds.")
BROKER_QUEUE = Gauge("konstruct_broker_queue_length", "Nudges in the broker's queue.")

# What this worker does.
IN_HAND = Gauge("konstruct_runs_in_hand", "Runs this worker works on now.")
WAITING_HERE = Gauge(
    "konstruct_runs_waiting_for_place",
    "Nudges this worker holds until one of its places is free and it is their tenant's turn.",
)
TASKS = Counter(
    "konstruct_nudges_received_total",
    "Nudges by what they led to: claimed, or nothing, as for one already answered.",
    ["result"],
)
FINISHED = Counter("konstruct_runs_finished_total", "Outcomes stored.", ["status"])
RETRIED = Counter(
    "konstruct_runs_retried_total",
    "Claims with an attempt above the first: the one before died, left or lost its lease.",
)
LOST = Counter("konstruct_runs_lost_total", "Runs another worker took over from this one.")
TRIED_AGAIN = Counter(
    "konstruct_runs_tried_again_total",
    "Answers that failed on an outside channel and are tried again after a pause.",
)
MODEL_FAILURES = Counter("konstruct_model_failures_total", "Answers that failed.", ["kind"])
TOKENS = Counter("konstruct_tokens_total", "Tokens, as models report them.", ["direction"])
PIECES = Counter("konstruct_pieces_total", "Pieces of text that models' answers came in.")
DELIVERIES = Counter(
    "konstruct_deliveries_total",
    "Sends to platforms by channel and what came of them: sent, later, refused, failing, notsent, "
    "unsure.",
    ["channel", "verdict"],
)
ACCOUNTS_SERVED = Gauge("konstruct_accounts_served", "Accounts this worker sends for now.")
ACCOUNTS_LISTENED_TO = Gauge("konstruct_accounts_listened_to", "Accounts this worker asks.")
HEARD = Counter(
    "konstruct_heard_total",
    "Events of platforms that this worker asked for, by what came of them.",
    ["channel", "became"],
)
JOBS = Counter("konstruct_jobs_total", "Jobs ended, by kind and state.", ["kind", "state"])
SWEEP_NUDGES = Counter("konstruct_sweep_nudges_total", "Runs the sweep had to nudge again.")
STAGE = Histogram(
    "konstruct_run_stage_seconds",
    "Where a run's time goes; first_token is part of model.",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 120),
)

STAGES = ("queued", "claim", "context", "first_token", "model", "store", "publish")
_STAGE = {stage: STAGE.labels(stage) for stage in STAGES}
_FINISHED = {status: FINISHED.labels(status) for status in ("complete", "stopped", "failed")}
_TOKENS_IN, _TOKENS_OUT = TOKENS.labels("input"), TOKENS.labels("output")
CLAIMED, NOTHING_TO_DO = TASKS.labels("claimed"), TASKS.labels("nothing")


def took(stage: str, seconds: float) -> None:
    _STAGE[stage].observe(seconds)


def claimed(attempt: int) -> None:
    CLAIMED.inc()
    if attempt > 1:
        RETRIED.inc()


def finished(status: str, error_code: str | None, usage: Usage, pieces: int) -> None:
    """An outcome is stored and told."""
    _FINISHED[status].inc()
    if status == "failed":
        MODEL_FAILURES.labels(error_code or "failed").inc()
    if usage.input_tokens:
        _TOKENS_IN.inc(usage.input_tokens)
    if usage.output_tokens:
        _TOKENS_OUT.inc(usage.output_tokens)
    if pieces:
        PIECES.inc(pieces)
