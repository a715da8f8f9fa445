import type { Words } from "./words.en";

export const words: Words = {
  "home.title": "Início",
  "home.talk": "Fale com os seus funcionários",
  "home.needs": "O que espera por si",
  "home.nothing": "Ninguém espera, e todos trabalham.",
  "home.paused": "{name} está em pausa.",
  "home.pausedWhy": "As mensagens que lhe escrevem ficam guardadas, e ninguém responde.",
  "home.toEmployees": "Aos funcionários",
  "home.hireWhy": "Um funcionário responde às pessoas no chat, segundo as suas instruções.",
  "home.today": "Hoje",
  "home.tokens": "Tokens usados hoje",
  "home.tokensOf": "{used} de {most}",
};
