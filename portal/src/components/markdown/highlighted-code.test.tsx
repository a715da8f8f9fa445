import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";

import HighlightedCode from "./highlighted-code";

const drawn = (language: string, code: string) =>
  renderToStaticMarkup(<HighlightedCode language={language} code={code} />);

describe("code in an answer", () => {
  it("is coloured by its language", () => {
    expect(drawn("python", "def f(): pass")).toContain('<span class="hljs-keyword">def</span>');
  });

  it("keeps every character, and shows markup as text", () => {
    const html = drawn("html", "<script>alert(1)</script>");
    expect(html).not.toContain("<script");
    expect(html.replace(/<[^>]*>/g, "")).toBe("&lt;script&gt;alert(1)&lt;/script&gt;");
  });

  it("stays plain when the language is unknown or the code very long", () => {
    expect(drawn("klingon", "def f()")).toBe("<code>def f()</code>");
    expect(drawn("python", "def f()\n".repeat(5000))).not.toContain("<span");
  });
});
