"""A line to Valkey that makes a worker deaf: Valkey answers, but hands out no task."""

import asyncio

from tests.support.line import Line

NOTHING_TO_DO = b"*-1\r\n"
ASKED_AGAIN_S = 0.2


class DeafLine(Line):
    """Forwards everything until `deaf` is set."""

    deaf = False

    async def asked(
        self, said: bytes, to_server: asyncio.StreamWriter, to_client: asyncio.StreamWriter
    ) -> None:
        if self.deaf and b"BLMPOP" in said:
            await asyncio.sleep(ASKED_AGAIN_S)
            to_client.write(NOTHING_TO_DO)
        else:
            to_server.write(said)
