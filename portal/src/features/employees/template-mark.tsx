/** What a template is for, as a sign. */
import { BellRing, BookOpen, CalendarDays, Headset, HeartHandshake, MessageSquare, ShoppingCart, Wrench } from "lucide-react";

import type { Template } from "@/wire/frames";

const SIGNS = {
  bell: BellRing,
  headset: Headset,
  book: BookOpen,
  cart: ShoppingCart,
  calendar: CalendarDays,
  chat: MessageSquare,
  heart: HeartHandshake,
  wrench: Wrench,
};

export function TemplateMark({ icon }: { icon: Template["icon"] }) {
  const Sign = icon && Object.hasOwn(SIGNS, icon) ? SIGNS[icon as keyof typeof SIGNS] : MessageSquare;
  return <Sign aria-hidden="true" strokeWidth={1.8} className="size-5" />;
}
