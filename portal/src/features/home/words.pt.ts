import type { Words } from "./words.en";

export const words: Words = {
  "home.title": "Início",
  "home.talk": "Fale com os seus funcionários",
};
