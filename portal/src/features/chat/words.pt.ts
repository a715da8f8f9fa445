import type { Words } from "./words.en";

export const words: Words = {
  "chat.title": "Chat",
  "chat.employees": "Os seus funcionários",
  "chat.choose": "Escolha um funcionário com quem falar.",
  "chat.failed": "Não foi possível carregar os seus funcionários.",
  "chat.unread": "Mensagens novas",
  "chat.askToHire": "Um administrador de {business} pode contratar um.",
};
