"""Reads the web for an employee: one page, the pages of a sitemap, or a site within bounds.

Politely: what robots.txt forbids is not asked for, and there is a pause between two pages. Only
through the guarded client (`orchestrator/egress`), so no address leads inside.
"""

from orchestrator.knowledge.web.fetching import NotRead, WebPage
from orchestrator.knowledge.web.reading import read_page
from orchestrator.knowledge.web.sites import Bounds, read_site

__all__ = ["Bounds", "NotRead", "WebPage", "read_page", "read_site"]
