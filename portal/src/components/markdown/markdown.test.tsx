import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test, vi } from "vitest";

import { I18nContext } from "@/i18n/context";

import Markdown from "./markdown";

vi.stubGlobal("window", { isSecureContext: false });

function drawn(text: string): string {
  return renderToStaticMarkup(
    <I18nContext value={{ language: "en", setLanguage: () => undefined, region: null, setRegion: () => undefined, t: (key, values) => `${key}: ${values?.name ?? ""}` }}>
      <Markdown text={text} />
    </I18nContext>,
  );
}

const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#x27;": "'" };

/** As it is read: what stands between the tags, lines where they break. */
function read(text: string): string {
  return drawn(text)
    .replace(/<br\/?>\n?/g, "\n")
    .replace(/<\/(p|li|td|th|h\d|pre)>/g, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(lt|gt|amp|quot|#x27);/g, (entity) => ENTITIES[entity] ?? entity)
    .replace(/\n+/g, "\n")
    .trim();
}

describe("what a model writes as text is read as it was written", () => {
  test.each([
    "Use List<String>.",
    "A Map<String, List<Integer>> and a vector<std::string> and <T extends U>.",
    "Open <details><summary>More</summary>hidden?</details> now.",
    "<div>\nin a block\n</div>",
    "Before <!-- a comment --> after, <?php echo 1 ?>, <!DOCTYPE html>, <![CDATA[x]]>.",
    "Use <br> to break a line, or <sub>this</sub>.",
    "if (a < b && c > d) return a<b>c;",
    "It costs 100~200 or 300~400.",
    "~5 minutes, ~10 pieces",
    "2*3*4 = 24 and 2 * 3 * 4 = 24 and 10*20*30 cm",
    "a**2 + b**2 = c**2",
    "a*b*c and (a+b)*(c+d)*(e+f) and f(x)*g(y)*h(z) and x*(y)*(z)",
    "60 EUR* a month, 10 EUR* more\n*plus VAT",
    "#hashtag, C#, 5 > 3, a || b, - and +, 1986-2024, 9:00-17:00, (c)",
    "src/**/*.ts and **/*.py and *.js, *.css",
    "f(*args, **kwargs)",
    "snake_case_name and __init__.py and if __name__ == '__main__' and _a_private_name_",
    "It costs $5 or $10, and $x^2$ and $$y$$.",
    "\\(a^2\\) and \\[ b^2 \\] and \\\\server\\share and C:\\Users\\me and C:\\.git and \\{x\\}",
    "docker run \\\n-it ubuntu",
    "See [1] and [2], a[i], array[0](x), [ ] and [^1] and [text][ref].",
    "As said in [1].\n[1]: https://example.com/source",
    "[note]: nothing else says this",
    "[^1]: A footnote that nobody refers to.",
    "A note[^1] of mine.\n[^1]: What it says.",
    "Total\n===",
    "AT&T, R&D, &copy and &unknown; and ?a=1&copy=2",
    ">100 large\n>=5 medium",
    ":smile: ==marked== ^up^ {#id} @mention #tag :::note",
    "Ada <ada@acme.com> wrote.",
    "[report](./report.pdf) and [mine](file:///etc/passwd) and [it](javascript:alert(1)) and ![plan](plan.png)",
    "Line one\nline two",
    "1986 was a year.",
  ])("%s", (text) => {
    expect(read(text)).toBe(text);
  });
});

const MARKS = ["*", "**", "_", "__", "~", "~~", "`", "``", "```", "<", ">", "</", "/>", "<!--", "-->", "[", "]", "](", "]:", "[^", "![", "(", ")", "|", "|---|", "---", "===", "- ", "1. ", "3) ", "> ", "# ", "\\", "$", "&", "&lt;", "    ", " ", " ", "\n", "\n", "\n\n"];

test("no word vanishes, whatever stands around it", () => {
  const pieces = fc.array(fc.oneof(fc.constant("w"), fc.constantFrom(...MARKS)), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(pieces, (some) => {
      let count = 0;
      const text = some.map((piece) => (piece === "w" ? `w${++count}w` : piece)).join("");
      const shown = read(text);
      for (let word = 1; word <= count; word++) expect(shown).toContain(`w${word}w`);
    }),
    { numRuns: 300 },
  );
});

describe("markdown that is meant", () => {
  test.each([
    ["**bold** and *it* and _it_ and __bold text__", "<strong>bold</strong> and <em>it</em> and <em>it</em> and <strong>bold text</strong>"],
    ["the **API**s", "the <strong>API</strong>s"],
    ["**a ~~b~~ c**", "<strong>a <del>b</del> c</strong>"],
    ["H<sub>2</sub>O and m<sup>2</sup>", "H<sub>2</sub>O and m<sup>2</sup>"],
    ["\\*not\\* snake\\_case \\# \\$5 1\\. \\<b\\>", "*not* snake_case # $5 1. &lt;b&gt;"],
    ["Use `List<String>` and `a~b~c`", '<code dir="ltr">List&lt;String&gt;</code> and <code dir="ltr">a~b~c</code>'],
    ["&lt;div&gt; &amp; &copy;", "&lt;div&gt; &amp; ©"],
    ["text\n---\nmore", "<hr/>"],
    ["[docs][d] and [d]\n\n[d]: https://acme.com/d", 'nofollow">docs</a> and <a href="https://acme.com/d" target="_blank" rel="noopener noreferrer nofollow">[d]</a>'],
    ["[docs][d]\n\n[d]: https://acme.com/d", "[d]: <a"],
    ["[call](tel:+4930)", '<a href="tel:+4930"'],
    ["[](https://acme.com/x)", ">https://acme.com/x</a>"],
    ["[up](#top)", ">up<"],
    ["- [ ] milk\n- [x] bread", '<li dir="auto">☐ milk</li>\n<li dir="auto">☑ bread</li>'],
    ["2. two\n5. five\n9. nine", '<li value="2" dir="auto">two</li>\n<li value="5" dir="auto">five</li>\n<li value="9" dir="auto">nine</li>'],
    ["1. a\n1. b", '<ol dir="ltr">\n<li dir="auto">a</li>\n<li dir="auto">b</li>'],
    ["- a\n  b", '<li dir="auto">a<br/>b</li>'],
    ["> said", '<blockquote dir="ltr">'],
    ["```ts a.ts\nx\n```", ">ts a.ts<"],
    ["    indented code", "indented code"],
  ])("%s", (text, html) => {
    expect(drawn(text).replace(/<br\/>\n/g, "<br/>")).toContain(html);
  });

  test("a cell breaks its line at <br>, and no cell is left out", () => {
    const html = drawn("| x<br>y<br/>z | b |\n|---|---|\n| 1 | 2 | 3 |");
    expect(html.replace(/\n/g, "")).toContain("x<br/>y<br/>z");
    expect(read("| a | b |\n|---|---|\n| 1 | 2 | 3 |").split("\n")).toEqual(["a", "b", "1", "2", "3"]);
  });
});

describe("Chinese, Japanese and Korean", () => {
  test.each([
    ["これは**「重要」**です。", "これは<strong>「重要」</strong>です。"],
    ["**重要：**請注意", "<strong>重要：</strong>請注意"],
    ["한국어**(중요)**입니다", "한국어<strong>(중요)</strong>입니다"],
    ["中文**bold**中文*斜*体", "中文<strong>bold</strong>中文<em>斜</em>体"],
    ["**価格は100円**です", "<strong>価格は100円</strong>です"],
    ["見て https://acme.com/a。次", 'href="https://acme.com/a" target="_blank" rel="noopener noreferrer nofollow">https://acme.com/a</a>。次'],
    ["（https://acme.com）と", ">https://acme.com</a>）と"],
    ["www.acme.com、と**太字**", ">www.acme.com</a>、と<strong>太字</strong>"],
    ["**https://acme.com/x**。", ">https://acme.com/x</a></strong>。"],
    ["https://acme.com/日本?q=語。", ">https://acme.com/日本?q=語</a>。"],
    ["（https://acme.com/a_(b)）。", ">https://acme.com/a_(b)</a>）。"],
    ["[ここ](https://acme.com/a。b)。", 'href="https://acme.com/a'],
    ["`curl https://acme.com。`", "curl https://acme.com。</code>"],
    ["mail@acme.com。", ">mail@acme.com</a>。"],
  ])("%s", (text, html) => {
    expect(drawn(text)).toContain(html);
  });
});

describe("right to left", () => {
  test.each([
    ["مرحبا، كم السعر؟ 50 USD!", '<p dir="auto">'],
    ["# שלום", '<h1 dir="auto">'],
    ["- مرحبا\n- hello", '<ul dir="rtl">\n<li dir="auto">مرحبا</li>\n<li dir="auto">hello</li>'],
    ["> مرحبا", '<blockquote dir="rtl">\n<p dir="auto">'],
    ["- مرحبا\n\n  ثانية", '<li dir="rtl">'],
    ["| سعر | x |\n|---|---|\n| ١ | 2 |", '<div dir="rtl"'],
    ["`npm` مرحبا", '<p dir="auto"><code dir="ltr">'],
    ["```\nمرحبا\n```", '<div dir="ltr"'],
  ])("%s", (text, html) => {
    expect(drawn(text)).toContain(html);
  });
});
