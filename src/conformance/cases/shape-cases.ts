import { isDeepStrictEqual } from 'node:util';
import { LIST_FILTER_FIELDS, type Capabilities, type DurationRange } from '../../contract/capabilities.ts';
import type { Observation } from '../../contract/observation.ts';
import { HANDLE_VERSION } from '../../contract/session-handle.ts';
import { USAGE_UNIT_NAMES, type SessionUsage } from '../../contract/usage.ts';
import { CaseBlocked, check } from '../check.ts';
import { needsFlag, needsNoFlag } from '../kit-case.ts';
import { caseNeeding, readyCaseNeeding, wholeLife, type ConformanceCase } from './session-case.ts';

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
  tokenLifetimeMs: isPositiveOrFalse,
  maxLiveSessions: isPositiveOrFalse,
  watchIntervalMs: (value) => {
    const { min, max } = value as { readonly min: number; readonly max: number };
    return isPositive(min) && isPositive(max) && min <= max;
  },
  callsPerSecond: (value) => value === false || Object.values(value as object).every((rate) => rate > 0),
  outlivesProcess: isFlag,
  usageUnits: (value) =>
    Array.isArray(value) && value.every((unit) => (USAGE_UNIT_NAMES as readonly unknown[]).includes(unit)),
};

/** The optional members of a provider, each with its capability. */
const MEMBERS = [
  ['statements', 'sql'],
  ['endpoint', 'sparkConnect'],
  ['dashboard', 'dashboard'],
  ['calculations', 'calculations'],
] as const;

/** The clocks of two machines differ by less than this. */
const CLOCK_SKEW_MS = 300_000;
const YEAR_MS = 365 * 86_400_000;

const shapeCase = caseNeeding();

/** C-001 … C-003 and C-008: the public shape of a provider. */
export const SHAPE_CASES: readonly ConformanceCase[] = [
  shapeCase(
    'C-001',
    'capabilities are complete, well-typed and deeply frozen',
    async ({ provider: { capabilities } }) => {
      for (const [name, isRight] of Object.entries(CAPABILITY_CHECKS)) {
        const value: unknown = capabilities[name as keyof Capabilities];
        const isValid = value !== undefined && isRight(value);
        check(isValid, `capabilities.${name} is ${JSON.stringify(value)}, which is not possible`);
      }
      check(Object.isFrozen(capabilities), 'capabilities are not frozen');
      for (const [name, value] of Object.entries(capabilities))
        check(Object.isFrozen(value), `capabilities.${name} is not frozen`);
    },
  ),
  shapeCase('C-001', 'capabilities are those of the subject, and stay the same object', async (trial) => {
    const before = trial.provider.capabilities;
    const wrong = (Object.keys(CAPABILITY_CHECKS) as (keyof Capabilities)[]).filter(
      (name) => !isDeepStrictEqual(before[name], trial.capabilities[name]),
    );
    check(wrong.length === 0, `the subject has other values of ${wrong.join(', ')}`);
    await wholeLife(trial);
    check(trial.provider.capabilities === before, 'capabilities became another object');
  }),
  ...MEMBERS.flatMap(([member, flag]) => [
    caseNeeding(needsFlag(flag))(
      'C-002',
      `'${member}' is present, because the capability '${flag}' is true`,
      async ({ provider }) => check(provider[member] !== undefined, `'${flag}' is true and '${member}' is missing`),
    ),
    caseNeeding(needsNoFlag(flag))(
      'C-002',
      `'${member}' is absent, because the capability '${flag}' is false`,
      async ({ provider }) => check(provider[member] === undefined, `'${member}' is present and '${flag}' is false`),
    ),
  ]),
  shapeCase('C-003', 'id and scope are in every handle that the provider returns', async (trial) => {
    const { id, scope } = trial.provider;
    check(id.trim() !== '' && scope.trim() !== '', 'id or scope is empty');
    for (const { handle } of await wholeLife(trial)) {
      const isWhole = (handle.v as unknown) === HANDLE_VERSION && handle.id.trim() !== '';
      check(isWhole && handle.provider === id && handle.scope === scope, `a handle is ${JSON.stringify(handle)}`);
    }
  }),
  shapeCase('C-008', 'every time in an observation is a plausible number of whole milliseconds', async (trial) => {
    const beganMs = trial.nowMs;
    for (const observation of await wholeLife(trial)) checkTimes(observation, beganMs, trial.nowMs);
  }),
  ...(['endpoint', 'dashboard'] as const).map((member) =>
    readyCaseNeeding(needsFlag(member === 'endpoint' ? 'sparkConnect' : 'dashboard'))(
      'C-008',
      `the ${member} expires at a plausible time`,
      async (trial, handle) => {
        const opening: Promise<{ readonly expiresAtMs: number }> | undefined = trial.provider[member]?.(
          handle,
          trial.call(),
        );
        if (opening === undefined) throw new CaseBlocked('C-002', `the provider has no ${member}`);
        const { expiresAtMs } = await trial.settle(opening);
        const leftMs = expiresAtMs - trial.nowMs;
        const isPlausible = Number.isInteger(expiresAtMs) && leftMs > 0 && leftMs < YEAR_MS;
        check(isPlausible, `expiresAtMs is ${expiresAtMs} and the time is ${trial.nowMs}`);
      },
    ),
  ),
];

function checkTimes({ observedAtMs, sinceMs, details }: Observation, beganMs: number, endedMs: number): void {
  const { createdAtMs, startedAtMs, endedAtMs, idleSinceMs, history = [], usage } = details;
  const entries = history.map((entry, at) => [`history[${at}].sinceMs`, entry.sinceMs] as const);
  const times = { observedAtMs, sinceMs, createdAtMs, startedAtMs, endedAtMs, idleSinceMs };
  for (const [name, value] of [...Object.entries(times), ...entries]) {
    if (value === undefined) continue;
    const isPlausible = value >= beganMs - CLOCK_SKEW_MS && value <= endedMs + CLOCK_SKEW_MS;
    check(Number.isInteger(value) && isPlausible, `${name} is ${value}, and the session lived around ${beganMs}`);
  }
  const { idleTimeoutMs, maxLifetimeMs } = details;
  for (const [name, value] of Object.entries({ idleTimeoutMs, maxLifetimeMs, executionMs: usage?.executionMs })) {
    if (value === undefined) continue;
    const isPlausible = Number.isInteger(value) && value >= 0 && value <= YEAR_MS;
    check(isPlausible, `${name} is ${value}, which is not a plausible duration`);
  }
  if (usage !== undefined) checkUsage(usage);
}

function checkUsage(usage: SessionUsage): void {
  const { basis, source, formula } = usage;
  check(['billed', 'reported', 'estimated'].includes(basis), `usage.basis is '${basis}'`);
  check(source.trim() !== '', 'usage.source is empty: it names the API field of the amounts');
  check((basis === 'estimated') === (formula !== undefined), `usage.formula is ${formula} and its basis is ${basis}`);
  for (const unit of USAGE_UNIT_NAMES) {
    const amount = usage[unit];
    if (amount === undefined) continue;
    check(Number.isFinite(amount) && amount >= 0, `usage.${unit} is ${amount}, which is not an amount`);
  }
}
