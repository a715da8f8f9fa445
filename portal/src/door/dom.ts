/** Elements in one expression. Text is always text: nothing here reads HTML. */

type Child = Node | string | null | undefined | false;

type Props<Tag extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[Tag], "children" | "style">
> & { readonly attrs?: Readonly<Record<string, string>> };

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props<Tag> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  const { attrs = {}, ...properties } = props;
  Object.assign(element, properties);
  for (const [name, value] of Object.entries(attrs)) element.setAttribute(name, value);
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A button that never sends a form by accident. */
export function button(className: string, label: string, act: () => void, attrs: Record<string, string> = {}): HTMLButtonElement {
  return h("button", { type: "button", className, onclick: act, attrs }, label);
}
