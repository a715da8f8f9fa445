/** An id of the page's own making; `crypto.randomUUID` is missing on plain-HTTP addresses other than
 * localhost. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
