export const words = {
  "home.title": "Home",
  "home.talk": "Talk to your employees",
};

export type Words = Record<keyof typeof words, string>;
