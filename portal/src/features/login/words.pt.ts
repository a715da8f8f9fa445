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
  "login.forgot": "Esqueceu-se da palavra-passe?",
  "login.forgotTitle": "Palavra-passe esquecida",
  "login.forgotLead": "O Konstruct não envia e-mails. A ligação para uma palavra-passe nova vem de uma pessoa:",
  "login.forgotAsk": "Peça-a a um administrador da sua empresa.",
  "login.forgotMake": "Em Pessoas, ao lado do seu nome, ele carrega em «Palavra-passe nova» e recebe uma ligação para si.",
  "login.forgotOpen": "Abra-a dentro de uma hora e guarde uma palavra-passe nova.",
  "login.forgotAlone": "É o único administrador? Quem gere a instalação cria a ligação:",
  "login.forgotBack": "Voltar ao início de sessão",
  "login.reset": "Uma palavra-passe nova",
  "login.resetLead": "Todas as suas sessões terminam com ela, e inicia sessão de novo.",
  "login.resetHelp": "Pelo menos 10 caracteres.",
  "login.resetSubmit": "Guardar a palavra-passe",
  "login.resetDone": "A sua palavra-passe está guardada. Inicie sessão com ela.",
  "error.reset_link_used": "Esta ligação já foi usada ou é demasiado antiga. Peça uma nova.",
};
