import { words as message } from "@/components/message/words.es";
import { words as toast } from "@/components/toast/words.es";
import { words as businesses } from "@/features/businesses/words.es";
import { words as channels } from "@/features/channels/words.es";
import { words as chat } from "@/features/chat/words.es";
import { words as conversation } from "@/features/conversation/words.es";
import { words as conversations } from "@/features/conversations/words.es";
import { words as employee } from "@/features/employee/words.es";
import { words as employees } from "@/features/employees/words.es";
import { words as home } from "@/features/home/words.es";
import { words as invitations } from "@/features/invitations/words.es";
import { words as knowledge } from "@/features/knowledge/words.es";
import { words as login } from "@/features/login/words.es";
import { words as me } from "@/features/me/words.es";
import { words as models } from "@/features/models/words.es";
import { words as people } from "@/features/people/words.es";
import { words as settings } from "@/features/settings/words.es";
import { words as setup } from "@/features/setup/words.es";
import { words as shell } from "@/features/shell/words.es";

import type { Catalogue } from "./en";
import { words as shared } from "./words.es";

export const es: Catalogue = {
  ...shared,
  ...message,
  ...toast,
  ...businesses,
  ...channels,
  ...chat,
  ...conversation,
  ...conversations,
  ...employee,
  ...employees,
  ...home,
  ...invitations,
  ...knowledge,
  ...login,
  ...me,
  ...models,
  ...people,
  ...settings,
  ...setup,
  ...shell,
};
