"""Settings of canary, metrics and log."""

from shared.config.kinds import CheckedSettings, Host, LogLevel, Port, SentKey


class TelemetrySettings(CheckedSettings):
    """What is measured and logged, and where it is shown."""

    canary_interval_s: float = 5.0
    """How often a gateway sends a canary, once the last one is back."""
    canary_timeout_s: float = 15.0
    """A canary that is out for longer turns red: no message would be answered."""
    backlog_interval_s: float = 5.0
    """How often a worker measures the queue that all workers share."""
    metrics_port: Port | None = None
    """Port of this process for `/metrics`, `/healthz` and `/readyz`; 0 takes any free port."""
    metrics_host: Host = "127.0.0.1"
    """Metrics tell how much business is done, so only those who may know must reach the port."""
    metrics_token: SentKey | None = None
    """Bearer token for metrics. Without it, the gateway's own port shows none."""
    log_level: LogLevel = "INFO"
    log_json: bool = True
