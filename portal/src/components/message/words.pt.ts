import type { Words } from "./words.en";

export const words: Words = {
  "message.loadingOlder": "A carregar mensagens anteriores…",
  "message.failed": "Esta resposta falhou.",
  "message.colleague": "Um colega",
  "message.retry": "Tentar de novo",
  "message.stopped": "Interrompida",
  "message.cut": "Esta resposta chegou ao limite de tamanho e foi cortada aqui.",
  "message.goOn": "Continue",
  "message.copyAnswer": "Copiar resposta",
  "message.copyCode": "Copiar código",
  "message.image": "Imagem: {name}",
  "message.sources": "Fontes",
  "message.page": "Página {page}",
  "message.openSource": "Ver no documento",
  "error.taken_over": "Um colega assumiu a conversa antes de esta resposta terminar.",
  "error.gave_up": "Não foi possível escrever a resposta.",
  "error.internal_error": "A resposta falhou por um erro nosso.",
  "error.model_failed": "O modelo de linguagem não conseguiu responder. Tente de novo.",
  "error.model_unreachable":
    "Agora não é possível contactar o modelo de linguagem. Tente de novo daqui a pouco.",
  "error.model_busy":
    "O modelo de linguagem tem trabalho a mais agora. Tente de novo daqui a um minuto.",
  "error.model_busy_in":
    "O modelo de linguagem tem trabalho a mais agora. Tente de novo daqui a {wait}.",
  "error.model_unreachable_in":
    "Agora não é possível contactar o modelo de linguagem. Tente de novo daqui a {wait}.",
  "error.model_broken_in":
    "O serviço do modelo de linguagem comunicou um erro. Tente de novo daqui a {wait}.",
  "error.model_broken":
    "O serviço do modelo de linguagem comunicou um erro. Tente de novo daqui a pouco.",
  "error.model_silent": "O modelo de linguagem não começou a responder a tempo. Tente de novo.",
  "error.model_stalled": "O modelo de linguagem parou a meio da resposta. Tente de novo.",
  "error.model_too_slow": "A resposta demorou demasiado. Tente de novo ou peça algo mais curto.",
  "error.model_cut": "A ligação ao modelo de linguagem caiu durante a resposta. Tente de novo.",
  "error.model_garbage": "O serviço do modelo de linguagem enviou algo ilegível. Tente de novo.",
  "error.model_empty":
    "O modelo de linguagem deu uma resposta vazia. Tente de novo ou diga de outra forma.",
  "error.model_key_refused":
    "O serviço do modelo de linguagem recusou-nos o acesso. Quem administra o Konstruct pode resolvê-lo: a chave está em KONSTRUCT_LLM_API_KEY, e «konstruct doctor» verifica-a.",
  "error.model_unknown":
    "O modelo de linguagem pedido não existe. Escolha outro nas definições do funcionário, ou peça a quem administra o Konstruct que configure KONSTRUCT_LLM_MODEL.",
  "error.model_rejected":
    "O serviço do modelo de linguagem não aceitou esta conversa. Uma mensagem mais curta ou começar de novo pode ajudar.",
  "error.model_declined":
    "O modelo de linguagem recusou-se a responder a isto. Dizê-lo de outra forma pode ajudar.",
  "error.model_endless": "A resposta ficou mais longa do que o permitido. Peça algo mais curto.",
  "error.model_not_paid":
    "A quota ou o crédito no serviço do modelo de linguagem esgotou-se. Quem administra o Konstruct pode verificar lá a conta.",
  "error.model_not_there":
    "No endereço configurado não há nenhum modelo de linguagem. Quem administra o Konstruct pode resolvê-lo: KONSTRUCT_LLM_BASE_URL acaba muitas vezes em /v1, e «konstruct doctor» verifica-o.",
  "error.model_moved":
    "O endereço do modelo de linguagem leva a outro. Quem administra o Konstruct pode pôr esse outro em KONSTRUCT_LLM_BASE_URL; «konstruct doctor» verifica-o.",
  "error.model_too_long":
    "Isto é mais do que o modelo de linguagem consegue ler de uma vez. Envie uma mensagem mais curta ou comece uma conversa nova.",
  "error.model_only_thought":
    "O modelo de linguagem gastou a pensar todo o comprimento que pode usar, antes de dizer algo. Peça menos de uma vez; quem administra o Konstruct pode aumentar o limite, KONSTRUCT_LLM_MAX_ANSWER_TOKENS.",
};
