import type { Words } from "./words.en";

export const words: Words = {
  "invitations.invite.title": "Invitar a alguien a {business}",
  "invitations.invite.submit": "Crear invitación",
  "invitations.invite.made": "La invitación para {email}",
  "invitations.invite.madeLead": "Envíale tú este enlace. Solo se muestra ahora.",
  "invitations.invite.link": "Enlace de invitación",
  "invitations.invite.copy": "Copiar enlace",
  "invitations.invite.expires": "Funciona una vez, hasta el {time}.",
  "invitations.invite.loopback":
    "Este enlace solo se abre en este ordenador: apunta a {host}. Para los demás, abre Konstruct en una dirección que alcancen, o haz que se indique en KONSTRUCT_PUBLIC_URL.",
  "invitations.title": "Invitaciones abiertas",
  "invitations.empty": "No hay invitaciones abiertas.",
  "invitations.until": "Abierta hasta el {time}",
  "invitations.revoke": "Anular",
  "invitations.revokeName": "Anular la invitación de {email}",
  "invitations.revokeTitle": "¿Anular la invitación de {email}?",
  "invitations.revokeLead": "Su enlace deja de funcionar al momento. Puedes volver a invitarle.",
  "invitations.revoked": "La invitación de {email} ya no funciona.",
  "invitations.join.heading": "Invitación",
  "invitations.join.title": "Únete a {business}",
  "invitations.join.lead": "Te invitan como: {role}. El enlace funciona hasta el {time}.",
  "invitations.join.name": "Tu nombre",
  "invitations.join.passwordHelp":
    "Al menos 10 caracteres. Con ella entrarás de ahora en adelante.",
  "invitations.join.create": "Crear cuenta",
  "invitations.join.knownHelp": "Ya tienes una cuenta: escribe su contraseña.",
  "invitations.join.logIn": "Iniciar sesión y unirse",
  "invitations.join.loggedInAs": "Has iniciado sesión como {email}.",
  "invitations.join.submit": "Unirse a {business}",
  "invitations.join.somebodyElse":
    "Esta invitación es para {invited} y has iniciado sesión como {email}. Cierra la sesión para aceptarla como {invited}.",
  "invitations.join.logOut": "Cerrar sesión",
  "invitations.join.home": "Ir a Konstruct",
  "invitations.join.badLink":
    "Este enlace de invitación no funciona: es erróneo, ya se usó, se anuló o ha caducado. Pide uno nuevo al administrador que te lo envió.",
  "invitations.join.noToken":
    "Este enlace de invitación no está completo. Ábrelo de nuevo tal como te lo enviaron.",
  "error.bad_email": "Escribe un correo como ada@acme.com.",
  "error.already_a_member": "Esta persona ya pertenece a la empresa.",
  "error.email_taken":
    "Esta dirección ya tiene una cuenta. Recarga la página y escribe su contraseña.",
  "error.password_repeats": "Esta contraseña se repite. Usa al menos cuatro caracteres distintos.",
  "error.password_is_name":
    "Esta contraseña es tu nombre, tu correo o el nombre de tu empresa, que otros conocen. Elige otra.",
  "error.not_invited": "Esta invitación es para otra persona.",
};
