import type { Words } from "./words.en";

export const words: Words = {
  "home.title": "Inicio",
  "home.talk": "Habla con tus empleados",
};
