import type { Words } from "./words.en";

export const words: Words = {
  "toast.label": "Avisos",
  "toast.undo": "Deshacer",
  "toast.undone": "Está como estaba.",
  "toast.undoFailed": "No se ha podido deshacer. {reason}",
  "toast.close": "Cerrar aviso",
};
