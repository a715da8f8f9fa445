import type { Words } from "./words.en";

export const words: Words = {
  "shell.skip": "Saltar para o conteúdo",
  "shell.title": "Menu principal",
  "shell.more": "Mais",
  "shell.narrow": "Estreitar o menu",
  "shell.widen": "Alargar o menu",
  "shell.close": "Fechar",
  "shell.unread": "Mensagens novas",
  "shell.account": "Conta",
  "shell.language": "Idioma",
  "shell.business": "Empresa",
  "shell.strange": "Não pertence a esta empresa.",
  "shell.strangeLead": "Peça a um dos seus administradores que o convide, ou continue numa das suas:",
  "shell.practice.label": "Modelo de prática",
  "shell.practice.lead": "Modelo de prática: mostra o caminho, não a qualidade.",
  "shell.practice.how": "Ligar um a sério",
  "shell.practice.settings":
    "Quem administra o Konstruct inicia-o com estas definições de um modelo compatível com a OpenAI:",
  "shell.nowAdmin": "É agora administrador de {business}.",
  "shell.nowOperator": "É agora operador em {business}.",
};
