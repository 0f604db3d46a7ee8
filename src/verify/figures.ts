/** The measurements of one session; a member is absent where it could not be measured. */
export interface SessionFigures {
  /** From the call of `start` until the session took work. */
  readonly readyMs?: number;
  /** From there until the first row of the first statement was here. */
  readonly firstRowMs?: number;
  /** How long after the session was ready, by its service's clock, it was seen to be. */
  readonly noticeMs?: number;
  /** The calls of the service until the session was ready. */
  readonly callsToReady?: number;
  readonly rowsPerSecond?: number;
}

/** The names of the measurements with their headings. */
export const FIGURES = {
  readyMs: 'start to ready',
  firstRowMs: 'ready to first row',
  noticeMs: 'notice delay',
  callsToReady: 'calls per ready session',
  rowsPerSecond: 'rows per second',
} as const satisfies Record<keyof SessionFigures, string>;

/** One of the measurements. */
export type FigureName = keyof typeof FIGURES;

/** The middle and the ends of several measurements. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** What was measured over all sessions. */
export type Figures = Partial<Readonly<Record<FigureName, Spread>>>;

/** Summarizes the measurements of all sessions. */
export function summarize(sessions: readonly SessionFigures[]): Figures {
  const names = Object.keys(FIGURES) as readonly FigureName[];
  const spreads = names.flatMap((name) => {
    const spread = spreadOf(sessions.flatMap((session) => session[name] ?? []));
    return spread === undefined ? [] : [[name, spread] as const];
  });
  return Object.fromEntries(spreads);
}

function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const [min, max] = [sorted[0], sorted.at(-1)];
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (min === undefined || max === undefined || low === undefined || high === undefined) return undefined;
  return { median: (low + high) / 2, min, max, count: sorted.length };
}

/** A measurement for people. */
export function toFigureText(name: FigureName, value: number): string {
  if (name === 'callsToReady') return String(Math.round(value * 10) / 10);
  if (name === 'rowsPerSecond') return Math.round(value).toLocaleString('en-US');
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

/** A median with its range: `58.2 s (55.0 s–61.3 s)`. */
export function toSpreadText(name: FigureName, { median, min, max, count }: Spread): string {
  const middle = toFigureText(name, median);
  return count === 1 ? middle : `${middle} (${toFigureText(name, min)}–${toFigureText(name, max)})`;
}
