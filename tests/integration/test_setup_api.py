"""The first run over REST: a draft from what is read, an employee, and what it cannot answer."""

import httpx
import psycopg

from tests.support import knowledge
from tests.support.people import World

TEXT = "Repairs cost 45 euros and take half an hour.\n\nWe are open from nine to six."


async def test_an_employee_is_drafted_hired_with_all_there_is_to_read_and_tried(
    api: httpx.AsyncClient, acme: World, superuser: psycopg.Connection
) -> None:
    await knowledge.learn(acme.id, "bikes.md", TEXT)
    superuser.execute(
        "UPDATE knowledge_chunks SET heading = 'Bikes › Repairs' WHERE tenant_id = %s AND n = 0",
        [acme.id],
    )
    superuser.commit()
    path, headers = f"/api/portal/tenants/{acme.id}/setup", acme.admin.headers
    asked = {"template": "support", "locale": "en"}
    drafted = (await api.post(f"{path}/draft", json=asked, headers=headers)).json()
    assert drafted["questions"][0] == "What about repairs?"
    assert len(drafted["questions"]) >= 8
    assert drafted["starters"] == drafted["questions"][:3]
    refused = await api.post(f"{path}/draft", json=asked, headers=acme.anna.headers)
    assert refused.status_code == 403

    given = drafted | {"company": "Acme", "questions": ["What about repairs?", "Who is king?"]}
    hired = await api.post(f"{path}/employee", json=given, headers=headers)
    assert hired.status_code == 201, hired.text
    assert hired.json()["published_version"] == 1
    again = await api.post(f"{path}/employee", json=given, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")

    tried = await api.post(f"{path}/try", json={"agent_id": hired.json()["id"]}, headers=headers)
    assert tried.json()["known"] == 1
    assert [(each["known"], each["title"]) for each in tried.json()["items"]] == [
        (True, "bikes.md"),
        (False, None),
    ]
