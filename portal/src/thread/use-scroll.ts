/**
 * Where the thread stands: at the latest message and staying there while an answer grows, or where
 * the person has scrolled to, which older messages coming in above do not move.
 */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

const AT_END_PX = 60;
const NEAR_TOP_PX = 600;

interface Scroll {
  readonly viewport: RefObject<HTMLDivElement | null>;
  readonly contents: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  /** Whether the latest message is out of sight. */
  readonly away: boolean;
  readonly toLatest: () => void;
}

interface ScrollOptions {
  /** Of the first item: when another takes its place, older ones have come in above. */
  readonly firstKey: string | undefined;
  readonly content: unknown;
  readonly onNearTop: () => void;
}

export function useScroll({ firstKey, content, onNearTop }: ScrollOptions): Scroll {
  const viewport = useRef<HTMLDivElement>(null);
  const contents = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  /** As it was last seen, to tell how much came in above. */
  const last = useRef({ firstKey, height: 0, top: 0 });
  const [away, setAway] = useState(false);

  const settle = useCallback(() => {
    const element = viewport.current;
    if (!element) return;
    if (sticks.current) element.scrollTop = element.scrollHeight;
    last.current.height = element.scrollHeight;
    last.current.top = element.scrollTop;
  }, []);

  useLayoutEffect(() => {
    const element = viewport.current;
    if (!element) return;
    const grew = element.scrollHeight - last.current.height;
    if (last.current.firstKey !== firstKey && !sticks.current) {
      element.scrollTop = last.current.top + grew;
    }
    last.current.firstKey = firstKey;
    settle();
  }, [firstKey, content, settle]);

  // Markdown comes in later than its message, and phones show and hide their keyboard.
  useLayoutEffect(() => {
    const resized = new ResizeObserver(settle);
    if (viewport.current) resized.observe(viewport.current);
    if (contents.current) resized.observe(contents.current);
    return () => { resized.disconnect(); };
  }, [settle]);

  const onScroll = useCallback(() => {
    const element = viewport.current;
    if (!element) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    sticks.current = left < AT_END_PX;
    last.current.top = element.scrollTop;
    setAway(left > element.clientHeight / 2);
    if (element.scrollTop < NEAR_TOP_PX && element.scrollHeight > element.clientHeight) onNearTop();
  }, [onNearTop]);

  const toLatest = useCallback(() => {
    sticks.current = true;
    settle();
  }, [settle]);

  return { viewport, contents, onScroll, away, toLatest };
}
