import type { Words } from "./words.en";

export const words: Words = {
  "conversations.title": "Conversas",
  "conversations.lead":
    "As conversas de todos em {business}, as mais recentes primeiro. Pode lê-las; só as próprias pessoas podem escrever nelas.",
  "conversations.empty": "Aqui ainda ninguém falou com um funcionário.",
  "conversations.pair": "{person} e {name}",
  "conversations.former": "Alguém que saiu",
  "conversations.nothing": "Ainda não há mensagens",
  "conversations.watch.ask": "Porque quer lê-la?",
  "conversations.watch.askLead":
    "É a conversa de outra pessoa. O motivo fica registado com o seu nome e esta conversa.",
  "conversations.watch.reason": "Motivo",
  "conversations.watch.reasonHelp": "Por exemplo, o número de um pedido ou quem lho pediu.",
  "conversations.watch.reasonMissing": "Indique um motivo.",
  "conversations.watch.read": "Ler a conversa",
  "conversations.watch.lead":
    "Está só a ler. Aqui só {person} pode escrever; as mensagens novas aparecem em segundos.",
  "conversations.watch.leadFormer": "Está só a ler. Aqui já ninguém pode escrever.",
  "conversations.watch.back": "Voltar a todas as conversas",
  "conversations.watch.older": "Mostrar mensagens anteriores",
};
