import { SessionError } from '../contract/session-error.ts';
import type { Finding } from './finding.ts';
import { POINTS } from './points/all-points.ts';
import type { Point, PointValue } from './points/point.ts';
import type { VerificationReport } from './report.ts';

/** The version of the files that this code writes and reads. */
export const OBSERVATIONS_VERSION = 1;

/** What was found out about one point. */
export interface ObservedPoint {
  /** The emulator's option: `athena.tokenClashCode`. */
  readonly option: string;
  readonly finding: Finding;
}

/** What one account showed, as `anysession verify --save` writes it: no names, no ids, no credentials. */
export interface Observations {
  readonly version: typeof OBSERVATIONS_VERSION;
  readonly anysession: string;
  readonly observedAt: string;
  readonly provider: string;
  readonly region?: string;
  readonly release?: string;
  readonly observations: readonly ObservedPoint[];
}

/** The code of an error, or a word of an option: nothing that could hold a secret. */
const WORD = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** Takes the observations out of a report. */
export function toObservations({
  anysession,
  date,
  provider,
  region,
  release,
  points,
}: VerificationReport): Observations {
  return {
    version: OBSERVATIONS_VERSION,
    anysession,
    observedAt: date,
    provider,
    ...(region !== undefined && { region }),
    ...(release !== undefined && { release }),
    observations: points.map(({ option, finding }) => ({ option, finding })),
  };
}

/**
 * Reads observations. @param source - what messages call them
 * @throws SessionError `config-invalid` for anything that `verify --save` would not have written.
 */
export function parseObservations(raw: unknown, source = 'the observations'): Observations {
  const { version, observations, provider } = asRecord(raw) ?? {};
  if (version !== OBSERVATIONS_VERSION) {
    const found = version === undefined ? 'no version' : `version ${JSON.stringify(version)}`;
    throw refusal(`${source}: ${found}; this anysession reads version ${OBSERVATIONS_VERSION}`);
  }
  if (!Array.isArray(observations)) throw refusal(`${source}: 'observations' is not a list`);
  for (const [at, each] of observations.entries()) {
    const { option, finding } = asRecord(each) ?? {};
    const point = POINTS.find((known) => known.option === option);
    const where = `${source}: observation ${at + 1}`;
    if (point === undefined) throw refusal(`${where}: ${JSON.stringify(option)} is no point that is known here`);
    if (point.provider !== provider)
      throw refusal(`${where}: '${point.option}' is no point of ${JSON.stringify(provider)}`);
    const problem = problemOf(point, asRecord(finding) ?? {});
    if (problem !== undefined) throw refusal(`${where}: ${point.option} ${problem}`);
  }
  // Safe: every member that is used was checked.
  return raw as Observations;
}

/** What is wrong with a finding; `undefined` when nothing is. */
function problemOf({ values }: Point, finding: Readonly<Record<string, unknown>>): string | undefined {
  const { outcome, value, atLeastMs, atMostMs, why } = finding;
  if (outcome === 'measured') {
    const isRange = [atLeastMs, atMostMs].every((ms) => Number.isSafeInteger(ms) && Number(ms) >= 0);
    if (values !== 'duration') return 'is no time';
    return isRange && Number(atLeastMs) <= Number(atMostMs)
      ? undefined
      : 'needs atLeastMs and atMostMs, whole numbers in this order';
  }
  if (outcome === 'observed') {
    if (values === 'duration') return 'needs a measured time';
    const isKnown = values.includes(value as PointValue);
    return isKnown || (typeof value === 'string' && WORD.test(value))
      ? undefined
      : `has the value ${JSON.stringify(value)}`;
  }
  const isNothing = outcome === 'unknown' || outcome === 'long' || outcome === 'not-probed';
  return isNothing && typeof why === 'string' ? undefined : `has the outcome ${JSON.stringify(outcome)}`;
}

/** The settings of the emulator that observations amount to. */
export interface ObservedSettings {
  /** By service and option, as `startEmulator` takes them. */
  readonly options: Readonly<Record<string, Readonly<Record<string, PointValue>>>>;
  /** What was seen and the emulator cannot do, with what it does instead. */
  readonly unmatched: readonly string[];
}

/** Translates observations into options of the emulator. */
export function observedSettings({ observations }: Observations): ObservedSettings {
  const options: Record<string, Record<string, PointValue>> = {};
  const unmatched: string[] = [];
  for (const { option: path, finding } of observations) {
    const point = POINTS.find(({ option }) => option === path);
    const value = valueOf(finding);
    if (point === undefined || value === undefined) continue;
    if (point.values !== 'duration' && !point.values.includes(value)) {
      unmatched.push(`${path}: the emulator has no '${String(value)}' and keeps ${String(point.assumed)}`);
      continue;
    }
    const [service = '', option = ''] = path.split('.');
    (options[service] ??= {})[option] = value;
  }
  return { options, unmatched };
}

/** The option value that a finding means; for a time, the middle of the measured range. */
function valueOf(finding: Finding): PointValue | undefined {
  if (finding.outcome === 'observed') return finding.value;
  if (finding.outcome !== 'measured') return undefined;
  const { atLeastMs, atMostMs } = finding;
  // Nothing that was measured says that there was a delay at all.
  return atLeastMs === 0 ? 0 : Math.round((atLeastMs + atMostMs) / 2);
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function refusal(message: string): SessionError {
  return new SessionError('config-invalid', message, {
    operation: 'read observations',
    advice: 'Write the file again with `anysession verify --save`.',
  });
}
