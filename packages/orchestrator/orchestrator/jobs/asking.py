"""The job that tries a question out: answered as a message would be, in no conversation."""

from shared.agents.rules import get_agent
from shared.config import settings
from shared.conversations.turns.claiming import AgentAtWork
from shared.db import TenantSession
from shared.errors import ConfigError, NotFound
from shared.knowledge import trials
from shared.knowledge.trials import Answered
from shared.models import Agent

from orchestrator.channels.port import Doing, Preview
from orchestrator.jobs.work import JobFailed, Result, Work
from orchestrator.llm import AgentDeps, AnswerLimits, ModelFailure, open_answer
from orchestrator.pipeline.answer import NOT_SET_UP
from orchestrator.pipeline.context import build_prompt
from orchestrator.pipeline.knowing import Knowing
from orchestrator.pipeline.timeline import Timeline

OVERALL_S = 60.0
WEB = "web"


async def ask(work: Work) -> Result:
    """What the employee would say is kept with the question. It acts with no tool."""
    try:
        trial = await trials.trial_of(work.tenant_id, work.subject)
        async with TenantSession(work.tenant_id) as session, session.transaction():
            agent = await get_agent(session, work.tenant_id, trial.agent_id)
    except NotFound as error:
        raise JobFailed(error.code, error.message) from None
    prompt = build_prompt(
        AgentAtWork(agent.name, agent.role, agent.instructions, agent.model), [], trial.question
    )
    knowing = Knowing(work.tenant_id, agent.id, WEB, str(trial.id), prompt)
    if agent.knows:
        await knowing.look_up()
    own = agent.model is not None or agent.model_chain is not None
    text = knowing.said_without_model(is_practice=settings.model.practice and not own)
    if text is None:
        text = await _spoken(work, agent, knowing)
    kept = knowing.grounding(text, agent.model or settings.model.name, Timeline())
    citations = kept.citations if kept else []
    await trials.answered(
        work.tenant_id, trial.id, Answered(text, knows=bool(citations), citations=citations)
    )
    return {"knows": bool(citations)}


async def _spoken(work: Work, agent: Agent, knowing: Knowing) -> str:
    """By the model. Raises JobFailed with a sentence."""
    assert work.worker is not None
    limits = AnswerLimits(
        first_byte_s=settings.model.first_byte_timeout_s,
        between_pieces_s=settings.model.between_pieces_timeout_s,
        overall_s=OVERALL_S,
        max_answer_tokens=settings.model.max_answer_tokens,
        max_answer_chars=settings.model.max_answer_chars,
        max_requests=1,
    )
    deps = AgentDeps(work.tenant_id, agent.id, thread_id=str(work.subject))
    heard = knowing.checked(_Heard())
    try:
        opened = (
            open_answer(work.worker.models.resolve(agent.model), knowing.prompt, deps, limits)
            if agent.model_chain is None
            else work.worker.own_keys.open_answer(
                work.tenant_id, agent.model_chain, knowing.prompt, deps, limits
            )
        )
        async with opened as spoken:
            async for piece in spoken:
                heard.add(piece.replace("\0", ""))
    except ModelFailure as error:
        raise JobFailed(error.code, error.message) from None
    except ConfigError:
        raise JobFailed("model_not_set_up", NOT_SET_UP) from None
    heard.complete()
    return heard.text


class _Heard(Preview):
    """Shown to nobody while it comes."""

    def __init__(self) -> None:
        self._text = ""

    @property
    def text(self) -> str:
        return self._text

    def add(self, piece: str) -> None:
        self._text += piece

    def begun(self, doing: Doing) -> None: ...

    def done(self, doing: Doing, *, failed: bool) -> None: ...

    def complete(self) -> None: ...

    def close(self) -> None: ...
