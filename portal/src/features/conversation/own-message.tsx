import { memo } from "react";

import { maySendAgain } from "@/chat/refusals";
import type { Outgoing } from "@/chat/transcript";
import { Button } from "@/components/button";
import { MessageTime } from "@/components/message/message-time";
import { errorSentence, useI18n } from "@/i18n/context";

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
  onDelete: () => void;
}

export function OutgoingMessage(props: OutgoingMessageProps) {
  const { outgoing, connected, onResend, onEdit, onDelete } = props;
  const { t } = useI18n();
  const { refusal, text } = outgoing;
  return (
    <article className="flex flex-col items-end gap-1">
      <Bubble text={text} faint />
      {refusal ? (
        <div className="max-w-[85%] text-end text-sm">
          <p role="alert" className="text-danger wrap-anywhere">
            {t("conversation.notSent")} {errorSentence(t, refusal.code, refusal.message)}
            {refusal.notice && <span dir="auto" className="block">{refusal.notice}</span>}
          </p>
          <p className="mt-0.5 flex justify-end gap-x-4">
            {maySendAgain(refusal.code) && <Button look="link" onClick={onResend}>{t("conversation.sendAgain")}</Button>}
            <Button look="link" onClick={onEdit}>{t("conversation.edit")}</Button>
            <Button look="link" onClick={onDelete}>{t("conversation.delete")}</Button>
          </p>
        </div>
      ) : (
        <p className="text-xs text-soft">{t(connected ? "conversation.sending" : "conversation.waiting")}</p>
      )}
    </article>
  );
}

function Bubble({ text, faint = false }: { text: string; faint?: boolean }) {
  const { t } = useI18n();
  return (
    <div
      className={`max-w-[85%] rounded-card rounded-ee-tag bg-mine px-4 py-2.5 leading-relaxed wrap-anywhere whitespace-pre-wrap ${faint ? "opacity-70" : ""}`}
    >
      <span className="sr-only">{t("conversation.you")}: </span>
      <div dir="auto">{text}</div>
    </div>
  );
}
