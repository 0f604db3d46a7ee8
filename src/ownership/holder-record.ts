import { createHash } from 'node:crypto';
import { isStartToken } from '../contract/ownership.ts';
import type { HostIdentity } from './host-identity.ts';

/** The version of the record that this package writes. */
const RECORD_VERSION = 1;

/** Longest record that is read, bytes: nothing that anysession writes comes near. */
export const LONGEST_RECORD = 64 * 1024;

/** What a claim says about the session. */
export interface ClaimedSession {
  readonly token: string;
  readonly provider: string;
  readonly scope: string;
  readonly environment: string;
  readonly owner: string;
  readonly key?: string | undefined;
  /** A hash per start option, so that options that differ can be named without being stored. */
  readonly options: Readonly<Record<string, string>>;
}

/** Who holds a session on this host. Holds no secret. */
export interface HolderRecord extends ClaimedSession, HostIdentity {
  readonly v: typeof RECORD_VERSION;
  readonly role: 'holder' | 'sweeper';
  /** The id of the session, once its service has accepted the start. */
  readonly sessionId?: string | undefined;
  readonly startedAtMs: number;
  /** Until when the session lives on without a holder, epoch milliseconds. */
  readonly keptUntilMs?: number | undefined;
  /** The same as uptime of this host, milliseconds: sweeps go by it, because the clock may be set. */
  readonly keptUntilUptimeMs?: number | undefined;
  /** Since when sweeps do not find the session, as uptime of this host, milliseconds. */
  readonly missingSinceUptimeMs?: number | undefined;
  /** The socket of the holder's process; empty when it has abandoned the session. */
  readonly socket: string;
  /** 0 when the holder has abandoned the session: then nobody holds it, although its process may live. */
  readonly pid: number;
}

/** One claim: the record in a file. */
export interface Claim {
  readonly file: string;
  /** Counts the claims of one session, from 1; the highest one counts. */
  readonly generation: number;
  /** `undefined` for a damaged file. */
  readonly record: HolderRecord | undefined;
}

const TEXTS = ['provider', 'scope', 'environment', 'owner', 'host', 'bootId', 'pidNamespace', 'socket'] as const;
const NUMBERS = ['startedAtMs', 'pid'] as const;
const TIMES = ['keptUntilMs', 'keptUntilUptimeMs', 'missingSinceUptimeMs'] as const;

/** For how much longer the session lives on without a holder, milliseconds; 0 or less when nothing keeps it. */
export function keptForMs(
  { keptUntilUptimeMs = 0 }: Pick<HolderRecord, 'keptUntilUptimeMs'>,
  uptimeMs: number,
): number {
  return keptUntilUptimeMs - uptimeMs;
}

/** Reads a record; `undefined` for a damaged one. */
export function parseRecord(text: string): HolderRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const record = Object(value) as Readonly<Record<string, unknown>>;
  const { v, token, role, options, key, sessionId } = record;
  const isWhole =
    v === RECORD_VERSION &&
    typeof token === 'string' &&
    isStartToken(token) &&
    (role === 'holder' || role === 'sweeper') &&
    TEXTS.every((name) => typeof record[name] === 'string') &&
    NUMBERS.every((name) => Number.isFinite(record[name])) &&
    [key, sessionId].every((text) => text === undefined || typeof text === 'string') &&
    TIMES.every((name) => record[name] === undefined || Number.isFinite(record[name])) &&
    typeof options === 'object' &&
    options !== null &&
    Object.values(options).every((hash) => typeof hash === 'string');
  // Safe: every member was checked.
  return isWhole ? (record as unknown as HolderRecord) : undefined;
}

/** Writes a record. */
export function formatRecord(record: Omit<HolderRecord, 'v'>): string {
  return `${JSON.stringify({ v: RECORD_VERSION, ...record })}\n`;
}

/** The file name of a claim. The same key in two environments has the same token, so the scope is in the name too. */
export function claimFileName(
  { token, provider, scope }: Pick<ClaimedSession, 'token' | 'provider' | 'scope'>,
  generation: number,
): string {
  const place = createHash('sha256').update(`${provider}\0${scope}`).digest('hex').slice(0, 12);
  return `${token}.${place}.${generation}.json`;
}

const FILE_NAME = /^([a-z][a-z0-9-]+\.[0-9a-f]{12})\.([1-9]\d{0,8})\.json$/;

/** What a file name says: the session, and the generation of the claim; `undefined` for other files. */
export function parseClaimFileName(
  name: string,
): { readonly session: string; readonly generation: number } | undefined {
  const [, session, generation] = FILE_NAME.exec(name) ?? [];
  return session === undefined ? undefined : { session, generation: Number(generation) };
}

/** A hash per option that is set. The token is the salt: equal options of two sessions have different hashes. */
export function hashOptions(
  token: string,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      createHash('sha256')
        .update(`${token}\0${name}\0${canonicalJson(value)}`)
        .digest('hex')
        .slice(0, 24),
    ]),
  );
}

/** The names of the options that differ, sorted. */
export function differingOptions(one: HolderRecord['options'], other: HolderRecord['options']): readonly string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]).sort();
}

/** JSON with sorted members: the order in which options are written means nothing. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member === 'bigint') return `${member}n`;
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
