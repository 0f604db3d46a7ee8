import { isDeepStrictEqual } from 'node:util';
import { LIST_FILTER_FIELDS, type Capabilities, type DurationRange } from '../../contract/capabilities.ts';
import type { Observation } from '../../contract/observation.ts';
import { HANDLE_VERSION } from '../../contract/session-handle.ts';
import { CaseBlocked, check, defineCase, needsFlag, needsNoFlag, type ConformanceCase } from '../conformance-case.ts';
import type { Trial } from '../trial.ts';
import { wholeLife } from './session-life.ts';

const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isPositive = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
const isPositiveOrFalse = (value: unknown): boolean => value === false || isPositive(value);
const isRange = (value: unknown): boolean => {
  const { min, max, default: standard } = value as DurationRange;
  return isPositive(min) && isPositive(max) && isPositive(standard) && min <= standard && standard <= max;
};

/** What each capability may be; total, so that a new capability is checked or does not compile. */
const CAPABILITY_CHECKS: { readonly [K in keyof Capabilities]: (value: unknown) => boolean } = {
  dialect: (value) => value === 'duckdb' || value === 'spark',
  sql: isFlag,
  sparkConnect: isFlag,
  calculations: isFlag,
  reportsBusy: isFlag,
  concurrentStatements: isFlag,
  deletesRecord: isFlag,
  dashboard: isFlag,
  labels: isFlag,
  size: isFlag,
  sparkConf: isFlag,
  idleTimeoutMs: isRange,
  maxLifetimeMs: (value) => value === false || isRange(value),
  idempotency: (value) => value === 'token' || value === 'name',
  listPageSize: isPositive,
  listFilters: (value) =>
    Array.isArray(value) && value.every((field) => (LIST_FILTER_FIELDS as readonly unknown[]).includes(field)),
  listsFinal: isFlag,
  tokenLifetimeMs: isPositiveOrFalse,
  maxLiveSessions: isPositiveOrFalse,
  watchIntervalMs: (value) => {
    const { min, max } = value as { readonly min: number; readonly max: number };
    return isPositive(min) && isPositive(max) && min <= max;
  },
  callsPerSecond: (value) => value === false || Object.values(value as object).every((rate) => rate > 0),
  outlivesProcess: isFlag,
};

/** The optional members of a provider, each with the capability that announces it. */
const MEMBERS = [
  ['statements', 'sql'],
  ['endpoint', 'sparkConnect'],
  ['dashboard', 'dashboard'],
  ['calculations', 'calculations'],
] as const;

/** C-001 … C-003 and C-008: what a provider looks like from outside. */
export const SHAPE_CASES: readonly ConformanceCase[] = [
  defineCase({
    rule: 'C-001',
    title: 'capabilities are complete, of the right types and frozen all through',
    run: async ({ provider: { capabilities } }) => {
      for (const [name, isRight] of Object.entries(CAPABILITY_CHECKS)) {
        const value: unknown = capabilities[name as keyof Capabilities];
        check(
          value !== undefined && isRight(value),
          `capabilities.${name} is ${JSON.stringify(value)}, which it cannot be`,
        );
      }
      check(Object.isFrozen(capabilities), 'capabilities are not frozen');
      for (const [name, value] of Object.entries(capabilities))
        check(Object.isFrozen(value), `capabilities.${name} is not frozen`);
    },
  }),
  defineCase({
    rule: 'C-001',
    title: 'capabilities are those that the subject was chosen by, and stay the same object',
    run: async (trial) => {
      const before = trial.provider.capabilities;
      const wrong = Object.keys(CAPABILITY_CHECKS).filter((name) => {
        const key = name as keyof Capabilities;
        return !isDeepStrictEqual(before[key], trial.subject.capabilities[key]);
      });
      check(wrong.length === 0, `the subject was announced with other values of ${wrong.join(', ')}`);
      await wholeLife(trial);
      check(trial.provider.capabilities === before, 'capabilities became another object');
    },
  }),
  ...MEMBERS.flatMap(([member, flag]): ConformanceCase[] => [
    {
      rule: 'C-002',
      title: `'${member}' is there, because the capability '${flag}' is`,
      lacks: needsFlag(flag),
      run: async ({ provider }) =>
        check(provider[member] !== undefined, `'${flag}' is said and '${member}' is missing`),
    },
    {
      rule: 'C-002',
      title: `'${member}' is absent, because the capability '${flag}' is`,
      lacks: needsNoFlag(flag),
      run: async ({ provider }) =>
        check(provider[member] === undefined, `'${member}' is there and '${flag}' is not said`),
    },
  ]),
  defineCase({
    rule: 'C-003',
    title: 'id and scope stand in every handle that is given out',
    run: async (trial) => {
      const { id, scope } = trial.provider;
      check(id.trim() !== '' && scope.trim() !== '', 'id or scope is empty');
      for (const { handle } of await wholeLife(trial)) {
        const isWhole = (handle.v as unknown) === HANDLE_VERSION && handle.id.trim() !== '';
        check(isWhole && handle.provider === id && handle.scope === scope, `a handle is ${JSON.stringify(handle)}`);
      }
    },
  }),
  defineCase({
    rule: 'C-008',
    title: 'every time in an observation is a plausible count of whole milliseconds',
    run: async (trial) => {
      const beganMs = trial.nowMs;
      for (const observation of await wholeLife(trial)) checkTimes(observation, { beganMs, endedMs: trial.nowMs });
    },
  }),
  defineCase({
    rule: 'C-008',
    title: 'an endpoint dies at a plausible time',
    lacks: needsFlag('sparkConnect'),
    run: (trial) => checkExpiry(trial, 'endpoint'),
  }),
  defineCase({
    rule: 'C-008',
    title: 'a dashboard link dies at a plausible time',
    lacks: needsFlag('dashboard'),
    run: (trial) => checkExpiry(trial, 'dashboard'),
  }),
];

/** Clocks of two machines differ, by less than this. */
const CLOCK_SKEW_MS = 300_000;
const YEAR_MS = 365 * 86_400_000;

function checkTimes(observation: Observation, trial: { readonly beganMs: number; readonly endedMs: number }): void {
  const { observedAtMs, sinceMs, details } = observation;
  const times = {
    observedAtMs,
    sinceMs,
    createdAtMs: details.createdAtMs,
    startedAtMs: details.startedAtMs,
    endedAtMs: details.endedAtMs,
    idleSinceMs: details.idleSinceMs,
    ...Object.fromEntries((details.history ?? []).map((entry, at) => [`history[${at}].sinceMs`, entry.sinceMs])),
  };
  for (const [name, value] of Object.entries(times)) {
    if (value === undefined) continue;
    const isPlausible = value >= trial.beganMs - CLOCK_SKEW_MS && value <= trial.endedMs + CLOCK_SKEW_MS;
    check(Number.isInteger(value) && isPlausible, `${name} is ${value}, and the session lived around ${trial.beganMs}`);
  }
  const { idleTimeoutMs, maxLifetimeMs } = details;
  for (const [name, value] of Object.entries({
    idleTimeoutMs,
    maxLifetimeMs,
    executionMs: details.usage?.executionMs,
  })) {
    if (value === undefined) continue;
    check(
      Number.isInteger(value) && value >= 0 && value <= YEAR_MS,
      `${name} is ${value}, which is no plausible duration`,
    );
  }
}

async function checkExpiry(trial: Trial, member: 'endpoint' | 'dashboard'): Promise<void> {
  const handle = await trial.startReady();
  const { provider } = trial;
  const call = trial.call();
  const opening = member === 'endpoint' ? provider.endpoint?.(handle, call) : provider.dashboard?.(handle, call);
  if (opening === undefined) throw new CaseBlocked('C-002', `the provider has no ${member}`);
  const { expiresAtMs } = await trial.settle<{ readonly expiresAtMs: number }>(opening);
  const leftMs = expiresAtMs - trial.nowMs;
  check(
    Number.isInteger(expiresAtMs) && leftMs > 0 && leftMs < YEAR_MS,
    `expiresAtMs is ${expiresAtMs}, now is ${trial.nowMs}`,
  );
}
