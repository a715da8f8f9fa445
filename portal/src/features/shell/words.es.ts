import type { Words } from "./words.en";

export const words: Words = {
  "shell.skip": "Ir al contenido",
  "shell.title": "Tus empleados",
  "shell.open": "Mostrar empleados",
  "shell.close": "Cerrar",
  "shell.failed": "No se han podido cargar tus empleados.",
  "shell.unread": "Mensajes nuevos",
  "shell.account": "Cuenta",
  "shell.language": "Idioma",
  "shell.business": "Empresa",
  "shell.practice.label": "Modelo de práctica",
  "shell.practice.lead": "Modelo de práctica: muestra el camino, no la calidad.",
  "shell.practice.how": "Conecta uno de verdad",
  "shell.practice.settings":
    "Quien administra Konstruct lo inicia con estos ajustes de un modelo compatible con OpenAI:",
  "shell.nowAdmin": "Ahora eres administrador de {business}.",
  "shell.nowOperator": "Ahora eres operador en {business}.",
  "shell.manage": "Gestionar la empresa",
};
