/**
 * An answer's markdown. What a model writes is not trusted: no HTML of its own, links with safe
 * schemes only that tell the other side nothing, and no image is fetched: it could carry what was
 * said here to whoever named its address.
 */
import type { Components } from "hast-util-to-jsx-runtime";
import { type ComponentProps, isValidElement, lazy, type ReactNode, Suspense } from "react";

import { CopyButton } from "@/components/copy-button";
import { useI18n } from "@/i18n/context";

import { draw } from "./draw";

const HighlightedCode = lazy(() => import("./highlighted-code"));

const SAFE_LINK = /^(https?:|mailto:|tel:)/i;

const COMPONENTS: Partial<Components> = {
  a: ({ href, children }: ComponentProps<"a">) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ src, alt }: ComponentProps<"img">) => <ImageLink src={typeof src === "string" ? src : undefined} alt={alt} />,
  pre: ({ children }: ComponentProps<"pre">) => <CodeBlock>{children}</CodeBlock>,
  table: ({ children, dir }: ComponentProps<"table">) => <Table dir={dir}>{children}</Table>,
};

export default function Markdown({ text }: { text: string }) {
  return (
    <div className="prose">
      {draw(text, COMPONENTS)}
    </div>
  );
}

function SafeLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (!href || !SAFE_LINK.test(href)) return <span>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

function ImageLink({ src, alt }: { src: string | undefined; alt: string | undefined }) {
  const { t } = useI18n();
  return <SafeLink href={src}>{t("message.image", { name: alt === undefined || alt === "" ? (src ?? "") : alt })}</SafeLink>;
}

function CodeBlock({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const language = languageOf(children);
  const code = textOf(children);
  return (
    <div dir="ltr" className="overflow-hidden rounded-card border border-line bg-code">
      <div className="flex items-center justify-between border-b border-line ps-4 pe-2">
        <span className="text-xs text-soft">{`${language} ${titleOf(children)}`.trim()}</span>
        <CopyButton text={code} label={t("message.copyCode")} />
      </div>
      {/* A block that scrolls must be reachable to be scrolled by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>
        {language ? (
          <Suspense fallback={children}>
            <HighlightedCode code={code} language={language.toLowerCase()} />
          </Suspense>
        ) : (
          children
        )}
      </pre>
    </div>
  );
}

function Table({ dir, children }: { dir: string | undefined; children: ReactNode }) {
  return (
    // A table that scrolls must be reachable to be scrolled by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div dir={dir} tabIndex={0} className="overflow-x-auto">
      <table>{children}</table>
    </div>
  );
}

function languageOf(node: ReactNode): string {
  if (!isValidElement<ComponentProps<"code">>(node)) return "";
  return /language-(\S+)/.exec(node.props.className ?? "")?.[1] ?? "";
}

/** What stands after the language, like a file's name. */
function titleOf(node: ReactNode): string {
  return isValidElement<ComponentProps<"code">>(node) ? (node.props.title ?? "") : "";
}

function textOf(node: ReactNode): string {
  if (typeof node === "string") return node;
  if (Array.isArray(node)) return node.map(textOf).join("");
  return isValidElement<{ children?: ReactNode }>(node) ? textOf(node.props.children) : "";
}
