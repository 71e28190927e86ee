/** Milliseconds for people. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '';
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 600_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 5_970_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 170_000_000 ? `${(ms / 3_600_000).toFixed(1)} h` : `${(ms / 86_400_000).toFixed(1)} d`;
}

/** A wall date, ISO 8601, for people: to the minute, as it was written. */
export function dateText(started: string): string {
  return started.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/s, '$1 $2');
}

/** A time of a lab, microseconds, for people: `+12.345678`, `+1:02:03.004`. */
export function clockText(t: number): string {
  const sign = t < 0 ? '−' : '+';
  const whole = Math.abs(t);
  const seconds = whole / 1e6;
  if (seconds < 60) return `${sign}${seconds.toFixed(6)}`;
  const days = Math.floor(seconds / 86_400);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const clock = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${(seconds % 60).toFixed(3).padStart(6, '0')}`;
  return days > 0 ? `${sign}${days}d ${clock}` : `${sign}${clock.replace(/^00:/, '')}`;
}

/** A count with thin spaces between thousands. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}
