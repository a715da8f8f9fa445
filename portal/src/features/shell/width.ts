/** How wide the rail is: `roomy` is narrow where the window is; `wide` never is. */
export type Width = "narrow" | "roomy" | "wide";

export const RAIL: Record<Width, string> = { narrow: "w-16", roomy: "w-16 lg:w-60", wide: "w-full" };

/** A word, which a narrow rail says without showing it. */
export const WORD: Record<Width, string> = { narrow: "sr-only", roomy: "max-lg:sr-only", wide: "" };

/** What a narrow rail has no room for. */
export const EXTRA: Record<Width, string> = { narrow: "hidden", roomy: "max-lg:hidden", wide: "" };
