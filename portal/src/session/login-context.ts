import { createContext, use, useSyncExternalStore } from "react";

import type { Login, LoginState, Person } from "./login";

export const LoginContext = createContext<Login | null>(null);
export const PersonContext = createContext<Person | null>(null);

export function useLogin(): Login {
  const login = use(LoginContext);
  if (!login) throw new Error("useLogin needs a LoginContext above it");
  return login;
}

export function useLoginState(): LoginState {
  const login = useLogin();
  return useSyncExternalStore(login.subscribe, login.getState);
}

/** The person who is logged in; only for what is shown to one. */
export function usePerson(): Person {
  const person = use(PersonContext);
  if (!person) throw new Error("usePerson needs a PersonContext above it");
  return person;
}
