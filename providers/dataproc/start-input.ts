import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionSize, StartRequest } from '../../src/contract/start-request.ts';
import { parseNativeOptions, type NativeRequest } from '../../src/provider-kit/native-options.ts';
import type { NativeSession } from './client.ts';
import { toDuration } from './native-time.ts';
import type { DataprocConfig } from './options.ts';
import { LIFETIME_LABEL, OWNER_LABEL, toOwnershipLabels } from '../../src/provider-kit/ownership-labels.ts';

/** The members that anysession sets, with the option for each. */
const OWNED_MEMBERS = {
  name: 'key',
  labels: 'labels',
  sessionTemplate: 'an environment with another `template`',
} as const satisfies Partial<Record<keyof NativeSession, string>>;

/** The members that the service sets. */
type OutputMember =
  'uuid' | 'createTime' | 'runtimeInfo' | 'state' | 'stateMessage' | 'stateTime' | 'creator' | 'stateHistory';

/** The option `native` of a start: a Session without what portable options and the service set. */
export type DataprocStartNative = Omit<NativeSession, keyof typeof OWNED_MEMBERS | OutputMember>;

const NATIVE: NativeRequest<DataprocStartNative> = {
  provider: 'dataproc',
  of: "Dataproc's Session",
  members: {
    sparkConnectSession: 'map',
    jupyterSession: 'map',
    runtimeConfig: 'map',
    environmentConfig: 'map',
    user: 'plain',
  },
  owned: OWNED_MEMBERS,
};

/**
 * The most executors of a session. The service's limit is 1,000, and the first two always run.
 * @see https://cloud.google.com/dataproc-serverless/docs/concepts/autoscaling (read 2026-11-20)
 */
const MAX_EXECUTORS: Readonly<Record<SessionSize, number>> = { small: 2, medium: 8, large: 32 };

/**
 * The first runtime whose sessions have Spark Connect, and what Google's own client asks for. A template has its own.
 * @see https://github.com/GoogleCloudDataproc/dataproc-spark-connect-python (client/core.py, read 2026-11-20)
 */
const SPARK_CONNECT_RUNTIME = '3.0';

const MAX_EXECUTORS_PROPERTY = 'spark.dynamicAllocation.maxExecutors';

/** A session has no name, but its Spark application has one, and the session shows its properties. */
const NAME_PROPERTY = 'spark.app.name';
/** The service may show properties with the prefix of their file. */
const SPARK_PREFIX = 'spark:';

/** @see https://cloud.google.com/dataproc-serverless/docs/reference/rest/v1/projects.locations.sessions (labels, read 2026-11-20) */
const LABEL_LIMIT = 32;
const OUR_LABELS: readonly string[] = [OWNER_LABEL, LIFETIME_LABEL];
const LABEL_KEY = /^[a-z]([a-z0-9_-]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^([a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?)?$/;

/**
 * Makes the Session resource of a start.
 * @throws SessionError `invalid-request` for what the service is known to reject, and for members of `native` that portable options set.
 */
export function toSessionInput(request: StartRequest, config: DataprocConfig): NativeSession {
  const { owner, labels, name, size, sparkConf, idleTimeoutMs, maxLifetimeMs } = request;
  checkLabels({ owner, labels });
  const native = toNative(request.native);
  const properties = {
    ...(name !== undefined && { [NAME_PROPERTY]: name }),
    ...(size !== undefined && { [MAX_EXECUTORS_PROPERTY]: String(MAX_EXECUTORS[size]) }),
    ...sparkConf,
    ...native.runtimeConfig?.properties,
  };
  const { subnetwork, network, serviceAccount, template, sessionType } = config;
  const runsSql = sessionType === 'spark-connect' && template === undefined;
  const { runtimeVersion = runsSql ? SPARK_CONNECT_RUNTIME : undefined } = config;
  return {
    ...(sessionType === 'jupyter'
      ? { jupyterSession: { kernel: 'PYTHON', ...(name !== undefined && { displayName: name }) } }
      : { sparkConnectSession: {} }),
    ...native,
    labels: { ...labels, ...toOwnershipLabels(request) },
    ...(template !== undefined && { sessionTemplate: template }),
    runtimeConfig: {
      ...(runtimeVersion !== undefined && { version: runtimeVersion }),
      ...native.runtimeConfig,
      ...(Object.keys(properties).length > 0 && { properties }),
    },
    environmentConfig: {
      ...native.environmentConfig,
      executionConfig: {
        ...(subnetwork !== undefined && { subnetworkUri: subnetwork }),
        ...(network !== undefined && { networkUri: network }),
        ...(serviceAccount !== undefined && { serviceAccount }),
        ...native.environmentConfig?.executionConfig,
        // If this process dies, the service ends the idle session.
        idleTtl: toDuration(idleTimeoutMs),
        ...(maxLifetimeMs !== undefined && { ttl: toDuration(maxLifetimeMs) }),
      },
    },
  };
}

/** The name that a session was started with. */
export function nameOf({ runtimeConfig }: NativeSession): string | undefined {
  const { properties } = runtimeConfig ?? {};
  return properties?.[NAME_PROPERTY] ?? properties?.[SPARK_PREFIX + NAME_PROPERTY];
}

function toNative(untrusted: unknown): DataprocStartNative {
  const native = parseNativeOptions(untrusted, NATIVE);
  const execution = native.environmentConfig?.executionConfig;
  for (const [member, instead] of [
    ['idleTtl', 'idleTimeoutMs'],
    ['ttl', 'maxLifetimeMs'],
  ] as const) {
    if (execution?.[member] !== undefined) {
      throw refusal(`\`native.environmentConfig.executionConfig.${member}\` is set by \`${instead}\`; use that`);
    }
  }
  return native;
}

function checkLabels({ owner, labels }: Pick<StartRequest, 'owner' | 'labels'>): void {
  const entries = Object.entries(labels);
  if (entries.length > LABEL_LIMIT - OUR_LABELS.length) {
    throw refusal(
      `${entries.length} labels were given; ${LABEL_LIMIT - OUR_LABELS.length} are allowed beside the labels of the owner and the lifetime`,
    );
  }
  if (!LABEL_VALUE.test(owner)) {
    throw refusal(`the owner '${owner}' cannot be a label: it must begin and end with a letter or digit`);
  }
  for (const [key, value] of entries) {
    if (OUR_LABELS.includes(key)) throw refusal(`the label '${key}' is reserved for anysession; choose another`);
    const problem = labelProblem(key, value);
    if (problem !== undefined) throw refusal(problem);
  }
}

/** Why a label is invalid; `undefined` if it is valid. */
export function labelProblem(key: string, value: string): string | undefined {
  if (!LABEL_KEY.test(key)) {
    return `the label '${key}' must be 1 to 63 characters of a-z, 0-9, _ and -, begin with a letter and end with a letter or digit`;
  }
  if (!LABEL_VALUE.test(value)) {
    return `the label '${key}' has the value '${value}'; values have up to 63 characters of a-z, 0-9, _ and -, and begin and end with a letter or digit`;
  }
  return undefined;
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'start', provider: 'dataproc' });
}
