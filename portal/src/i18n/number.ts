/** Numbers as people read them in their language. */
import type { Language } from "./language";
import { regionOf } from "./region";

export function wholeNumber(language: Language, value: number): string {
  return new Intl.NumberFormat(regionOf(language).locale, { maximumFractionDigits: 0 }).format(value);
}
