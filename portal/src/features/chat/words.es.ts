import type { Words } from "./words.en";

export const words: Words = {
  "chat.title": "Chat",
  "chat.employees": "Tus empleados",
  "chat.choose": "Elige un empleado con quien hablar.",
  "chat.failed": "No se han podido cargar tus empleados.",
  "chat.unread": "Mensajes nuevos",
  "chat.askToHire": "Un administrador de {business} puede contratar a uno.",
};
