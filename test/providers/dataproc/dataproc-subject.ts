import type {
  ConformanceFixture,
  ConformanceSubject,
  FaultKind,
  InjectedFault,
} from '../../../src/conformance/index.ts';
import { plugin } from '../../../providers/dataproc/plugin.ts';
import type { SessionProvider } from '../../../src/contract/session-provider.ts';
import type { ProviderOperation } from '../../../src/contract/operations.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import type { Fault } from '../../../src/emulator/fault.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { createFromPlugin, socketTime } from '../athena/emulated-subject.ts';

/** How the emulated service is talked to. */
export const TRANSPORTS = ['grpc', 'rest'] as const;
type Transport = (typeof TRANSPORTS)[number];

/** What the emulated service calls our verbs. */
const NATIVE_OPERATIONS: Partial<Readonly<Record<ProviderOperation, string>>> = {
  start: 'CreateSession',
  describe: 'GetSession',
  listPage: 'ListSessions',
  terminate: 'TerminateSession',
};

/** The faults that the kit may ask for. */
export const FAULTS: readonly FaultKind[] = [
  'forbidden',
  'throttled',
  'unavailable',
  'no-answer',
  'lost-answer',
  'broken-start',
  'unknown-state',
];

/** Options of the provider for an emulator. */
export function optionsFor(emulator: Emulator, transport: Transport): Readonly<Record<string, unknown>> {
  const apiEndpoint = transport === 'grpc' ? emulator.urls.dataprocGrpc : emulator.urls.dataprocRest;
  return { ...OPTIONS, transport, apiEndpoint };
}

/** Options that every test starts from. */
export const OPTIONS = {
  project: 'emulated-project',
  region: 'us-central1',
  readsPerSecond: 1_000,
  writesPerSecond: 1_000,
} as const;

/** The provider over its emulator as a subject of the conformance kit; the emulator is the oracle. */
export function dataprocSubject(setup: {
  readonly name: string;
  readonly transport: Transport;
  readonly faults?: readonly FaultKind[];
  readonly emulator?: EmulatorOptions;
}): ConformanceSubject {
  return {
    name: setup.name,
    capabilities: createFromPlugin(plugin, OPTIONS).capabilities,
    faults: setup.faults ?? FAULTS,
    layered: false,
    patienceMs: 2_000,
    caseLimitMs: 60_000,
    open: () => openEmulated(setup.transport, setup.emulator),
  };
}

async function openEmulated(transport: Transport, emulatorOptions: EmulatorOptions = {}): Promise<ConformanceFixture> {
  const clock = new VirtualClock();
  const emulator = await startEmulator({ services: ['dataproc'], clock, ...emulatorOptions });
  const options = optionsFor(emulator, transport);
  const providers: SessionProvider[] = [];
  const idleTimeouts = new Map<string, number>();
  return {
    createProvider() {
      const provider = createFromPlugin(plugin, options, { clock });
      providers.push(provider);
      return provider;
    },
    time: socketTime(clock, () => emulator.log().length),
    oracle: {
      requestCount: (operation) =>
        emulator.log().filter((record) => operation === undefined || record.operation === NATIVE_OPERATIONS[operation])
          .length,
      started: () => emulator.oracle.sessions('dataproc').map(({ id }) => id),
      live: () => emulator.oracle.live('dataproc').map(({ id }) => id),
      idleTimeoutMs(sessionId) {
        for (const { sessionId: id, input } of emulator.log()) {
          const idleTtl = idleTtlOf(input);
          if (id !== undefined && idleTtl !== undefined) idleTimeouts.set(id, Number.parseFloat(idleTtl) * 1000);
        }
        return idleTimeouts.get(sessionId) ?? Number.NaN;
      },
      runningStatements: () => 0,
    },
    unknownSessionId: 'as-00000000000000000000000000aa-0',
    inject: (fault) => {
      emulator.faults.add(toNativeFault(fault));
    },
    async dispose() {
      await Promise.all(providers.map((provider) => provider.close()));
      await emulator.close();
    },
  };
}

function idleTtlOf(input: unknown): string | undefined {
  const { session } = (input ?? {}) as {
    readonly session?: { readonly environmentConfig?: { readonly executionConfig?: { readonly idleTtl?: string } } };
  };
  return session?.environmentConfig?.executionConfig?.idleTtl;
}

function toNativeFault(fault: InjectedFault): Fault {
  const target = 'operation' in fault ? { operation: NATIVE_OPERATIONS[fault.operation] ?? '' } : {};
  switch (fault.kind) {
    case 'forbidden':
      return { kind: 'error', code: 'PERMISSION_DENIED', httpStatus: 403, ...target };
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
    case 'unknown-state':
      return { kind: 'unknown-state', state: '99', times: 100 };
    case 'broken-calculation':
    case 'degraded':
    case 'busy':
    case 'idle':
      throw new Error(`Dataproc cannot be made to show '${fault.kind}'`);
  }
}
