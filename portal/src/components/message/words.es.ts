import type { Words } from "./words.en";

export const words: Words = {
  "message.loadingOlder": "Cargando mensajes anteriores…",
  "message.failed": "Esta respuesta ha fallado.",
  "message.colleague": "Una persona del equipo",
  "message.retry": "Reintentar",
  "message.stopped": "Detenida",
  "message.cut": "Esta respuesta llegó al límite de longitud y se corta aquí.",
  "message.goOn": "Continúa",
  "message.copyAnswer": "Copiar respuesta",
  "message.copyCode": "Copiar código",
  "message.image": "Imagen: {name}",
  "message.sources": "Fuentes",
  "message.page": "Página {page}",
  "message.openSource": "Verlo en el documento",
  "error.taken_over": "Una persona del equipo tomó el relevo antes de que terminara esta respuesta.",
  "error.gave_up": "No se ha podido escribir la respuesta.",
  "error.internal_error": "La respuesta ha fallado por un error nuestro.",
  "error.model_failed": "El modelo de lenguaje no pudo responder. Inténtalo de nuevo.",
  "error.model_unreachable":
    "Ahora no se puede contactar con el modelo de lenguaje. Inténtalo de nuevo en un momento.",
  "error.model_busy":
    "El modelo de lenguaje tiene demasiado trabajo ahora. Inténtalo de nuevo en un minuto.",
  "error.model_busy_in":
    "El modelo de lenguaje tiene demasiado trabajo ahora. Inténtalo de nuevo en {wait}.",
  "error.model_unreachable_in":
    "Ahora no se puede contactar con el modelo de lenguaje. Inténtalo de nuevo en {wait}.",
  "error.model_broken_in":
    "El servicio del modelo de lenguaje comunicó un error. Inténtalo de nuevo en {wait}.",
  "error.model_broken":
    "El servicio del modelo de lenguaje comunicó un error. Inténtalo de nuevo en un momento.",
  "error.model_silent": "El modelo de lenguaje no empezó a responder a tiempo. Inténtalo de nuevo.",
  "error.model_stalled":
    "El modelo de lenguaje se detuvo a mitad de la respuesta. Inténtalo de nuevo.",
  "error.model_too_slow": "La respuesta tardó demasiado. Inténtalo de nuevo o pide algo más corto.",
  "error.model_cut":
    "La conexión con el modelo de lenguaje se cortó durante la respuesta. Inténtalo de nuevo.",
  "error.model_garbage":
    "El servicio del modelo de lenguaje envió algo ilegible. Inténtalo de nuevo.",
  "error.model_empty":
    "El modelo de lenguaje dio una respuesta vacía. Inténtalo de nuevo o dilo de otra manera.",
  "error.model_key_refused":
    "El servicio del modelo de lenguaje nos negó el acceso. Quien administra Konstruct puede arreglarlo: la clave está en KONSTRUCT_LLM_API_KEY, y «konstruct doctor» la comprueba.",
  "error.model_unknown":
    "El modelo de lenguaje pedido no existe. Elige otro en los ajustes del empleado, o pide a quien administra Konstruct que configure KONSTRUCT_LLM_MODEL.",
  "error.model_rejected":
    "El servicio del modelo de lenguaje no aceptó esta conversación. Un mensaje más corto o empezar de nuevo puede ayudar.",
  "error.model_declined":
    "El modelo de lenguaje no quiso responder a esto. Decirlo de otra manera puede ayudar.",
  "error.model_endless": "La respuesta superó la longitud permitida. Pide algo más corto.",
  "error.model_not_paid":
    "Se ha agotado la cuota o el crédito en el servicio del modelo de lenguaje. Quien administra Konstruct puede revisar allí la cuenta.",
  "error.model_not_there":
    "En la dirección configurada no hay ningún modelo de lenguaje. Quien administra Konstruct puede arreglarlo: KONSTRUCT_LLM_BASE_URL suele terminar en /v1, y «konstruct doctor» la comprueba.",
  "error.model_moved":
    "La dirección del modelo de lenguaje lleva a otra. Quien administra Konstruct puede poner esa otra en KONSTRUCT_LLM_BASE_URL; «konstruct doctor» la comprueba.",
  "error.model_too_long":
    "Es más de lo que el modelo de lenguaje puede leer de una vez. Envía un mensaje más corto o empieza una conversación nueva.",
  "error.model_only_thought":
    "El modelo de lenguaje gastó en pensar toda la longitud que puede usar, antes de decir nada. Pide menos de una vez; quien administra Konstruct puede subir el límite, KONSTRUCT_LLM_MAX_ANSWER_TOKENS.",
};
