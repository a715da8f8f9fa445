"""Seeing inside: canary, metrics, log."""

from shared.config.kinds import CheckedSettings, Host, LogLevel, Port, SentKey


class TelemetrySettings(CheckedSettings):
    """What is measured and logged, and where it is shown."""

    canary_interval_s: float = 5.0
    """How often a gateway sends a task the way of every message, when the last has come back."""
    canary_timeout_s: float = 15.0
    """One that is out so long says that nobody is answered."""
    backlog_interval_s: float = 5.0
    """How often a worker looks at what waits for all of them."""
    metrics_port: Port | None = None
    """Where this process shows `/metrics`, `/healthz` and `/readyz`; 0 takes any free port."""
    metrics_host: Host = "127.0.0.1"
    """Figures tell how much business is done: whoever may not know must not reach the port."""
    metrics_token: SentKey | None = None
    """Asked for as a bearer token if set; without it the gateway's own port shows no figures."""
    log_level: LogLevel = "INFO"
    log_json: bool = True
