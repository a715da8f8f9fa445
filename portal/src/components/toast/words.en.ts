/** Of what is told in passing. */
export const words = {
  "toast.label": "Notices",
  "toast.undo": "Undo",
  "toast.undone": "It is as it was.",
  "toast.undoFailed": "It could not be undone. {reason}",
  "toast.close": "Close notice",
};

export type Words = Record<keyof typeof words, string>;
