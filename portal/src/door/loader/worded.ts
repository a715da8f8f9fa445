/** The loader's few words, in the language of the page it stands on. */
interface Worded {
  readonly chat: string;
  readonly close: string;
}

const ENGLISH: Worded = { chat: "Chat", close: "Close the chat" };
const WORDS: Readonly<Record<string, Worded>> = {
  es: { chat: "Chat", close: "Cerrar el chat" },
  pt: { chat: "Chat", close: "Fechar o chat" },
};

export function worded(language: string): Worded {
  return WORDS[language.slice(0, 2).toLowerCase()] ?? ENGLISH;
}
