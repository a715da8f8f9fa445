const HALF_A_CHARACTER = /\p{Surrogate}/gu;

/** Half an emoji, left over by whatever cut the text, is no text for anybody else. */
export function wellFormed(text: string): string {
  return text.replaceAll(HALF_A_CHARACTER, "\ufffd");
}
