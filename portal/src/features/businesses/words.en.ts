export const words = {
  "businesses.slugWrong":
    "Small letters a-z, digits and single hyphens between them, at most {max}, like acme-berlin.",
  "businesses.title": "Businesses",
  "businesses.create": "Create a business",
  "businesses.submit": "Create",
  "businesses.name": "Name",
  "businesses.slug": "Short name (optional)",
  "businesses.slugHelp":
    "For commands and addresses. Made from the name if you leave it empty; it never changes.",
  "businesses.rename": "Rename {name}",
  "businesses.renameHelp": "Its short name stays {slug}.",
  "businesses.renameAction": "Rename",
  "businesses.renameName": "Rename {name}",
  "businesses.open": "Open",
  "businesses.openName": "Open {name}",
  "businesses.current": "You are here",
  "businesses.renamed": "The business is called {name} now.",
  "businesses.first": "There is no business yet",
  "businesses.firstLead": "Create the first one, then invite its admin and hire its employees.",
  "error.slug_taken": "This short name is taken. Choose another.",
};

export type Words = Record<keyof typeof words, string>;
