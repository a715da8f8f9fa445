/** Where the person is logged in, and ending it there. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { Button } from "@/components/button";
import { Rows } from "@/components/list";
import { LoadFailed } from "@/components/load-failed";
import { RowSkeletons } from "@/components/skeleton";
import { tell } from "@/components/toast/toasts";
import { useI18n } from "@/i18n/context";
import { problemSentence } from "@/i18n/problem";
import { fullTime } from "@/i18n/time";
import { useWorkspace } from "@/session/workspace";

import { endOtherSessions, endSession, sessionsQuery } from "./queries";

export function Sessions() {
  const { t, language } = useI18n();
  const { api } = useWorkspace();
  const queries = useQueryClient();
  const sessions = useQuery(sessionsQuery(api));
  const end = useMutation({
    mutationFn: (sessionId: string | null) => (sessionId === null ? endOtherSessions(api) : endSession(api, sessionId)),
    onSuccess: () => { tell({ sentence: t("me.sessionEnded") }); },
    onError: (error) => { tell({ sentence: problemSentence(t, error) }); },
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
  if (sessions.isPending) return <RowSkeletons rows={1} />;
  if (!sessions.data) return <LoadFailed query={sessions} />;
  return (
    <>
      <Rows label={t("me.sessions")}>
        {sessions.data.map(({ id, current, began_at, last_used_at }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-row">
            <div className="min-w-40 grow basis-0">
              <p className="font-medium">{t(current ? "me.sessionHere" : "me.sessionThere")}</p>
              <p className="text-sm text-soft">
                {t("me.sessionTimes", { began: fullTime(language, began_at), used: fullTime(language, last_used_at) })}
              </p>
            </div>
            {!current && (
              <Button
                aria-label={t("me.sessionEndOf", { time: fullTime(language, began_at) })}
                onClick={() => { end.mutate(id); }}
              >
                {t("me.sessionEnd")}
              </Button>
            )}
          </li>
        ))}
      </Rows>
      {sessions.data.length > 2 && (
        <p className="mt-3 text-end">
          <Button onClick={() => { end.mutate(null); }}>{t("me.sessionEndOthers")}</Button>
        </p>
      )}
    </>
  );
}
