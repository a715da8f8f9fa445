import { memo } from "react";

import type { Outgoing } from "@/chat/transcript";
import { Button } from "@/components/button";
import { errorSentence, useI18n } from "@/i18n/context";

import { MessageTime } from "./message-time";

export const OwnMessage = memo(function OwnMessage({ text, at }: { text: string; at: string }) {
  return (
    <article className="flex flex-col items-end gap-1">
      <Bubble text={text} />
      <MessageTime at={at} />
    </article>
  );
});

interface OutgoingMessageProps {
  outgoing: Outgoing;
  connected: boolean;
  onResend: () => void;
  onEdit: () => void;
}

export function OutgoingMessage({ outgoing, connected, onResend, onEdit }: OutgoingMessageProps) {
  const { t } = useI18n();
  const { refusal, text } = outgoing;
  return (
    <article className="flex flex-col items-end gap-1">
      <Bubble text={text} faint />
      {refusal ? (
        <p role="alert" className="flex flex-wrap justify-end gap-x-3 text-sm text-danger">
          {errorSentence(t, refusal.code, refusal.message)}
          {refusal.retryable && <Button look="link" onClick={onResend}>{t("thread.sendAgain")}</Button>}
          <Button look="link" onClick={onEdit}>{t("thread.edit")}</Button>
        </p>
      ) : (
        <p className="text-xs text-soft">{t(connected ? "thread.sending" : "thread.waiting")}</p>
      )}
    </article>
  );
}

function Bubble({ text, faint = false }: { text: string; faint?: boolean }) {
  const { t } = useI18n();
  return (
    <div
      className={`max-w-[85%] rounded-2xl rounded-ee-md bg-mine px-4 py-2.5 leading-relaxed wrap-anywhere whitespace-pre-wrap ${faint ? "opacity-70" : ""}`}
    >
      <span className="sr-only">{t("thread.you")}: </span>
      <div dir="auto">{text}</div>
    </div>
  );
}
