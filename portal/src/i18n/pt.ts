import { words as message } from "@/components/message/words.pt";
import { words as toast } from "@/components/toast/words.pt";
import { words as businesses } from "@/features/businesses/words.pt";
import { words as channels } from "@/features/channels/words.pt";
import { words as chat } from "@/features/chat/words.pt";
import { words as conversation } from "@/features/conversation/words.pt";
import { words as conversations } from "@/features/conversations/words.pt";
import { words as employee } from "@/features/employee/words.pt";
import { words as employees } from "@/features/employees/words.pt";
import { words as home } from "@/features/home/words.pt";
import { words as invitations } from "@/features/invitations/words.pt";
import { words as knowledge } from "@/features/knowledge/words.pt";
import { words as login } from "@/features/login/words.pt";
import { words as me } from "@/features/me/words.pt";
import { words as models } from "@/features/models/words.pt";
import { words as people } from "@/features/people/words.pt";
import { words as settings } from "@/features/settings/words.pt";
import { words as setup } from "@/features/setup/words.pt";
import { words as shell } from "@/features/shell/words.pt";

import type { Catalogue } from "./en";
import { words as shared } from "./words.pt";

export const pt: Catalogue = {
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
