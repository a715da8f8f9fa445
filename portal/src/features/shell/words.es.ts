import type { Words } from "./words.en";

export const words: Words = {
  "shell.skip": "Ir al contenido",
  "shell.title": "Menú principal",
  "shell.more": "Más",
  "shell.narrow": "Estrechar el menú",
  "shell.widen": "Ensanchar el menú",
  "shell.close": "Cerrar",
  "shell.unread": "Mensajes nuevos",
  "shell.account": "Cuenta",
  "shell.language": "Idioma",
  "shell.business": "Empresa",
  "shell.strange": "No perteneces a esta empresa.",
  "shell.strangeLead": "Pide a uno de sus administradores que te invite, o sigue en una de las tuyas:",
  "shell.practice.label": "Modelo de práctica",
  "shell.practice.lead": "Modelo de práctica: muestra el camino, no la calidad.",
  "shell.practice.how": "Conecta uno de verdad",
  "shell.practice.settings":
    "Quien administra Konstruct lo inicia con estos ajustes de un modelo compatible con OpenAI:",
  "shell.nowAdmin": "Ahora eres administrador de {business}.",
  "shell.nowOperator": "Ahora eres operador en {business}.",
};
