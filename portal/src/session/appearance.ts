/** How the page looks to this person, in this browser. It is set before anything is drawn. */
import { inBrowser } from "./kept";

export const THEMES = ["system", "light", "dark"] as const;
export const DENSITIES = ["roomy", "compact"] as const;
export type Theme = (typeof THEMES)[number];
export type Density = (typeof DENSITIES)[number];

const KEPT = { theme: "konstruct.theme", density: "konstruct.density" } as const;

export function theme(): Theme {
  return known(THEMES, inBrowser.getItem(KEPT.theme));
}

export function density(): Density {
  return known(DENSITIES, inBrowser.getItem(KEPT.density));
}

export function keepTheme(chosen: Theme): void {
  inBrowser.setItem(KEPT.theme, chosen);
  applyAppearance();
}

export function keepDensity(chosen: Density): void {
  inBrowser.setItem(KEPT.density, chosen);
  applyAppearance();
}

/** `index.css` reads it there. */
export function applyAppearance(): void {
  const { dataset } = document.documentElement;
  dataset.theme = theme();
  dataset.density = density();
}

/** The first is what holds until something is chosen. */
function known<Name extends string>(names: readonly [Name, ...Name[]], kept: string | null): Name {
  return names.find((name) => name === kept) ?? names[0];
}
