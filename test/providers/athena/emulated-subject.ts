import { describe, expect, it } from 'vitest';
import {
  registerConformance,
  type ConformanceFixture,
  type ConformanceSubject,
  type FaultKind,
  type FixtureTime,
  type InjectedFault,
} from '../../../src/conformance/index.ts';
import type { ProviderPlugin, ProviderPorts } from '../../../src/contract/provider-plugin.ts';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { ProviderOperation } from '../../../src/contract/operations.ts';
import type { Emulator, EmulatorOptions, Fault, ServiceId } from '../../../src/emulator/index.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { RecordingLogger, SeededRandom, VirtualClock } from '../../../src/testing/index.ts';
import { behindLayers } from '../../conformance/behind-layers.ts';
import { inStorm, STORM, STORM_SEEDS } from './storm.ts';
import { unlimitedCall as unlimited } from '../../calls.ts';

/** What the emulated services call our verbs. */
const AWS_OPERATIONS: Partial<Readonly<Record<ProviderOperation, string>>> = {
  start: 'StartSession',
  describe: 'GetSession',
  listPage: 'ListSessions',
  terminate: 'TerminateSession',
  endpoint: 'GetSessionEndpoint',
  dashboard: 'GetResourceDashboard',
  startCalculation: 'StartCalculationExecution',
  describeCalculation: 'GetCalculationExecution',
  stopCalculation: 'StopCalculationExecution',
};

/** What differs between the emulated services. */
const SERVICES = {
  athena: { operations: AWS_OPERATIONS, denied: ['AccessDeniedException', 400], unknownState: 'HIBERNATING' },
  'emr-serverless': { operations: AWS_OPERATIONS, denied: ['AccessDeniedException', 403], unknownState: 'HIBERNATING' },
  emr: { operations: AWS_OPERATIONS, denied: ['AccessDeniedException', 400], unknownState: 'HIBERNATING' },
  glue: {
    operations: {
      start: 'CreateSession',
      describe: 'GetSession',
      listPage: 'ListSessions',
      terminate: 'StopSession',
      endpoint: 'GetSessionEndpoint',
      dashboard: 'GetDashboardUrl',
      startCalculation: 'RunStatement',
      describeCalculation: 'GetStatement',
      stopCalculation: 'CancelStatement',
    } as Partial<Readonly<Record<ProviderOperation, string>>>,
    denied: ['AccessDeniedException', 400],
    unknownState: 'HIBERNATING',
  },
  dataproc: {
    operations: { ...AWS_OPERATIONS, start: 'CreateSession' },
    denied: ['PERMISSION_DENIED', 403],
    unknownState: '99',
  },
} as const;

export { unlimited };

/** Keys that no AWS account has. */
export const TEST_CREDENTIALS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'not-a-secret' } as const;

/** Options of a provider, some of which need the emulator's address. */
export type EmulatedOptions =
  Readonly<Record<string, unknown>> | ((emulator?: Emulator) => Readonly<Record<string, unknown>>);

/** All options of a provider over an emulator. */
export function optionsOver(
  options: EmulatedOptions,
  service: ServiceId,
  emulator?: Emulator,
): Readonly<Record<string, unknown>> {
  if (typeof options === 'function') return options(emulator);
  return { credentials: TEST_CREDENTIALS, ...(emulator && { endpoint: urlOf(emulator, service) }), ...options };
}

/** One provider over one emulated service. */
export interface EmulatedSetup {
  readonly name: string;
  readonly service: keyof typeof SERVICES;
  readonly plugin: ProviderPlugin;
  /** Options besides what an AWS provider needs to find its emulator, or all of them. */
  readonly options: EmulatedOptions;
  readonly emulator?: EmulatorOptions;
  readonly faults: readonly FaultKind[];
  readonly unknownSessionId: string;
}

/** Makes a provider of a plugin from options that must be right. */
export function createFromPlugin(
  plugin: ProviderPlugin,
  options: Readonly<Record<string, unknown>>,
  ports: Partial<ProviderPorts> = {},
): SessionProvider {
  const parsed = plugin.parseOptions(options);
  if (!parsed.ok) throw new Error(`the options are wrong: ${JSON.stringify(parsed.problems)}`);
  return plugin.create(parsed.config, {
    clock: new VirtualClock(),
    random: new SeededRandom(),
    logger: new RecordingLogger(),
    ...ports,
  });
}

/** The address of the one service that the emulator runs. */
export function urlOf(emulator: Emulator, service: ServiceId): string {
  return emulator.urls[service === 'athena' || service === 'emr' || service === 'glue' ? service : 'emrServerless'];
}

/** The faults that every emulated service can have. */
export const FAULTS: readonly FaultKind[] = [
  'forbidden',
  'throttled',
  'unavailable',
  'no-answer',
  'lost-answer',
  'broken-start',
  'unknown-state',
];

/** Slow answers, one in three. */
export const SLOW_DAY = { seed: 11, faults: [{ kind: 'slow', delayMs: 30, probability: 0.3 }] } as const;

/** Runs the conformance kit on each subject, with at least as many cases as applied when this was written. */
export function registerSubjects(
  ...subjects: readonly { readonly subject: ConformanceSubject; readonly cases: number }[]
): void {
  describe.each(subjects)('$subject.name', ({ subject, cases }) => {
    const registered = registerConformance({ describe, it, subject });

    it(`runs at least ${cases} cases`, () => {
      expect(registered.run).toBeGreaterThanOrEqual(cases);
    });
  });
}

/** The provider behind the layers in each storm. */
export function stormSubjects({ emulator, ...setup }: EmulatedSetup): readonly ConformanceSubject[] {
  return STORM_SEEDS.map((seed) =>
    behindLayers(
      emulatedSubject({
        ...setup,
        name: `${setup.name} in storm ${seed}`,
        faults: inStorm(setup.faults),
        emulator: { ...emulator, seed, faults: STORM },
      }),
    ),
  );
}

/** A provider over its emulator as a subject of the conformance kit; the emulator is the oracle. */
export function emulatedSubject(setup: EmulatedSetup): ConformanceSubject {
  return {
    name: setup.name,
    capabilities: createFromPlugin(setup.plugin, optionsOver(setup.options, setup.service)).capabilities,
    faults: setup.faults,
    // The emulator keeps code and runs none: how long it takes is an option.
    code: { short: 'print(1)', long: 'import time; time.sleep(10)' },
    layered: false,
    patienceMs: 2_000,
    caseLimitMs: 60_000,
    open: () => openEmulated(setup),
  };
}

async function openEmulated(setup: EmulatedSetup): Promise<ConformanceFixture> {
  const { service, plugin } = setup;
  const nativeOperation = (operation: ProviderOperation): string => SERVICES[service].operations[operation] ?? '';
  const clock = new VirtualClock();
  const emulator = await startEmulator({ services: [service], clock, ...setup.emulator });
  const options = optionsOver(setup.options, service, emulator);
  const providers: SessionProvider[] = [];
  const createProvider = (): SessionProvider => {
    const provider = createFromPlugin(plugin, options, { clock });
    providers.push(provider);
    return provider;
  };
  const idleTimeouts = new Map<string, number>();
  return {
    createProvider,
    time: socketTime(clock, () => emulator.log().length),
    oracle: {
      requestCount: (operation) =>
        emulator.log().filter((record) => operation === undefined || record.operation === nativeOperation(operation))
          .length,
      started: () => emulator.oracle.sessions(service).map(({ id }) => id),
      live: () => emulator.oracle.live(service).map(({ id }) => id),
      idleTimeoutMs(sessionId) {
        for (const { sessionId: id, input } of emulator.log()) {
          const idleTimeoutMs = idleTimeoutOf(input);
          if (id !== undefined && !Number.isNaN(idleTimeoutMs)) idleTimeouts.set(id, idleTimeoutMs);
        }
        return idleTimeouts.get(sessionId) ?? Number.NaN;
      },
      runningStatements: () => 0,
      calculations: () => emulator.oracle.calculations().map(({ id }) => id),
    },
    unknownSessionId: setup.unknownSessionId,
    async inject(fault) {
      if (fault.kind === 'busy' || fault.kind === 'idle') {
        emulator.setBusy(fault.sessionId, fault.kind === 'busy');
        return;
      }
      emulator.faults.add(toNativeFault(fault, service));
      if (fault.kind === 'degraded') {
        // The fault strikes the next call about the session; let that be one of ours.
        const provider = createProvider();
        await provider.describe(handleOf(provider, fault.sessionId), unlimited());
      }
    },
    async dispose() {
      await Promise.all(providers.map((provider) => provider.close()));
      await emulator.close();
    },
  };
}

function handleOf({ id: provider, scope }: SessionProvider, id: string) {
  return { v: 1, provider, scope, id } as const;
}

/** The idle timeout in the input of a start, milliseconds; `NaN` for other inputs. */
function idleTimeoutOf(input: unknown): number {
  const asked = (input ?? {}) as {
    readonly SessionIdleTimeoutInMinutes?: number;
    readonly idleTimeoutMinutes?: number;
    readonly IdleTimeout?: number;
    readonly session?: { readonly environmentConfig?: { readonly executionConfig?: { readonly idleTtl?: string } } };
  };
  const { idleTtl } = asked.session?.environmentConfig?.executionConfig ?? {};
  if (idleTtl !== undefined) return Number.parseFloat(idleTtl) * 1000;
  return (asked.SessionIdleTimeoutInMinutes ?? asked.idleTimeoutMinutes ?? asked.IdleTimeout ?? Number.NaN) * 60_000;
}

function toNativeFault(fault: InjectedFault, service: keyof typeof SERVICES): Fault {
  const { operations, denied, unknownState } = SERVICES[service];
  const target = 'operation' in fault ? { operation: operations[fault.operation] ?? '' } : {};
  switch (fault.kind) {
    case 'forbidden':
      return { kind: 'error', code: denied[0], httpStatus: denied[1], ...target };
    case 'throttled':
      return { kind: 'throttle', ...target };
    case 'unavailable':
      return { kind: 'server-error', ...target };
    case 'no-answer':
      return { kind: 'lost-answer', ...target };
    case 'lost-answer':
      return { kind: 'reset', when: 'after', ...target };
    case 'broken-start':
      return { kind: 'session-becomes', state: 'FAILED', reason: 'No capacity left.', afterMs: 500 };
    case 'broken-calculation':
      return { kind: 'calculation-fails', reason: 'ZeroDivisionError: division by zero' };
    case 'unknown-state':
      return { kind: 'unknown-state', state: unknownState, times: 100 };
    case 'degraded':
      return { kind: 'session-becomes', operation: 'GetSession', state: 'DEGRADED', reason: 'No healthy coordinator.' };
    case 'busy':
    case 'idle':
      throw new Error('work is not a fault of the emulator');
  }
}

/**
 * How long nothing must arrive at the service before time may go by: milliseconds of real time, and turns of the event loop that
 * both sides share. The turns count when the machine has stood still: both sides are late then, and time alone would say "quiet".
 */
const QUIET = { ms: 15, polls: 5 };
const POLL_MS = 3;
/** The steps in which time goes by while a call waits for it, milliseconds of the clock. */
const STEPS = { first: 50, most: 5_000 };

/**
 * The time of a real client that talks over real sockets to a service on a virtual clock: a call takes the real time it needs,
 * and while nothing is under way between the two, the clock moves on, so that pauses and deadlines cost nothing.
 */
export function socketTime(clock: VirtualClock, arrivals: () => number): FixtureTime {
  return {
    clock,
    pass: (ms) => clock.advance(ms),
    async settle(promise) {
      const progress = { isSettled: false };
      const note = (): void => void (progress.isSettled = true);
      promise.then(note, note);
      let stepMs = STEPS.first;
      let quietSince = performance.now();
      let quietPolls = 0;
      for (let arrived = arrivals(); !progress.isSettled;) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        quietPolls += 1;
        const now = arrivals();
        const hasArrived = now !== arrived;
        if (hasArrived) {
          arrived = now;
          stepMs = STEPS.first;
        } else if (quietPolls >= QUIET.polls && performance.now() - quietSince > QUIET.ms && clock.pendingTimers > 0) {
          await clock.advance(stepMs);
          stepMs = Math.min(STEPS.most, stepMs * 2);
        } else {
          continue;
        }
        quietSince = performance.now();
        quietPolls = 0;
      }
      return promise;
    },
  };
}
