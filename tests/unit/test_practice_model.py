"""While the model that comes along answers, the pages can say so."""

from uuid import uuid4

import pytest
from shared.api.agents import AgentOut
from shared.models import Agent


@pytest.mark.parametrize("practises", [True, False])
def test_every_agent_says_whether_the_practice_model_answers(
    settings_of_its_own: pytest.MonkeyPatch, practises: bool
) -> None:
    settings_of_its_own.setenv("KONSTRUCT_LLM_PRACTICE", str(practises))
    ada = Agent(
        id=uuid4(),
        tenant_id=uuid4(),
        name="Ada",
        role="",
        status="active",
        greeting="",
        starters=[],
    )
    assert AgentOut.model_validate(ada).practice is practises
