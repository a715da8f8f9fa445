export const words = {
  "home.choose": "Choose an employee to talk to.",
  "home.askToHire": "An admin of {business} can hire one.",
};

export type Words = Record<keyof typeof words, string>;
