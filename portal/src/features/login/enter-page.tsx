/**
 * What `konstruct up` opens in the browser, `/enter#<token>`: the person is in, or told that the link is
 * no good. The token stands behind the #, which is sent to no server, and is out of the address at once.
 */
import { useEffect, useRef, useState } from "react";
import { useLocation, useNavigate } from "react-router";

import { FailedPage } from "@/components/failed-page";
import { NoticePage } from "@/components/notice-page";
import { useI18n } from "@/i18n/context";
import { useLogin } from "@/session/login-context";

export default function EnterPage() {
  const { t } = useI18n();
  const login = useLogin();
  const navigate = useNavigate();
  const { hash } = useLocation();
  const token = useRef(hash.slice(1));
  const [tries, setTries] = useState(0);
  const [failure, setFailure] = useState<unknown>(null);
  const begun = useRef(-1); // the token is good once, and an effect may run twice

  useEffect(() => {
    if (begun.current === tries) return;
    begun.current = tries;
    window.history.replaceState(null, "", "/enter");
    login.enterByLink(token.current).then(() => navigate("/", { replace: true }), setFailure);
  }, [login, navigate, tries]);

  if (failure !== null) {
    return <FailedPage error={failure} onRetry={() => { setFailure(null); setTries(tries + 1); }} />;
  }
  return (
    <NoticePage>
      <p role="status">{t("app.loading")}</p>
    </NoticePage>
  );
}
