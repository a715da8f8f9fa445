import { type KeyboardEvent, memo, type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";

import { countCodePoints } from "@/chat/code-points";
import { Icon } from "@/components/icons";
import { useI18n } from "@/i18n/context";

import { keepDraft, loadDraft } from "./draft";
import { endsWord } from "./keys";

/** The gateway's own limit, in code points. */
const MAX_LENGTH = 8_000;

export interface ComposerHandle {
  /** Put a text there to be worked on, above what is being written. */
  edit(text: string): void;
}

interface ComposerProps {
  ref: Ref<ComposerHandle>;
  name: string;
  userId: string;
  conversationId: string;
  answering: boolean;
  disabled: boolean;
  onSend: (text: string) => void;
  onStop: () => void;
}

export const Composer = memo(function Composer(props: ComposerProps) {
  const { ref, name, userId, conversationId, answering, disabled, onSend, onStop } = props;
  const { t } = useI18n();
  const [text, setText] = useState(() => loadDraft(userId, conversationId));
  const input = useRef<HTMLTextAreaElement>(null);
  const excess = countCodePoints(text.trim()) - MAX_LENGTH;
  const sendable = text.trim() !== "" && excess <= 0 && !disabled;

  useImperativeHandle(ref, () => ({
    edit(again) {
      setText((current) => (current.trim() ? `${again}\n${current}` : again));
      input.current?.focus();
    },
  }));

  useEffect(() => {
    keepDraft(userId, conversationId, text);
  }, [userId, conversationId, text]);

  // On a phone the keyboard would cover what one came to read.
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) input.current?.focus();
  }, []);

  const send = () => {
    if (!sendable) return;
    onSend(text.trim());
    setText("");
    input.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || endsWord(event.nativeEvent)) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className="mx-auto w-full max-w-3xl shrink-0 px-4 pb-4 md:px-6"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="flex items-end gap-2 rounded-card border border-line bg-raised p-2 shadow-sm focus-within:border-accent">
        <textarea
          ref={input}
          value={text}
          rows={1}
          dir="auto"
          data-goes-on-here
          disabled={disabled}
          aria-label={t("conversation.composer.label", { name })}
          placeholder={t("conversation.composer.placeholder", { name })}
          title={t("conversation.composer.hint")}
          enterKeyHint="send"
          className="field-sizing-content max-h-52 min-h-10 min-w-0 grow resize-none bg-transparent px-2 py-2 text-base outline-none placeholder:truncate placeholder:text-soft placeholder-shown:truncate"
          onChange={(event) => { setText(event.target.value); }}
          onKeyDown={onKeyDown}
        />
        {answering && (
          <button
            type="button"
            aria-label={t("conversation.composer.stop")}
            title={`${t("conversation.composer.stop")} (Esc)`}
            aria-keyshortcuts="Escape"
            onClick={onStop}
            className="grid size-10 shrink-0 place-items-center rounded-card border border-line text-ink transition-colors hover:bg-hover"
          >
            <Icon name="stop" />
          </button>
        )}
        <button
          type="submit"
          aria-label={t("conversation.composer.send")}
          title={t("conversation.composer.send")}
          disabled={!sendable}
          className="grid size-10 shrink-0 place-items-center rounded-card bg-accent text-on-accent transition-colors hover:bg-accent-hover disabled:bg-hover disabled:text-soft"
        >
          <Icon name="send" />
        </button>
      </div>
      {excess > 0 && (
        <p role="alert" className="px-2 pt-1.5 text-sm text-danger">{t("conversation.composer.tooLong", { count: excess })}</p>
      )}
    </form>
  );
});
