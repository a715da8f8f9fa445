/** The portal's few signs, drawn on a 24-unit grid. They are decoration; a label says the rest. */

const PATHS = {
  add: "M12 5v14M5 12h14",
  arrowDown: "M12 5v14m-6-6 6 6 6-6",
  business: "M4 20V9l8-5 8 5v11zM9 20v-6h6v6",
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  check: "m5 12.5 4.5 4.5L19 7.5",
  chevrons: "m8 10 4-4 4 4M8 14l4 4 4-4",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20a7.5 7.5 0 0 1 15 0",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.9a3.5 3.5 0 0 1 0 6.2M18.2 14a6.5 6.5 0 0 1 3.3 5.5",
  retry: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5",
  send: "M12 19V5m-6 6 6-6 6 6",
  stop: "M7 7h10v10H7z",
} as const;

export function Icon({ name, className = "size-5" }: { name: keyof typeof PATHS; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      className={className}
      viewBox="0 0 24 24"
      fill={name === "stop" ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={name === "more" ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
