/** What a template asks, as it is sent; and its texts with what is answered so far. */

/** The field in which the employee's own name is typed; no variable can be called so. */
export const NAME = "*name";

export function answersOf(values: Readonly<Record<string, string>>): { name: string; values: Record<string, string> } {
  const { [NAME]: name = "", ...asked } = values;
  return {
    name: name.trim(),
    values: Object.fromEntries(Object.entries(asked).map(([key, value]) => [key, value.trim()])),
  };
}

export function filledIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{([a-z][a-z0-9_]*)\}\}/g, (whole, name: string) => {
    const value = values[name]?.trim() ?? "";
    return value === "" ? whole : value;
  });
}
