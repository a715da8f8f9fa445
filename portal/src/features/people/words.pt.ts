import type { Words } from "./words.en";

export const words: Words = {
  "people.title": "Pessoas",
  "people.empty": "Ainda ninguém pertence a esta empresa. Convide o seu primeiro administrador.",
  "people.joined": "Desde {date}",
  "people.roleOf": "{role}, permissões de {name}",
  "people.roleIs": "{name} é agora: {role}.",
  "people.remove": "Remover",
  "people.removeName": "Remover {name}",
  "people.removeTitle": "Remover {name}?",
  "people.removeLead":
    "{name} perde de imediato o acesso a {business}. As suas conversas ficam, e pode voltar a convidar esta pessoa.",
  "people.removed": "{name} já não pertence a {business}.",
  "people.promoteTitle": "Tornar {name} administrador?",
  "people.promoteLead":
    "{name} poderá contratar e alterar funcionários, e convidar e remover pessoas em {business}, incluindo a si.",
  "people.promote": "Tornar administrador",
  "people.demoteTitle": "Passar {name} a operador?",
  "people.demoteLead":
    "{name} deixa de poder contratar ou convidar em {business}. As suas conversas ficam.",
  "people.demote": "Passar a operador",
  "people.leave": "Sair",
  "people.leaveName": "Sair de {business}",
  "people.leaveTitle": "Sair de {business}?",
  "people.leaveLead":
    "Perde de imediato o acesso a {business}. Só outro administrador pode voltar a dar-lhe acesso.",
  "people.stepDown": "Passar a operador",
  "people.stepDownTitle": "Deixar de ser administrador?",
  "people.stepDownLead":
    "Deixa de poder contratar ou convidar em {business}. Só outro administrador o pode desfazer.",
  "people.invite": "Convidar",
  "error.last_admin":
    "É o último administrador da empresa. Torne primeiro outra pessoa administradora.",
  "error.platform_admin":
    "É um administrador da plataforma; nenhuma empresa pode mudar os seus direitos.",
  "people.password": "Palavra-passe nova",
  "people.passwordOf": "Palavra-passe nova para {name}",
  "people.passwordTitle": "Uma palavra-passe nova para {name}?",
  "people.passwordLead": "Recebe uma ligação com que {name} define uma palavra-passe nova, dentro de uma hora. Todas as suas sessões terminam então. Entregue-a em privado: quem a tiver pode entrar como essa pessoa.",
  "people.passwordMade": "Envie esta ligação a {name}, em privado. Só é mostrada agora, e serve uma vez, dentro de uma hora.",
  "people.passwordLink": "Ligação para uma palavra-passe nova",
  "people.passwordCopy": "Copiar a ligação",
  "people.passwordMake": "Criar a ligação",
  "error.member_elsewhere": "Esta pessoa pertence também a outra empresa. Peça a ligação a quem administra o Konstruct.",
};
