import type { Words } from "./words.en";

export const words: Words = {
  "shell.skip": "Saltar para o conteúdo",
  "shell.title": "Os seus funcionários",
  "shell.open": "Mostrar funcionários",
  "shell.close": "Fechar",
  "shell.failed": "Não foi possível carregar os seus funcionários.",
  "shell.unread": "Mensagens novas",
  "shell.account": "Conta",
  "shell.language": "Idioma",
  "shell.business": "Empresa",
  "shell.practice.label": "Modelo de prática",
  "shell.practice.lead": "Modelo de prática: mostra o caminho, não a qualidade.",
  "shell.practice.how": "Ligar um a sério",
  "shell.practice.settings":
    "Quem administra o Konstruct inicia-o com estas definições de um modelo compatível com a OpenAI:",
  "shell.nowAdmin": "É agora administrador de {business}.",
  "shell.nowOperator": "É agora operador em {business}.",
  "shell.manage": "Gerir a empresa",
};
