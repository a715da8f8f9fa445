"""A refresh's answer that comes late must not put an older token over a newer one."""

import re

from shared.identity.sessions import REFRESH_GRACE_S

from tests.support.servers import ROOT


def test_the_page_gives_a_call_up_before_another_token_is_given_for_the_same() -> None:
    request = (ROOT / "portal" / "src" / "wire" / "request.ts").read_text()
    timeout = re.search(r"TIMEOUT_MS = ([\d_]+);", request)
    assert timeout
    assert int(timeout[1].replace("_", "")) / 1000 < REFRESH_GRACE_S
