/** Of the button and the frame; set by script, which no policy of a site stands against. */
export const STYLE = `
:host { all: initial; }
button {
  position: fixed; z-index: 2147483000; inset-block-end: 1rem; inset-inline-end: 1rem;
  min-width: 3.5rem; min-height: 3.5rem; padding: 0 1.25rem;
  border: 2px solid #fff; border-radius: 2rem; background: #0f6b5f; color: #fff;
  font: 600 1rem/1.2 system-ui, sans-serif; cursor: pointer; box-shadow: 0 2px 12px rgb(0 0 0 / 0.3);
}
button:focus-visible { outline: 3px solid #0f6b5f; outline-offset: 3px; }
div {
  position: fixed; z-index: 2147483000; inset-block-end: 5.5rem; inset-inline-end: 1rem;
  width: min(25rem, calc(100vw - 2rem)); height: min(40rem, calc(100vh - 7rem));
  overflow: hidden; border: 1px solid #8886; border-radius: 1rem; box-shadow: 0 4px 32px rgb(0 0 0 / 0.3);
}
div[hidden] { display: none; }
iframe { width: 100%; height: 100%; border: 0; color-scheme: normal; }
@media (max-width: 30rem), (max-height: 30rem) {
  div { inset: 0 0 4.5rem; width: 100%; height: auto; border: 0; border-radius: 0; }
  button { inset-block-end: 0.5rem; }
}
@media (prefers-reduced-motion: no-preference) { button { transition: transform 0.15s; } button:hover { transform: scale(1.03); } }
@media print { button, div { display: none; } }
`;
