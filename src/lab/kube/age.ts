/*
 * How long ago, in the short form kubectl shows (k8s.io/apimachinery/pkg/util/duration HumanDuration).
 */

/** "5s", "3m20s", "4h", "12d", "2y": the time from an RFC 3339 instant to now. */
export function ageText(since: string | undefined, now: Date): string {
  const from = Date.parse(since ?? '');
  if (Number.isNaN(from)) return '<unknown>';
  const seconds = Math.floor((now.getTime() - from) / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  return humanDuration(seconds);
}

function humanDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const years = Math.floor(days / 365);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return joined(minutes, 'm', seconds % 60, 's');
  if (hours < 3) return `${minutes}m`;
  if (hours < 8) return joined(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  if (days < 8) return joined(days, 'd', hours % 24, 'h');
  if (years < 2) return `${days}d`;
  if (years < 8) return joined(years, 'y', days % 365, 'd');
  return `${years}y`;
}

function joined(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smallUnit}`;
}
