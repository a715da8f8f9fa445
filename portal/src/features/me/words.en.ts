export const words = {
  "me.title": "Your account",
  "me.profile": "Profile",
  "me.name": "Name",
  "me.email": "E-mail",
  "me.nameHelp": "Others see your name beside what you write.",
  "me.language": "Language and region",
  "me.languageLabel": "Language",
  "me.region": "Region",
  "me.regionHelp": "How dates, times and numbers are written.",
  "me.regionAuto": "As this browser has it ({region})",
  "me.regionExample": "Like {example}.",
  "me.appearance": "Appearance",
  "me.theme": "Colours",
  "me.theme.system": "As this device has them",
  "me.theme.light": "Light",
  "me.theme.dark": "Dark",
  "me.density": "Lists",
  "me.density.roomy": "Roomy",
  "me.density.compact": "Compact",
  "me.here": "Kept in this browser.",
};

export type Words = Record<keyof typeof words, string>;
