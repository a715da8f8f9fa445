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
  "login.forgot": "¿Has olvidado la contraseña?",
  "login.forgotTitle": "Contraseña olvidada",
  "login.forgotLead": "Konstruct no envía correos. El enlace para una contraseña nueva te lo da una persona:",
  "login.forgotAsk": "Pídelo a un administrador de tu empresa.",
  "login.forgotMake": "En Personas, junto a tu nombre, pulsa «Contraseña nueva» y obtiene un enlace para ti.",
  "login.forgotOpen": "Ábrelo antes de una hora y guarda una contraseña nueva.",
  "login.forgotAlone": "¿Eres el único administrador? Quien gestiona la instalación crea el enlace:",
  "login.forgotBack": "Volver al inicio de sesión",
  "login.reset": "Una contraseña nueva",
  "login.resetLead": "Todas tus sesiones se cierran con ella, y la inicias de nuevo.",
  "login.resetHelp": "Al menos 10 caracteres.",
  "login.resetSubmit": "Guardar la contraseña",
  "login.resetDone": "Tu contraseña está guardada. Inicia sesión con ella.",
  "error.reset_link_used": "Este enlace ya se ha usado o es demasiado antiguo. Pide uno nuevo.",
};
