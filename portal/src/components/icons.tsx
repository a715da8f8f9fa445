/**
 * The portal's signs, of lucide, each imported by its name so that no other comes along. They are
 * decoration; a label says the rest.
 */
import {
  ArrowDown,
  ArrowLeft,
  ArrowLeftRight,
  ArrowUp,
  BookOpen,
  Bot,
  Building2,
  Check,
  ChevronsUpDown,
  Copy,
  Ellipsis,
  Info,
  House,
  Keyboard,
  Menu,
  MessageSquare,
  MessagesSquare,
  PanelLeftClose,
  PanelLeftOpen,
  Pause,
  Plus,
  RotateCcw,
  Search,
  Settings,
  Square,
  TriangleAlert,
  UserRound,
  UsersRound,
  X,
} from "lucide-react";

const ICONS = {
  add: Plus,
  arrowDown: ArrowDown,
  back: ArrowLeft,
  business: Building2,
  channels: ArrowLeftRight,
  chat: MessageSquare,
  check: Check,
  chevrons: ChevronsUpDown,
  close: X,
  conversations: MessagesSquare,
  copy: Copy,
  employee: Bot,
  home: House,
  info: Info,
  keys: Keyboard,
  knowledge: BookOpen,
  menu: Menu,
  more: Ellipsis,
  narrow: PanelLeftClose,
  pause: Pause,
  people: UsersRound,
  person: UserRound,
  retry: RotateCcw,
  search: Search,
  send: ArrowUp,
  settings: Settings,
  stop: Square,
  warning: TriangleAlert,
  widen: PanelLeftOpen,
} as const;

export function Icon({ name, className = "size-5" }: { name: keyof typeof ICONS; className?: string }) {
  const Sign = ICONS[name];
  return <Sign aria-hidden="true" className={className} strokeWidth={1.8} fill={name === "stop" ? "currentColor" : "none"} />;
}
