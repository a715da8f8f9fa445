export const words = {
  "settings.title": "Settings",
  "settings.business": "Business",
  "settings.name": "Name",
  "settings.nameHelp": "A platform admin can rename the business; its short name stays.",
  "settings.slug": "Short name, in addresses",
  "settings.modelsLead": "Which language model answers, and with whose key.",
  "settings.toModels": "Choose models",
  "settings.limits": "What the business may use",
  "settings.tokens": "Tokens today",
  "settings.tokensOf": "{used} of {most}",
  "settings.messages": "Messages a minute",
  "settings.runs": "Answers at once",
  "settings.limitsHelp": "The day begins at midnight UTC. A platform admin sets the limits.",
};

export type Words = Record<keyof typeof words, string>;
