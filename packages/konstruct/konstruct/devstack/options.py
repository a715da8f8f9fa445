"""What a person can choose for `konstruct up`."""

from dataclasses import dataclass
from pathlib import Path

from shared.origins import host_of, spelled

_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104


@dataclass(frozen=True)
class UpOptions:
    data_dir: Path
    port: int
    host: str = "127.0.0.1"
    demo: bool | None = None
    """None: in a database that `up` makes, and in no other."""
    browser: bool = True
    """Open one, where there is one and somebody looks."""

    @property
    def probe_host(self) -> str:
        """The address at which this machine itself reaches it."""
        host = _EVERY_ADDRESS.get(self.host, self.host)
        try:
            return host_of(host)
        except ValueError:
            return host  # listening there will tell what is wrong with it

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        return spelled("http", self.probe_host, self.port)
