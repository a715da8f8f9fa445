/** How much of something is used; beside it stands the figure. */
export function Meter({ label, value, max }: { label: string; value: number; max: number }) {
  return (
    <meter
      aria-label={label}
      min={0}
      max={max}
      high={max * 0.8}
      optimum={0}
      value={Math.min(value, max)}
      className="meter mt-2 block h-2 w-full max-w-xs"
    />
  );
}
