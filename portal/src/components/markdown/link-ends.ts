/**
 * Where a bare link ends in a text that has no spaces: `https://acme.com。`. GitHub's rule for them
 * knows only spaces, so a space that nobody writes stands there while the text is read.
 */
const UNSEEN = "\u1680";
const LINK_BEFORE_END =
  /(?<!\]\(|<)(?:https?:\/\/|www\.)[^\s<]{0,2000}?(?=[\u2018-\u201f\u2026\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65])/gi;

export function markLinkEnds(text: string): string {
  return text.replaceAll(LINK_BEFORE_END, `$&${UNSEEN}`);
}

export function withoutMarks(text: string): string {
  return text.replaceAll(UNSEEN, "");
}
