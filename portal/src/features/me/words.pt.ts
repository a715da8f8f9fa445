import type { Words } from "./words.en";

export const words: Words = {
  "me.title": "A sua conta",
  "me.profile": "Perfil",
  "me.name": "Nome",
  "me.email": "E-mail",
  "me.nameHelp": "Os outros veem o seu nome ao lado do que escreve.",
  "me.language": "Idioma e região",
  "me.languageLabel": "Idioma",
  "me.region": "Região",
  "me.regionHelp": "Como se escrevem datas, horas e números.",
  "me.regionAuto": "Como neste navegador ({region})",
  "me.regionExample": "Por exemplo: {example}.",
  "me.appearance": "Aspeto",
  "me.theme": "Cores",
  "me.theme.system": "Como neste dispositivo",
  "me.theme.light": "Claras",
  "me.theme.dark": "Escuras",
  "me.density": "Listas",
  "me.density.roomy": "Espaçosas",
  "me.density.compact": "Compactas",
  "me.here": "Fica guardado neste navegador.",
};
