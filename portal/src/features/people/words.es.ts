import type { Words } from "./words.en";

export const words: Words = {
  "people.title": "Personas",
  "people.empty": "Nadie pertenece aún a esta empresa. Invita a su primer administrador.",
  "people.joined": "Desde el {date}",
  "people.roleOf": "{role}, rol de {name}",
  "people.roleIs": "{name} es ahora: {role}.",
  "people.remove": "Quitar",
  "people.removeName": "Quitar a {name}",
  "people.removeTitle": "¿Quitar a {name}?",
  "people.removeLead":
    "{name} pierde al momento el acceso a {business}. Sus conversaciones se conservan y puedes volver a invitarle.",
  "people.removed": "{name} ya no pertenece a {business}.",
  "people.promoteTitle": "¿Hacer administrador a {name}?",
  "people.promoteLead":
    "{name} podrá contratar y cambiar empleados, e invitar y quitar a personas en {business}, también a ti.",
  "people.promote": "Hacer administrador",
  "people.demoteTitle": "¿Pasar a {name} a operador?",
  "people.demoteLead":
    "{name} ya no podrá contratar ni invitar en {business}. Sus conversaciones se conservan.",
  "people.demote": "Pasar a operador",
  "people.leave": "Salir",
  "people.leaveName": "Salir de {business}",
  "people.leaveTitle": "¿Salir de {business}?",
  "people.leaveLead":
    "Pierdes al momento el acceso a {business}. Solo otro administrador puede volver a darte acceso.",
  "people.stepDown": "Pasar a operador",
  "people.stepDownTitle": "¿Dejar de ser administrador?",
  "people.stepDownLead":
    "Ya no podrás contratar ni invitar en {business}. Solo otro administrador puede deshacerlo.",
  "people.invite": "Invitar",
  "error.last_admin":
    "Es el último administrador de la empresa. Nombra antes administrador a otra persona.",
  "error.platform_admin":
    "Es un administrador de la plataforma; ninguna empresa puede cambiar sus derechos.",
  "people.password": "Contraseña nueva",
  "people.passwordOf": "Contraseña nueva para {name}",
  "people.passwordTitle": "¿Una contraseña nueva para {name}?",
  "people.passwordLead": "Recibes un enlace con el que {name} pone una contraseña nueva, en una hora como máximo. Entonces se cierran todas sus sesiones. Dáselo en privado: quien lo tenga puede entrar como esa persona.",
  "people.passwordMade": "Envía tú este enlace a {name}, en privado. Solo se muestra ahora, y sirve una vez, en una hora como máximo.",
  "people.passwordLink": "Enlace para una contraseña nueva",
  "people.passwordCopy": "Copiar el enlace",
  "people.passwordMake": "Crear el enlace",
  "error.member_elsewhere": "Esta persona también pertenece a otra empresa. Pide su enlace a quien administra Konstruct.",
};
