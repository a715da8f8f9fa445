import type { Words } from "./words.en";

export const words: Words = {
  "settings.title": "Ajustes",
  "settings.business": "Empresa",
  "settings.name": "Nombre",
  "settings.nameHelp": "Un administrador de la plataforma puede cambiar el nombre; el nombre corto se queda.",
  "settings.slug": "Nombre corto, en direcciones",
  "settings.modelsLead": "Qué modelo de lenguaje responde, y con la clave de quién.",
  "settings.toModels": "Elegir modelos",
  "settings.limits": "Lo que puede usar la empresa",
  "settings.tokens": "Tokens de hoy",
  "settings.tokensOf": "{used} de {most}",
  "settings.messages": "Mensajes por minuto",
  "settings.runs": "Respuestas a la vez",
  "settings.limitsHelp": "El día empieza a medianoche UTC. Los límites los pone un administrador de la plataforma.",
};
