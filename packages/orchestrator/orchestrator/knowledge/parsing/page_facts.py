"""What a page of the web says beside its text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Addresses are as the page writes them. `footer` is text as `parsed.py` describes it."""

    links: tuple[str, ...] = ()
    base: str = ""
    canonical: str = ""
    footer: str = ""
    wants_no_index: bool = False
    asks_password: bool = False
