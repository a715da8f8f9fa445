import type { Words } from "./words.en";

export const words: Words = {
  "home.choose": "Escolha um funcionário com quem falar.",
  "home.askToHire": "Um administrador de {business} pode contratar um.",
};
