/**
 * The part of the thread that is on the page: the rows in sight and some around them, however many
 * are loaded. It stands at the latest message and stays there while an answer grows, or where the
 * person has scrolled to: neither older messages coming in above nor heights that turn out other
 * than expected move what is being read.
 */
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { ThreadItem } from "@/chat/thread-items";

import { heldRows } from "./held-rows";
import { keepPlace, loadPlace, type Place, seqOf } from "./place";
import { expectedHeight } from "./row-height";

const AT_END_PX = 60;
/** Older messages are asked for while there is still this much to read above. */
const NEAR_TOP_PX = 2_000;
const ROWS_AROUND = 6;
const PADDING_TOP_PX = 24;
const PADDING_END_PX = 16;
const PLACE_KEPT_AFTER_MS = 200;
/** How far back a place is looked for; whoever read further up starts at the end again. */
const SOUGHT_WITHIN = 2_000;
/** Frames in which the heights around a place that was found come to be known. */
const FRAMES_TO_SETTLE = 5;

interface ThreadWindowOptions {
  /** At least one. */
  readonly items: readonly ThreadItem[];
  /** Under which the place is kept. */
  readonly placeKey: string;
  readonly onNearTop: () => void;
}

interface Row {
  readonly index: number;
  readonly item: ThreadItem;
}

interface ThreadWindow {
  readonly viewport: RefObject<HTMLDivElement | null>;
  readonly container: (list: HTMLElement | null) => void;
  readonly measured: (row: HTMLElement | null) => void;
  readonly rows: readonly Row[];
  readonly onScroll: () => void;
  /** Whether the latest message is out of sight. */
  readonly away: boolean;
  readonly toLatest: () => void;
}

export function useWindow({ items, placeKey, onNearTop }: ThreadWindowOptions): ThreadWindow {
  const viewport = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLElement>(null);
  /** Where to go back to; while there is one, it is looked for. */
  const sought = useRef<Place | null>(null);
  const sticks = useRef(true);
  const lastTop = useRef(0);
  const [away, setAway] = useState(false);

  const virtualizer = useVirtualizer<HTMLElement, HTMLElement>({
    count: items.length,
    getScrollElement: () => viewport.current,
    getItemKey: useCallback((index: number) => items[index]?.key ?? index, [items]),
    estimateSize: (index) => expectedHeight(items[index], viewport.current?.clientWidth ?? 0),
    initialOffset: () => items.reduce((sum, item) => sum + expectedHeight(item, 0), 0),
    rangeExtractor: useCallback((range: Range) => withHeld(range, list.current), []),
    overscan: ROWS_AROUND,
    paddingStart: PADDING_TOP_PX,
    paddingEnd: PADDING_END_PX,
    anchorTo: "end",
    scrollEndThreshold: AT_END_PX,
    directDomUpdates: true,
    directDomUpdatesMode: "position",
  });
  const { containerRef } = virtualizer;

  const stick = useCallback(() => {
    const element = viewport.current;
    if (element && sticks.current) element.scrollTop = element.scrollHeight;
  }, []);

  const container = useCallback(
    (element: HTMLElement | null) => {
      list.current = element;
      containerRef(element);
    },
    [containerRef],
  );

  useLayoutEffect(() => {
    sought.current = loadPlace(placeKey);
  }, [placeKey]);

  useLayoutEffect(stick, [items, stick]);

  // Markdown comes in later than its message, and phones show and hide their keyboard.
  useLayoutEffect(() => {
    const resized = new ResizeObserver(stick);
    if (viewport.current) resized.observe(viewport.current);
    if (list.current) resized.observe(list.current);
    return () => { resized.disconnect(); };
  }, [stick]);

  // The place is on an older page, or here, or gone.
  useLayoutEffect(() => {
    const place = sought.current;
    if (!place) return;
    const index = items.findIndex((item) => seqOf(item) === place.seq);
    if (index >= 0) {
      sought.current = null;
      sticks.current = false;
      const top = () => (virtualizer.measurementsCache[index]?.start ?? 0) + place.offset;
      return settle(viewport, top);
    }
    const oldest = items.map(seqOf).find((seq) => seq !== undefined) ?? 0;
    if (place.seq < oldest && place.seq > oldest - SOUGHT_WITHIN) onNearTop();
    else sought.current = null;
    return;
  }, [items, onNearTop, virtualizer]);

  const placeNow = useCallback((): Place | null => {
    const top = viewport.current?.scrollTop ?? 0;
    const row = virtualizer.getVirtualItemForOffset(top);
    const seq = row && seqOf(items[row.index]);
    if (sticks.current || !row || seq === undefined) return null;
    return { seq, offset: Math.round(top - row.start) };
  }, [items, virtualizer]);

  const placeTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => { clearTimeout(placeTimer.current); }, []);

  const onScroll = useCallback(() => {
    const element = viewport.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const left = scrollHeight - scrollTop - clientHeight;
    // What grows below takes one away from the end too, but never upwards.
    if (left < AT_END_PX) sticks.current = true;
    else if (scrollTop < lastTop.current) sticks.current = false;
    lastTop.current = scrollTop;
    setAway(left > clientHeight / 2);
    if (!sticks.current && scrollTop < NEAR_TOP_PX) onNearTop();
    clearTimeout(placeTimer.current);
    placeTimer.current = setTimeout(() => {
      if (!sought.current) keepPlace(placeKey, placeNow());
    }, PLACE_KEPT_AFTER_MS);
  }, [onNearTop, placeKey, placeNow]);

  const toLatest = useCallback(() => {
    sought.current = null;
    sticks.current = true;
    stick();
  }, [stick]);

  const rows = virtualizer.getVirtualItems().flatMap(({ index }) => {
    const item = items[index];
    return item ? [{ index, item }] : [];
  });
  return { viewport, container, measured: virtualizer.measureElement, rows, onScroll, away, toLatest };
}

function withHeld(range: Range, list: HTMLElement | null): number[] {
  const around = defaultRangeExtractor(range);
  const held = heldRows(list).filter((index) => index < range.count);
  if (held.length === 0) return around;
  return [...new Set([...around, ...held])].sort((one, other) => one - other);
}

/** Scrolls there, and again while rows above turn out other than expected. */
function settle(viewport: RefObject<HTMLElement | null>, top: () => number): () => void {
  let frame = 0;
  let left = FRAMES_TO_SETTLE;
  const step = () => {
    if (viewport.current) viewport.current.scrollTop = top();
    left -= 1;
    if (left > 0) frame = requestAnimationFrame(step);
  };
  step();
  return () => { cancelAnimationFrame(frame); };
}
