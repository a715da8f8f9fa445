/** Deltas count Unicode code points; JavaScript strings count UTF-16 units. */

export function countCodePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) at += widthAt(text, at);
  return count;
}

/** `text` without its first `count` code points. */
export function dropCodePoints(text: string, count: number): string {
  let at = 0;
  for (let left = count; left > 0 && at < text.length; left--) at += widthAt(text, at);
  return text.slice(at);
}

function widthAt(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
