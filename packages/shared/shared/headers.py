"""What every answer over HTTP carries, on every port, unless it has its own.

No answer is guessed to be of another type than it says, tells another site where its reader was,
or is kept by a cache; and one that turns out to be a page can load nothing and be framed by nobody.
"""

ON_EVERY_ANSWER = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
