import type { Words } from "./words.en";

export const words: Words = {
  "settings.title": "Definições",
  "settings.business": "Empresa",
  "settings.name": "Nome",
  "settings.nameHelp": "Um administrador da plataforma pode mudar o nome; o nome curto fica.",
  "settings.slug": "Nome curto, em endereços",
  "settings.modelsLead": "Que modelo de linguagem responde, e com a chave de quem.",
  "settings.toModels": "Escolher modelos",
  "settings.limits": "O que a empresa pode usar",
  "settings.tokens": "Tokens de hoje",
  "settings.tokensOf": "{used} de {most}",
  "settings.messages": "Mensagens por minuto",
  "settings.runs": "Respostas ao mesmo tempo",
  "settings.limitsHelp": "O dia começa à meia-noite UTC. Os limites são definidos por um administrador da plataforma.",
};
