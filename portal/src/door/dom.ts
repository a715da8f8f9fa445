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
export function button(className: string, label: string | Node, act: () => void, attrs: Record<string, string> = {}): HTMLButtonElement {
  return h("button", { type: "button", className, onclick: act, attrs }, label);
}

const SVG = "http://www.w3.org/2000/svg";

/** A drawing of lines on a square of 24; what it means, its button says. */
export function drawing(...lines: readonly string[]): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const line of lines) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}
