import { useState } from "react";
import { useNavigate } from "react-router";

import { Icon } from "@/components/icons";
import { PersonMark } from "@/components/mark";
import { MenuButton } from "@/components/menu-button";
import { Name } from "@/components/name";
import { useI18n } from "@/i18n/context";
import { isLanguage, LANGUAGES } from "@/i18n/language";
import { problemSentence } from "@/i18n/problem";
import { useLogin, usePerson } from "@/session/login-context";
import { forgetPerson } from "@/session/personal";

import { EXTRA, type Width, WORD } from "./width";

const LANGUAGE_CHOICES = Object.entries(LANGUAGES).map(([value, name]) => ({ value, name }));

export function AccountMenu({ width }: { width: Width }) {
  const { t, language, setLanguage } = useI18n();
  const person = usePerson();
  const login = useLogin();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<unknown>(null);

  const logOut = async () => {
    try {
      await login.logOut();
      forgetPerson(person.userId);
    } catch (error) {
      setFailure(error);
    }
  };

  return (
    <footer className="shrink-0 border-t border-line p-3">
      {failure !== null && (
        <p role="alert" className="px-2 pb-2 text-sm text-danger">
          {t("app.logOutFailed", { reason: problemSentence(t, failure) })}
        </p>
      )}
      <MenuButton
        className="flex w-full items-center gap-3 rounded-control px-0.5 py-1 text-start transition-colors hover:bg-hover"
        side="top"
        choices={{
          label: t("shell.language"),
          chosen: language,
          of: LANGUAGE_CHOICES,
          onChoose: (tag) => {
            if (isLanguage(tag)) setLanguage(tag);
          },
        }}
        actions={[
          { name: t("shell.me"), onSelect: () => void navigate("/me") },
          { name: t("app.logOut"), onSelect: () => void logOut() },
        ]}
      >
        <PersonMark name={person.displayName || person.email} />
        <span className={`min-w-0 grow ${WORD[width]}`}>
          <Name className="text-sm font-medium">{person.displayName || person.email}</Name>
          <span className="block truncate text-xs text-soft">{person.email}</span>
        </span>
        <Icon name="more" className={`size-5 text-soft ${EXTRA[width]}`} />
        <span className="sr-only">{t("shell.account")}</span>
      </MenuButton>
    </footer>
  );
}
