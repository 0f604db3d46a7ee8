import type { EngineConfiguration, StartSessionCommandInput } from '@aws-sdk/client-athena';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionSize, StartRequest } from '../../src/contract/start-request.ts';
import { parseNativeOptions, type NativeRequest } from '../../src/provider-kit/native-options.ts';
import { formatOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import type { AthenaConfig, AthenaEngine } from './options.ts';

const MINUTE_MS = 60_000;

/** The longest description that Athena takes, characters. */
const DESCRIPTION_MAX_LENGTH = 1024;

/** What anysession fills in itself, with the portable option that says the same. */
const OWNED_MEMBERS = {
  ClientRequestToken: 'key',
  Description: 'name',
  SessionIdleTimeoutInMinutes: 'idleTimeoutMs',
  Tags: 'labels',
  WorkGroup: 'an environment with another `workgroup`',
} as const satisfies Partial<Record<keyof StartSessionCommandInput, string>>;

/** What `native` takes at start: StartSession's own input without what portable options say. */
export type AthenaStartNative = Partial<Omit<StartSessionCommandInput, keyof typeof OWNED_MEMBERS>>;

const NATIVE: NativeRequest<AthenaStartNative> = {
  provider: 'athena',
  of: "Athena's StartSession",
  members: {
    EngineConfiguration: 'map',
    ExecutionRole: 'plain',
    MonitoringConfiguration: 'plain',
    NotebookVersion: 'plain',
    CopyWorkGroupTags: 'plain',
  },
  owned: OWNED_MEMBERS,
};

/** DPUs that a session on PySpark 3 may use at once; it holds no more than it needs. A session may have 60. */
const MAX_DPUS: Readonly<Record<SessionSize, number>> = { small: 4, medium: 20, large: 60 };

/** Executors that a session on Spark 3.5 may have at once, as Spark itself counts them: the API has no size for this engine. */
const MAX_EXECUTORS: Readonly<Record<SessionSize, number>> = { small: 2, medium: 8, large: 32 };

/** Members of the engine configuration that Spark 3.5 refuses. @see https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-release-versions.html (read 2026-11-20) */
const PYSPARK_ONLY = ['CoordinatorDpuSize', 'DefaultExecutorDpuSize', 'SparkProperties'] as const;

const SPARK_DEFAULTS = 'spark-defaults';

/** The lengths of the model. @see https://docs.aws.amazon.com/athena/latest/APIReference/API_EngineConfiguration.html (read 2026-11-20) */
const PROPERTY_LENGTHS = { key: 255, value: 51_200 };
const TAG_LENGTHS = { key: 128, value: 256 };

/**
 * Writes the request that starts a session.
 * @throws SessionError `invalid-request` for what Athena is known to refuse, and for `native` that says what anysession says itself.
 */
export function toStartInput(
  request: StartRequest,
  config: AthenaConfig,
  engine: AthenaEngine,
): StartSessionCommandInput {
  const { token, name, labels, idleTimeoutMs } = request;
  checkLengths('label', labels, TAG_LENGTHS);
  checkLengths('Spark property', request.sparkConf ?? {}, PROPERTY_LENGTHS);
  const { EngineConfiguration: nativeEngine = {}, ...native } = parseNativeOptions(request.native, NATIVE);
  const engineConfiguration = mergeEngine(toEngineConfiguration(request, config, engine), nativeEngine);
  refusePysparkMembers(engineConfiguration, engine);
  return {
    ...(config.executionRoleArn !== undefined && { ExecutionRole: config.executionRoleArn }),
    ...(config.notebook !== undefined && { NotebookVersion: config.notebook.version }),
    ...native,
    EngineConfiguration: engineConfiguration,
    WorkGroup: config.workgroup,
    ClientRequestToken: token,
    Description: formatOwnershipTag(name, request, DESCRIPTION_MAX_LENGTH),
    SessionIdleTimeoutInMinutes: Math.ceil(idleTimeoutMs / MINUTE_MS),
    ...(Object.keys(labels).length > 0 && { Tags: Object.entries(labels).map(([Key, Value]) => ({ Key, Value })) }),
  };
}

function toEngineConfiguration(request: StartRequest, config: AthenaConfig, engine: AthenaEngine): EngineConfiguration {
  const { size, sparkConf } = request;
  if (engine === 'pyspark-v3') {
    if (config.classifications !== undefined) {
      throw refusal('the option `classifications` is for the Spark 3.5 engine, and this workgroup runs PySpark 3');
    }
    return {
      CoordinatorDpuSize: 1,
      DefaultExecutorDpuSize: 1,
      // Required in practice: every published sample sets it.
      MaxConcurrentDpus: MAX_DPUS[size ?? 'small'],
      ...(sparkConf !== undefined && { SparkProperties: { ...sparkConf } }),
      ...(config.notebook !== undefined && { AdditionalConfigs: { NotebookId: config.notebook.id } }),
    };
  }
  if (config.notebook !== undefined) {
    throw refusal('the option `notebookId` is for the PySpark 3 engine, and this workgroup runs Spark 3.5');
  }
  const classifications = toClassifications(request, config);
  return classifications.length > 0 ? { Classifications: classifications } : {};
}

/** Members of `native` win; maps and classifications are merged, so that one property more does not cost all the others. */
function mergeEngine(ours: EngineConfiguration, native: EngineConfiguration): EngineConfiguration {
  const classifications = mergeClassifications(ours.Classifications ?? [], native.Classifications ?? []);
  const sparkProperties = { ...ours.SparkProperties, ...native.SparkProperties };
  const additional = { ...ours.AdditionalConfigs, ...native.AdditionalConfigs };
  return {
    ...ours,
    ...native,
    ...(classifications.length > 0 && { Classifications: classifications }),
    ...(Object.keys(sparkProperties).length > 0 && { SparkProperties: sparkProperties }),
    ...(Object.keys(additional).length > 0 && { AdditionalConfigs: additional }),
  };
}

type NativeClassification = NonNullable<EngineConfiguration['Classifications']>[number];

function mergeClassifications(
  ours: readonly NativeClassification[],
  native: readonly NativeClassification[],
): NativeClassification[] {
  const merged = new Map(ours.map((each) => [each.Name, each]));
  for (const each of native) {
    merged.set(each.Name, { ...each, Properties: { ...merged.get(each.Name)?.Properties, ...each.Properties } });
  }
  return [...merged.values()];
}

/** The configured classifications; properties of the request win over those, and `size` gives way to both. */
function toClassifications(
  { size, sparkConf }: StartRequest,
  { classifications = [] }: AthenaConfig,
): NonNullable<EngineConfiguration['Classifications']> {
  const configured = classifications.map(({ name, properties }) => ({ Name: name, Properties: { ...properties } }));
  const defaults = {
    ...(size !== undefined && { 'spark.dynamicAllocation.maxExecutors': String(MAX_EXECUTORS[size]) }),
    ...configured.find(({ Name }) => Name === SPARK_DEFAULTS)?.Properties,
    ...sparkConf,
  };
  const others = configured.filter(({ Name }) => Name !== SPARK_DEFAULTS);
  return Object.keys(defaults).length > 0 ? [...others, { Name: SPARK_DEFAULTS, Properties: defaults }] : others;
}

function refusePysparkMembers(configuration: EngineConfiguration, engine: AthenaEngine): void {
  const foreign = engine === 'spark-3.5' ? PYSPARK_ONLY.filter((member) => configuration[member] !== undefined) : [];
  if (foreign.length > 0) {
    throw refusal(
      `${foreign.join(', ')} in \`native.EngineConfiguration\` is for the PySpark 3 engine, and this workgroup runs Spark 3.5; ` +
        'use `sparkConf` or Classifications',
    );
  }
}

function checkLengths(
  what: string,
  entries: Readonly<Record<string, string>>,
  limit: { readonly key: number; readonly value: number },
): void {
  for (const [key, value] of Object.entries(entries)) {
    if (key.length < 1 || key.length > limit.key) {
      throw refusal(`the key of a ${what} must have 1 to ${limit.key} characters; one has ${key.length}`);
    }
    if (value.length > limit.value) {
      throw refusal(`the ${what} '${key}' has ${value.length} characters; ${limit.value} are allowed`);
    }
  }
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'start', provider: 'athena' });
}
