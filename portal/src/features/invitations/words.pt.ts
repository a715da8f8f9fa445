import type { Words } from "./words.en";

export const words: Words = {
  "invitations.invite.title": "Convidar alguém para {business}",
  "invitations.invite.submit": "Criar convite",
  "invitations.invite.made": "O convite para {email}",
  "invitations.invite.madeLead": "Envie este link à pessoa. Só é mostrado agora.",
  "invitations.invite.link": "Link do convite",
  "invitations.invite.copy": "Copiar link",
  "invitations.invite.expires": "Funciona uma vez, até {time}.",
  "invitations.invite.loopback":
    "Este link só abre neste computador: aponta para {host}. Para os outros, abra o Konstruct num endereço a que cheguem, ou peça que seja indicado em KONSTRUCT_PUBLIC_URL.",
  "invitations.title": "Convites em aberto",
  "invitations.empty": "Não há convites em aberto.",
  "invitations.until": "Em aberto até {time}",
  "invitations.revoke": "Anular",
  "invitations.revokeName": "Anular o convite de {email}",
  "invitations.revokeTitle": "Anular o convite de {email}?",
  "invitations.revokeLead":
    "O link deixa de funcionar de imediato. Pode voltar a convidar esta pessoa.",
  "invitations.revoked": "O convite de {email} já não funciona.",
  "invitations.join.heading": "Convite",
  "invitations.join.title": "Junte-se a {business}",
  "invitations.join.lead": "O convite é para: {role}. O link funciona até {time}.",
  "invitations.join.name": "O seu nome",
  "invitations.join.passwordHelp":
    "Pelo menos 10 caracteres. É com ela que inicia sessão de agora em diante.",
  "invitations.join.create": "Criar conta",
  "invitations.join.knownHelp": "Já tem uma conta: escreva a palavra-passe dela.",
  "invitations.join.logIn": "Iniciar sessão e juntar-se",
  "invitations.join.loggedInAs": "Iniciou sessão como {email}.",
  "invitations.join.submit": "Juntar-se a {business}",
  "invitations.join.somebodyElse":
    "Este convite é para {invited}, e iniciou sessão como {email}. Termine a sessão para o aceitar como {invited}.",
  "invitations.join.logOut": "Terminar sessão",
  "invitations.join.home": "Ir para o Konstruct",
  "invitations.join.badLink":
    "Este link de convite não funciona: está errado, foi usado, anulado ou expirou. Peça um novo ao administrador que o enviou.",
  "invitations.join.noToken":
    "Este link de convite não está completo. Abra-o de novo tal como lhe foi enviado.",
  "error.bad_email": "Escreva um e-mail como ada@acme.com.",
  "error.already_a_member": "Esta pessoa já pertence à empresa.",
  "error.email_taken":
    "Este endereço já tem uma conta. Recarregue a página e escreva a palavra-passe dela.",
  "error.password_repeats":
    "Esta palavra-passe repete-se. Use pelo menos quatro caracteres diferentes.",
  "error.password_is_name":
    "Esta palavra-passe é o seu nome, o seu e-mail ou o nome da sua empresa, que outros conhecem. Escolha outra.",
  "error.not_invited": "Este convite é para outra pessoa.",
};
