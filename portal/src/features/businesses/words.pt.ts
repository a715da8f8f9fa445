import type { Words } from "./words.en";

export const words: Words = {
  "businesses.slugWrong":
    "Letras minúsculas a-z, algarismos e hífenes simples entre eles, no máximo {max}, como acme-berlin.",
  "businesses.title": "Empresas",
  "businesses.create": "Criar uma empresa",
  "businesses.submit": "Criar",
  "businesses.name": "Nome",
  "businesses.slug": "Nome curto (opcional)",
  "businesses.slugHelp":
    "Para comandos e endereços. Forma-se a partir do nome se o deixar vazio; nunca muda.",
  "businesses.rename": "Mudar o nome de {name}",
  "businesses.renameHelp": "O seu nome curto continua a ser {slug}.",
  "businesses.renameAction": "Mudar nome",
  "businesses.renameName": "Mudar nome de {name}",
  "businesses.open": "Abrir",
  "businesses.openName": "Abrir {name}",
  "businesses.current": "Está aqui",
  "businesses.renamed": "A empresa chama-se agora {name}.",
  "businesses.first": "Ainda não há nenhuma empresa",
  "businesses.firstLead":
    "Crie a primeira; depois convide o seu administrador e contrate os seus funcionários.",
  "error.slug_taken": "Esse nome curto já está em uso. Escolha outro.",
};
