"""Why an address is not asked, or its answer not read."""

import httpx2


class EgressRefused(httpx2.TransportError):
    """`code` is for programs, the sentence for the tenant: it tells nothing of what is inside."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
