"""The same chat as one would write it with Chainlit: ask the model, show the tokens.

It runs in Chainlit's own virtual environment and stores nothing.
"""

import json
import os

import chainlit as cl
import httpx

model = httpx.AsyncClient(
    base_url=os.environ["MODEL_URL"], timeout=60, limits=httpx.Limits(max_connections=1000)
)


@cl.on_message
async def answer(message: cl.Message) -> None:
    said = cl.Message(content="")
    asked = {
        "model": "scripted",
        "stream": True,
        "messages": [{"role": "user", "content": message.content}],
    }
    async with model.stream("POST", "/chat/completions", json=asked) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                choices = json.loads(line[6:])["choices"]
                if choices and (text := choices[0]["delta"].get("content")):
                    await said.stream_token(text)
    await said.update()
