import type { Words } from "./words.en";

export const words: Words = {
  "me.title": "Tu cuenta",
  "me.profile": "Perfil",
  "me.name": "Nombre",
  "me.email": "Correo electrónico",
  "me.nameHelp": "Los demás ven tu nombre junto a lo que escribes.",
  "me.language": "Idioma y región",
  "me.languageLabel": "Idioma",
  "me.region": "Región",
  "me.regionHelp": "Cómo se escriben fechas, horas y números.",
  "me.regionAuto": "Como en este navegador ({region})",
  "me.regionExample": "Por ejemplo: {example}.",
  "me.appearance": "Aspecto",
  "me.theme": "Colores",
  "me.theme.system": "Como en este dispositivo",
  "me.theme.light": "Claros",
  "me.theme.dark": "Oscuros",
  "me.density": "Listas",
  "me.density.roomy": "Amplias",
  "me.density.compact": "Compactas",
  "me.here": "Se guarda en este navegador.",
};
