import type { Words } from "./words.en";

export const words: Words = {
  "businesses.slugWrong":
    "Letras minúsculas a-z, cifras y guiones sueltos entre ellas, como máximo {max}, como acme-berlin.",
  "businesses.title": "Empresas",
  "businesses.create": "Crear una empresa",
  "businesses.submit": "Crear",
  "businesses.name": "Nombre",
  "businesses.slug": "Nombre corto (opcional)",
  "businesses.slugHelp":
    "Para comandos y direcciones. Se forma a partir del nombre si lo dejas vacío; no cambia nunca.",
  "businesses.rename": "Cambiar el nombre de {name}",
  "businesses.renameHelp": "Su nombre corto sigue siendo {slug}.",
  "businesses.renameAction": "Cambiar nombre",
  "businesses.renameName": "Cambiar nombre de {name}",
  "businesses.open": "Abrir",
  "businesses.openName": "Abrir {name}",
  "businesses.current": "Estás aquí",
  "businesses.renamed": "La empresa se llama ahora {name}.",
  "businesses.first": "Aún no hay ninguna empresa",
  "businesses.firstLead":
    "Crea la primera; después invita a su administrador y contrata a sus empleados.",
  "error.slug_taken": "Ese nombre corto ya está en uso. Elige otro.",
};
