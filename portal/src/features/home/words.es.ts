import type { Words } from "./words.en";

export const words: Words = {
  "home.choose": "Elige un empleado con quien hablar.",
  "home.askToHire": "Un administrador de {business} puede contratar a uno.",
};
