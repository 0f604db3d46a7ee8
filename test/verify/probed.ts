import { randomUUID } from 'node:crypto';
import { plugin as athena } from '../../providers/athena/plugin.ts';
import { plugin as dataproc } from '../../providers/dataproc/plugin.ts';
import { plugin as emrEc2 } from '../../providers/emr-ec2/plugin.ts';
import { plugin as emrServerless } from '../../providers/emr-serverless/plugin.ts';
import { plugin as glue } from '../../providers/glue/plugin.ts';
import type { Clock } from '../../src/contract/ports.ts';
import type { ProviderPlugin } from '../../src/contract/provider-plugin.ts';
import type { ServiceId } from '../../src/emulator/service.ts';
import type { Emulator, EmulatorOptions } from '../../src/emulator/index.ts';
import { startEmulator } from '../../src/emulator/index.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/session/system-ports.ts';
import { Evidence } from '../../src/verify/evidence.ts';
import type { Finding } from '../../src/verify/finding.ts';
import { planLong } from '../../src/verify/long-plan.ts';
import { observeLong } from '../../src/verify/observe-long.ts';
import { observeSession } from '../../src/verify/observe-session.ts';
import { observeUnknown } from '../../src/verify/observe-unknown.ts';
import { OBSERVERS } from '../../src/verify/observers.ts';
import { POINTS } from '../../src/verify/points/all-points.ts';
import { AREAS, type Point } from '../../src/verify/points/point.ts';

const CREDENTIALS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'none' };

/** The providers whose points can be probed, each with the way to its emulator. */
export const PROBED = {
  athena: {
    plugin: athena,
    options: ({ urls }: Emulator) => ({
      region: 'us-east-1',
      workgroup: 'spark35',
      endpoint: urls.athena,
      credentials: CREDENTIALS,
    }),
  },
  pyspark3: {
    plugin: athena,
    options: ({ urls }: Emulator) => ({
      region: 'us-east-1',
      workgroup: 'pyspark3',
      engine: 'pyspark-v3',
      endpoint: urls.athena,
      credentials: CREDENTIALS,
    }),
  },
  'emr-serverless': {
    plugin: emrServerless,
    options: ({ urls }: Emulator) => ({
      region: 'us-east-1',
      applicationId: '00emulated1',
      executionRoleArn: 'arn:aws:iam::123456789012:role/spark',
      endpoint: urls.emrServerless,
      credentials: CREDENTIALS,
    }),
  },
  'emr-ec2': {
    plugin: emrEc2,
    options: ({ urls }: Emulator) => ({
      region: 'us-east-1',
      clusterId: 'j-EMULATED1',
      endpoint: urls.emr,
      credentials: CREDENTIALS,
    }),
  },
  glue: {
    plugin: glue,
    options: ({ urls }: Emulator) => ({
      region: 'us-east-1',
      roleArn: 'arn:aws:iam::123456789012:role/spark',
      endpoint: urls.glue,
      credentials: CREDENTIALS,
    }),
  },
  dataproc: {
    plugin: dataproc,
    options: ({ urls }: Emulator) => ({ project: 'my-project', region: 'us-central1', endpoint: urls.dataprocGrpc }),
  },
} as const satisfies Record<string, { plugin: ProviderPlugin; options: (emulator: Emulator) => object }>;

/** A place whose points are probed. */
export type Probed = keyof typeof PROBED;

/** All of them. */
export const PLACES = Object.keys(PROBED) as readonly Probed[];

/** The points of a place. */
export function pointsAt(place: Probed): readonly Point[] {
  return POINTS.filter(({ provider }) => provider === PROBED[place].plugin.id);
}

/** The time of an emulator with a virtual clock: who waits on it lets the time pass at once. */
export function skippingClock(emulator: Emulator): Clock {
  return {
    nowMs: () => emulator.nowMs(),
    monotonicMs: () => emulator.nowMs(),
    schedule(delayMs, callback) {
      emulator.advance(delayMs);
      const immediate = setImmediate(callback);
      return () => {
        clearImmediate(immediate);
      };
    },
  };
}

/** The time from a start until the session is ready, milliseconds of the emulator. */
export const STARTUP_MS = 400;
/** The pause between two readings, milliseconds of the emulator. */
export const PACE_MS = 20;

/** Starts an emulator, probes it once, and returns every finding by its option. */
export async function findingsOf(
  place: Probed,
  options: EmulatorOptions = {},
  { long = false }: { readonly long?: boolean } = {},
): Promise<{
  readonly findings: ReadonlyMap<string, Finding>;
  readonly evidence: Evidence;
  readonly emulator: Emulator;
}> {
  const { plugin, options: optionsOf } = PROBED[place];
  const points = pointsAt(place);
  await using emulator = await startEmulator({
    services: [plugin.id === 'emr-ec2' ? 'emr' : (plugin.id as ServiceId)],
    clock: 'virtual',
    startupMs: STARTUP_MS,
    ...options,
  });
  const parsed = plugin.parseOptions({ ...optionsOf(emulator) });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const probes = await plugin.probes?.();
  const diagnosis = await plugin.diagnosis?.();
  if (probes === undefined || diagnosis === undefined) throw new Error(`${place} has no probe`);
  const probe = probes.open(parsed.config, ports);
  const provider = plugin.create(parsed.config, ports);
  const evidence = new Evidence();
  const parts = {
    probe,
    clock: skippingClock(emulator),
    signal: new AbortController().signal,
    pace: { earlyMs: PACE_MS, earlyForMs: 2_500, lateMs: 1_000 },
  };
  try {
    await observeUnknown(parts, { id: diagnosis.unknownSessionId, points }, evidence);
    const session = {
      ...parts,
      provider,
      handleOf: (id: string) => ({ v: 1, provider: provider.id, scope: provider.scope, id }) as const,
      onStarted: () => {},
    };
    const request = (idleTimeoutMs: number) => ({
      owner: 'verify-team',
      token: `verify-${randomUUID().replaceAll('-', '').slice(0, 26)}`,
      idleTimeoutMs,
      labels: {},
    });
    await observeSession({ ...session, request: request(600_000) }, evidence);
    if (long) {
      const { sparkConnect } = provider.capabilities;
      const plan = planLong(points, { areas: AREAS, sparkConnect, idleTimeoutMs: 600_000, usualMs: 180_000 });
      const requestOf = (runsUntilExpiry: boolean) => request(runsUntilExpiry ? 95 * 60_000 : 600_000);
      await observeLong({ ...session, plan, request: requestOf }, evidence);
    }
  } finally {
    probe.close();
    await provider.close();
  }
  const findings = points.map((point) => {
    const { treatment } = point;
    const finding: Finding =
      treatment.kind === 'probe' || (treatment.kind === 'long' && long)
        ? OBSERVERS[treatment.observer](evidence, point)
        : { outcome: treatment.kind, why: treatment.why };
    return [point.option, finding] as const;
  });
  return { findings: new Map(findings), evidence, emulator };
}
