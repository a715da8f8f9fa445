import type { Words } from "./words.en";

export const words: Words = {
  "login.title": "Iniciar sesión",
  "login.lead": "Habla con tus empleados de IA.",
  "login.submit": "Iniciar sesión",
  "login.busy": "Iniciando sesión…",
  "login.emailMissing": "Escribe tu correo electrónico.",
  "error.login_link_used":
    "Este enlace de acceso ya se ha usado o es demasiado antiguo. Inicia sesión con correo y contraseña.",
  "error.wrong_credentials": "El correo y la contraseña no coinciden. Revísalos y reinténtalo.",
  "error.no_membership":
    "Aquí no perteneces a ninguna empresa. Pide a un administrador que te invite.",
};
