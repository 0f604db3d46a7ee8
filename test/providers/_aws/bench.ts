import { onTestFinished, test } from 'vitest';
import { plugin as athena } from '../../../providers/athena/plugin.ts';
import { plugin as dataproc } from '../../../providers/dataproc/plugin.ts';
import { plugin as emrEc2 } from '../../../providers/emr-ec2/plugin.ts';
import { plugin as emrServerless } from '../../../providers/emr-serverless/plugin.ts';
import { plugin as glue } from '../../../providers/glue/plugin.ts';
import type { Clock, ListFilter, SessionHandle, SessionProvider } from '../../../src/provider-kit/index.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import type { EmulatorOptions } from '../../../src/emulator/emulator-options.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { VirtualClock } from '../../../src/testing/index.ts';
import { startRequest as request } from '../../calls.ts';
import { createFromPlugin, optionsOver, socketTime, unlimited } from '../athena/emulated-subject.ts';
import { overTransport } from '../dataproc/dataproc-subject.ts';

export { request };

/** A role of no account. */
export const ROLE = 'arn:aws:iam::123456789012:role/spark';

const SERVICES = {
  athena: { plugin: athena, options: { region: 'us-east-1', workgroup: 'spark35' } },
  'emr-serverless': {
    plugin: emrServerless,
    options: { region: 'us-east-1', applicationId: '00emulated1', executionRoleArn: ROLE },
  },
  'emr-ec2': {
    plugin: emrEc2,
    emulated: 'emr',
    options: { region: 'us-east-1', clusterId: 'j-EMULATED1', executionRoleArn: ROLE },
  },
  glue: { plugin: glue, options: { region: 'us-east-1', roleArn: ROLE } },
  dataproc: { plugin: dataproc, options: overTransport('grpc') },
} as const;

/** A provider over its emulator; the clock stands still until it is advanced. */
export interface Bench {
  readonly emulator: Emulator;
  readonly provider: SessionProvider;
  readonly clock: VirtualClock;
  /** Settles a promise while the clock advances. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Another provider over the same emulator. */
  another(options: Readonly<Record<string, unknown>>): SessionProvider;
}

/** Opens a bench for the running test. @param clockOf - the clock of the provider, when it is not that of the emulator */
export async function openBench(
  provider: keyof typeof SERVICES,
  options: Readonly<Record<string, unknown>> = {},
  emulatorOptions: EmulatorOptions = {},
  clockOf: (clock: VirtualClock) => Clock = (clock) => clock,
): Promise<Bench> {
  const clock = new VirtualClock();
  const clockOfProvider = clockOf(clock);
  const { plugin, options: place, ...row } = SERVICES[provider];
  const service = 'emulated' in row ? row.emulated : (provider as Exclude<typeof provider, 'emr-ec2'>);
  const emulator = await startEmulator({ services: [service], clock, ...emulatorOptions });
  const providers: SessionProvider[] = [];
  onTestFinished(async () => {
    await Promise.all(providers.map((provider) => provider.close()));
    await emulator.close();
  });
  const common = optionsOver(place, service, emulator);
  const another = (more: Readonly<Record<string, unknown>>): SessionProvider => {
    const provider = createFromPlugin(plugin, { ...common, ...more }, { clock: clockOfProvider });
    providers.push(provider);
    return provider;
  };
  const { settle } = socketTime(clock, () => emulator.log().length);
  return { emulator, clock, settle, another, provider: another(options) };
}

/** `it` with a bench of the service, and a session on it. */
export function benchTest(service: keyof typeof SERVICES, options: Readonly<Record<string, unknown>> = {}) {
  return test.extend<Bench & { readonly bench: Bench; readonly handle: SessionHandle }>({
    bench: async ({}, use) => use(await openBench(service, options)),
    emulator: ({ bench }, use) => use(bench.emulator),
    provider: ({ bench }, use) => use(bench.provider),
    clock: ({ bench }, use) => use(bench.clock),
    settle: ({ bench }, use) => use(bench.settle),
    another: ({ bench }, use) => use(bench.another),
    handle: async ({ provider }, use) => use((await provider.start(request(), unlimited())).handle),
  });
}

/** The operations that reached the service, in order. */
export function operationsOf(emulator: Emulator): readonly (string | undefined)[] {
  return emulator.log().map(({ operation }) => operation);
}

/** The last input of an operation. */
export function lastInput(emulator: Emulator, operation: string): unknown {
  return emulator.log().findLast((record) => record.operation === operation)?.input;
}

/** All pages of a list. */
export async function listAll(provider: SessionProvider, filter: ListFilter = {}) {
  const all = [];
  let cursor: string | undefined;
  do {
    const page = await provider.listPage(filter, cursor, unlimited());
    all.push(...page.observations);
    cursor = page.next;
  } while (cursor !== undefined);
  return all;
}
