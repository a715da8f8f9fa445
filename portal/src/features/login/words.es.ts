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
  "login.forgot": "¿Has olvidado la contraseña? Un administrador de tu empresa puede crearte un enlace para una nueva.",
  "login.reset": "Una contraseña nueva",
  "login.resetLead": "Todas tus sesiones se cierran con ella, y la inicias de nuevo.",
  "login.resetHelp": "Al menos 10 caracteres.",
  "login.resetSubmit": "Guardar la contraseña",
  "login.resetDone": "Tu contraseña está guardada. Inicia sesión con ella.",
  "error.reset_link_used": "Este enlace ya se ha usado o es demasiado antiguo. Pide uno nuevo.",
};
