import type { Words } from "./words.en";

export const words: Words = {
  "login.title": "Iniciar sessão",
  "login.lead": "Fale com os seus funcionários de IA.",
  "login.submit": "Iniciar sessão",
  "login.busy": "A iniciar sessão…",
  "login.emailMissing": "Escreva o seu e-mail.",
  "error.login_link_used":
    "Este link de acesso já foi usado ou é demasiado antigo. Inicie sessão com e-mail e palavra-passe.",
  "error.wrong_credentials":
    "O e-mail e a palavra-passe não correspondem. Verifique ambos e tente de novo.",
  "error.no_membership":
    "Aqui não pertence a nenhuma empresa. Peça a um administrador que o convide.",
};
