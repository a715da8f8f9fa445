"""The options of `konstruct up`."""

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
    """None: yes for a database that `up` makes, no for any other."""
    browser: bool = True
    """Open a browser, if there is one and a person looks."""

    @property
    def probe_host(self) -> str:
        """The address at which this machine itself reaches it."""
        host = _EVERY_ADDRESS.get(self.host, self.host)
        try:
            return host_of(host)
        except ValueError:
            return host  # listening there will say what is wrong with it

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        return spelled("http", self.probe_host, self.port)
