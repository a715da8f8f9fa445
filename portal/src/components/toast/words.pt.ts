import type { Words } from "./words.en";

export const words: Words = {
  "toast.label": "Avisos",
  "toast.undo": "Anular",
  "toast.undone": "Está como estava.",
  "toast.undoFailed": "Não foi possível anular. {reason}",
  "toast.close": "Fechar aviso",
};
