/** All English sentences: everybody's, and those of each feature. The other languages have the same keys. */
import { words as message } from "@/components/message/words.en";
import { words as toast } from "@/components/toast/words.en";
import { words as businesses } from "@/features/businesses/words.en";
import { words as channels } from "@/features/channels/words.en";
import { words as chat } from "@/features/chat/words.en";
import { words as conversation } from "@/features/conversation/words.en";
import { words as conversations } from "@/features/conversations/words.en";
import { words as employee } from "@/features/employee/words.en";
import { words as employees } from "@/features/employees/words.en";
import { words as home } from "@/features/home/words.en";
import { words as invitations } from "@/features/invitations/words.en";
import { words as knowledge } from "@/features/knowledge/words.en";
import { words as login } from "@/features/login/words.en";
import { words as me } from "@/features/me/words.en";
import { words as models } from "@/features/models/words.en";
import { words as people } from "@/features/people/words.en";
import { words as settings } from "@/features/settings/words.en";
import { words as setup } from "@/features/setup/words.en";
import { words as shell } from "@/features/shell/words.en";

import { words as shared } from "./words.en";

export const en = {
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

export type MessageKey = keyof typeof en;
export type Catalogue = Record<MessageKey, string>;
