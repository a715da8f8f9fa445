/** The portal's few signs, drawn on a 24-unit grid. They are decoration; a label says the rest. */

const PATHS = {
  add: "M12 5v14M5 12h14",
  back: "M19 12H5m6-6-6 6 6 6",
  arrowDown: "M12 5v14m-6-6 6 6 6-6",
  business: "M4 20V9l8-5 8 5v11zM9 20v-6h6v6",
  channels: "M4 8h13m-4-4 4 4-4 4M20 16H7m4 4-4-4 4-4",
  chat: "M4 5h16v11H10l-5 4v-4H4z",
  check: "m5 12.5 4.5 4.5L19 7.5",
  chevrons: "m8 10 4-4 4 4M8 14l4 4 4-4",
  close: "M6 6l12 12M18 6 6 18",
  conversations: "M3 5h12v8H8l-4 3v-3H3zM18 9h3v8h-1v3l-4-3H9",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  employee: "M5 8h14v11H5zM12 8V4M9.5 13h.01M14.5 13h.01M2.5 12v3M21.5 12v3",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  menu: "M4 7h16M4 12h16M4 17h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20a7.5 7.5 0 0 1 15 0",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 19.5a6.5 6.5 0 0 1 13 0M16 4.9a3.5 3.5 0 0 1 0 6.2M18.2 14a6.5 6.5 0 0 1 3.3 5.5",
  narrow: "M4 4h16v16H4zM9 4v16m7-11-3 3 3 3",
  retry: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5",
  send: "M12 19V5m-6 6 6-6 6 6",
  settings: "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6M12 2.5v3m0 13v3M2.5 12h3m13 0h3M5.3 5.3l2.1 2.1m9.2 9.2 2.1 2.1m0-13.4-2.1 2.1M7.4 16.6l-2.1 2.1",
  widen: "M4 4h16v16H4zM9 4v16m4-11 3 3-3 3",
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
