import { onTestFinished } from 'vitest';
import { plugin as athena } from '../../../providers/athena/plugin.ts';
import { plugin as emrEc2 } from '../../../providers/emr-ec2/plugin.ts';
import { plugin as emrServerless } from '../../../providers/emr-serverless/plugin.ts';
import { plugin as glue } from '../../../providers/glue/plugin.ts';
import { plugin as healthOmics } from '../../../providers/healthomics/plugin.ts';
import type { CallContext } from '../../../src/contract/call-context.ts';
import type { AnyPlugin } from '../../../src/contract/provider-plugin.ts';
import { isBatchPlugin } from '../../../src/contract/provider-plugin.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start-emulator.ts';
import { silentLogger, systemClock, systemRandom } from '../../../src/session/system-ports.ts';
import { ROLE } from './bench.ts';

/** One call of each AWS service over its emulator. */
interface AwsService {
  readonly plugin: AnyPlugin;
  readonly options: Readonly<Record<string, unknown>>;
  readonly operation: string;
  readonly endpoints: (urls: Emulator['urls']) => Readonly<Record<string, string>>;
}

const OMICS = {
  plugin: healthOmics,
  options: {},
  endpoints: ({ healthomics, s3 }: Emulator['urls']) => ({ endpoint: healthomics, s3Endpoint: s3 }),
};

const SERVICES = {
  athena: {
    plugin: athena,
    options: { workgroup: 'spark35' },
    operation: 'ListSessions',
    endpoints: ({ athena: endpoint }) => ({ endpoint }),
  },
  'emr-serverless': {
    plugin: emrServerless,
    options: { applicationId: '00emulated1', executionRoleArn: ROLE },
    operation: 'ListSessions',
    endpoints: ({ emrServerless: endpoint }) => ({ endpoint }),
  },
  emr: {
    plugin: emrEc2,
    options: { clusterId: 'j-EMULATED1' },
    operation: 'ListSessions',
    endpoints: ({ emr: endpoint }) => ({ endpoint }),
  },
  glue: {
    plugin: glue,
    options: { roleArn: ROLE },
    operation: 'ListSessions',
    endpoints: ({ glue: endpoint }) => ({ endpoint }),
  },
  healthomics: { ...OMICS, operation: 'ListBatch' },
  s3: { ...OMICS, operation: 'DeleteObject' },
} as const satisfies Readonly<Record<string, AwsService>>;

/** An AWS service that we call. */
export type AwsServiceId = keyof typeof SERVICES;

/** All of them. */
export const AWS_SERVICES = Object.keys(SERVICES) as readonly AwsServiceId[];

/** A call with its own signal. */
export function callUntil(signal: AbortSignal = new AbortController().signal): CallContext {
  return { signal, deadline: Number.POSITIVE_INFINITY, attempt: 1 };
}

/** One call of a service with the real SDK over its emulator, for the running test. */
export async function openService(id: AwsServiceId, options: Readonly<Record<string, unknown>> = {}) {
  const { plugin, options: own, operation, endpoints } = SERVICES[id] as AwsService;
  const emulator = await startEmulator({
    services: id === 's3' || id === 'healthomics' ? ['healthomics', 's3'] : [id],
    healthomics: { rates: { ListBatch: { perSecond: 100 } } },
  });
  onTestFinished(() => emulator.close());
  const parsed = plugin.parseOptions({ region: 'us-east-1', ...own, ...endpoints(emulator.urls), ...options });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const ports = { clock: systemClock, random: systemRandom, logger: silentLogger };
  const provider = isBatchPlugin(plugin)
    ? plugin.createBatches(parsed.config, ports)
    : plugin.create(parsed.config, ports);
  onTestFinished(() => provider.close());
  return {
    emulator,
    provider,
    operation,
    /** How often the service was asked. */
    asked: () => emulator.log().length,
    call(signal?: AbortSignal): Promise<unknown> {
      const call = callUntil(signal);
      if (id === 's3' && 'unstageRuns' in provider) return provider.unstageRuns('s3://lists/cohort.json', call);
      if ('runsPage' in provider) return provider.listPage({ by: 'nothing' }, undefined, call);
      return provider.listPage({}, undefined, call);
    },
  };
}
