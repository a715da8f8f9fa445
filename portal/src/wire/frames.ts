/** The wire's types by the names the rest of the portal uses, and the one place frames are parsed. */
import { CloseCode as Codes, type components } from "./schema";

type Schemas = components["schemas"];

export const CloseCode = Codes;
export type CloseCode = (typeof Codes)[keyof typeof Codes];
export type AuthFrame = Schemas["AuthFrame"];
export type ClientFrame =
  | Schemas["AuthFrame"]
  | Schemas["SendFrame"]
  | Schemas["StopFrame"]
  | Schemas["RetryFrame"];
/** Who is there: a member of the business, or a visitor of its website. */
export type FirstFrame = Schemas["AuthFrame"] | Schemas["VisitorAuthFrame"];
export type ServerFrame =
  | Schemas["ReadyFrame"]
  | Schemas["MessageFrame"]
  | Schemas["TypingFrame"]
  | Schemas["AcceptedFrame"]
  | Schemas["DeltaFrame"]
  | Schemas["ToolStartedFrame"]
  | Schemas["ToolFinishedFrame"]
  | Schemas["ResponseFrame"]
  | Schemas["ResetFrame"]
  | Schemas["ErrorFrame"]
  | Schemas["ListeningFrame"]
  | Schemas["ChangedFrame"]
  | Schemas["ReconnectFrame"];
export type Author = NonNullable<Schemas["MessageFrame"]["author"]>;
export type Handling = Schemas["HoldingOut"]["handling"];
export type Citation = Schemas["Citation"];
export type Message = Omit<Schemas["MessageOut"], "author" | "citations"> & {
  author?: Author;
  citations?: Citation[];
};
export type Trace = Schemas["TraceOut"];
export type Conversation = Schemas["ConversationOut"];
export type Agent = Schemas["AgentOut"];
export type AgentDetails = Schemas["AgentDetails"];
export type Employee = Omit<Schemas["HireAgent"], "tenant_id">;
export type Template = Schemas["TemplateOut"];
export type DraftedEmployee = Schemas["DraftedEmployee"];
export type TriedAll = Schemas["TriedAll"];
export type ByTemplate = Schemas["ByTemplate"];
export type Edited = Schemas["Edited"];
export type DraftChanges = Schemas["SaveDraft"];
export type Difference = Schemas["DifferenceOut"];
export type Version = Schemas["VersionOut"];
export type Versions = Schemas["Versions"];
export type BusinessHours = Schemas["BusinessHoursOut"];
/** What stands in an employee's and a business's `hours`; a day that is not there is closed. */
export interface Hours {
  readonly time_zone: string;
  readonly week: Readonly<Partial<Record<string, [string, string][]>>>;
  readonly closed: string[];
}
export type AgentChanges = Partial<Employee & Pick<Agent, "status" | "paused_notice">>;
export type AttentionItem = Schemas["AttentionOut"];
export type Member = Schemas["MemberOut"];
export type MemberRole = Member["role"];
export type Invitation = Schemas["InvitationOut"];
export type NewInvitation = Schemas["NewInvitation"];
export type OwnSession = Schemas["OwnSession"];
export type ResetLink = Schemas["ResetLink"];
export type Offer = Schemas["OfferOut"];
export type ChannelKind = Schemas["KindOut"];
export type Connection = Schemas["ConnectionOut"];
export type Deliveries = Schemas["Deliveries"];
export type SlackManifest = Schemas["ManifestOut"];
export type Visit = Schemas["VisitOut"];
export type Limits = Schemas["LimitsOut"];
export type Source = Schemas["SourceOut"];
export type Gap = Schemas["GapOut"];
export type Taught = Schemas["TaughtOut"];
export type Answered = Schemas["AnsweredOut"];
export type KnowledgeDocument = Schemas["DocumentOut"];
export type DocumentText = Schemas["DocumentText"];
export type LocalServer = Schemas["LocalServerOut"];
export type ModelChoice = Schemas["ChoiceOut"];
export type ModelKey = Schemas["KeyOut"];
export type ModelKeys = Schemas["KeysOut"];
export type ModelProvider = Schemas["ProviderOut"];
export type Tenant = Schemas["TenantOut"];
export type LoggedIn = Schemas["TokenOut"];

const SERVER_FRAME_TYPES: Record<ServerFrame["type"], true> = {
  ready: true,
  message: true,
  typing: true,
  accepted: true,
  delta: true,
  tool_started: true,
  tool_finished: true,
  response: true,
  reset: true,
  error: true,
  listening: true,
  changed: true,
  reconnect: true,
};

/** The frame, or null for a type this portal is too old to know: the protocol only ever grows. */
export function parseServerFrame(data: string): ServerFrame | null {
  const frame = JSON.parse(data) as { type?: unknown };
  return typeof frame.type === "string" && Object.hasOwn(SERVER_FRAME_TYPES, frame.type)
    ? (frame as ServerFrame)
    : null;
}
