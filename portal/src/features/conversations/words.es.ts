import type { Words } from "./words.en";

export const words: Words = {
  "conversations.title": "Conversaciones",
  "conversations.lead":
    "Las conversaciones de todos en {business}, primero las más recientes. Puedes leerlas; solo sus propias personas pueden escribir en ellas.",
  "conversations.empty": "Aquí nadie ha hablado aún con un empleado.",
  "conversations.pair": "{person} y {name}",
  "conversations.former": "Alguien que ya no está",
  "conversations.nothing": "Aún no hay mensajes",
  "conversations.watch.ask": "¿Por qué quieres leerla?",
  "conversations.watch.askLead":
    "Es la conversación de otra persona. El motivo queda registrado con tu nombre y esta conversación.",
  "conversations.watch.reason": "Motivo",
  "conversations.watch.reasonHelp": "Por ejemplo, el número de una incidencia o quién te lo pidió.",
  "conversations.watch.reasonMissing": "Indica un motivo.",
  "conversations.watch.read": "Leer la conversación",
  "conversations.watch.lead":
    "Estás leyendo. Aquí solo puede escribir {person}; los mensajes nuevos aparecen en unos segundos.",
  "conversations.watch.leadFormer": "Estás leyendo. Aquí ya no puede escribir nadie.",
  "conversations.watch.back": "Volver a todas las conversaciones",
  "conversations.watch.older": "Mostrar mensajes anteriores",
};
