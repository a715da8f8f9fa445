"""Headers that every HTTP response carries, on every port, unless it sets its own.

With them, browsers do not guess another content type, do not send a referrer to other sites, and
caches keep nothing. A response that turns out to be a page can load nothing and be framed by
nobody.
"""

ON_EVERY_ANSWER = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
