import type { Words } from "./words.en";

export const words: Words = {
  "home.title": "Inicio",
  "home.talk": "Habla con tus empleados",
  "home.needs": "Lo que te espera",
  "home.nothing": "Nadie espera, y todos trabajan.",
  "home.paused": "{name} está en pausa.",
  "home.pausedWhy": "Los mensajes que le escriben se guardan, y nadie responde.",
  "home.toEmployees": "A los empleados",
  "home.hireWhy": "Un empleado responde a la gente en el chat, según tus instrucciones.",
  "home.today": "Hoy",
  "home.tokens": "Tokens usados hoy",
  "home.tokensOf": "{used} de {most}",
};
