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
  "login.forgot": "Esqueceu-se da palavra-passe? Um administrador da sua empresa pode criar-lhe uma ligação para uma nova.",
  "login.reset": "Uma palavra-passe nova",
  "login.resetLead": "Todas as suas sessões terminam com ela, e inicia sessão de novo.",
  "login.resetHelp": "Pelo menos 10 caracteres.",
  "login.resetSubmit": "Guardar a palavra-passe",
  "login.resetDone": "A sua palavra-passe está guardada. Inicie sessão com ela.",
  "error.reset_link_used": "Esta ligação já foi usada ou é demasiado antiga. Peça uma nova.",
};
