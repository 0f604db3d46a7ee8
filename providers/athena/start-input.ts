import type { EngineConfiguration, StartSessionCommandInput } from '@aws-sdk/client-athena';
import type { SessionError } from '../../src/contract/session-error.ts';
import type { SessionSize, StartRequest } from '../../src/contract/start-request.ts';
import { parseNativeOptions, type NativeRequest } from '../../src/provider-kit/native-options.ts';
import { formatOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import {
  checkStartLimits,
  mergeClassifications,
  sizeSettings,
  sparkDefaults,
  startRefusal,
} from '../_aws/spark-settings.ts';
import type { AthenaConfig, AthenaEngine } from './options.ts';

const MINUTE_MS = 60_000;

/** The longest description that Athena accepts, characters. */
const DESCRIPTION_MAX_LENGTH = 1024;

/** The members that anysession sets, with the portable option for each. */
const OWNED_MEMBERS = {
  ClientRequestToken: 'key',
  Description: 'name',
  SessionIdleTimeoutInMinutes: 'idleTimeoutMs',
  Tags: 'labels',
  WorkGroup: 'an environment with another `workgroup`',
} as const satisfies Partial<Record<keyof StartSessionCommandInput, string>>;

/** The option `native` of a start: the input of StartSession without what portable options set. */
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

/** The most DPUs of a session on PySpark 3; it holds only what it needs, and at most 60. */
const MAX_DPUS: Readonly<Record<SessionSize, number>> = { small: 4, medium: 20, large: 60 };

/** The members of the engine configuration that Spark 3.5 rejects. @see https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark-release-versions.html (read 2026-11-20) */
const PYSPARK_ONLY = ['CoordinatorDpuSize', 'DefaultExecutorDpuSize', 'SparkProperties'] as const;

/** The limits of the model. @see https://docs.aws.amazon.com/athena/latest/APIReference/API_EngineConfiguration.html (read 2026-11-20) */
const LIMITS = { label: { key: 128, value: 256 }, property: { key: 255, value: 51_200 } };

/**
 * Makes the input of StartSession.
 * @throws SessionError `invalid-request` for what Athena is known to reject, and for members of `native` that portable options set.
 */
export function toStartInput(
  request: StartRequest,
  config: AthenaConfig,
  engine: AthenaEngine,
): StartSessionCommandInput {
  const { token, name, labels, idleTimeoutMs } = request;
  checkStartLimits('athena', request, LIMITS);
  const { EngineConfiguration: nativeEngine = {}, ...native } = parseNativeOptions(request.native, NATIVE);
  const toConfiguration = engine === 'pyspark-v3' ? toPysparkConfiguration : toSparkConfiguration;
  return {
    ...(config.executionRoleArn !== undefined && { ExecutionRole: config.executionRoleArn }),
    ...(config.notebook !== undefined && { NotebookVersion: config.notebook.version }),
    ...native,
    EngineConfiguration: toConfiguration(request, config, nativeEngine),
    WorkGroup: config.workgroup,
    ClientRequestToken: token,
    Description: formatOwnershipTag(name, request, DESCRIPTION_MAX_LENGTH),
    SessionIdleTimeoutInMinutes: Math.ceil(idleTimeoutMs / MINUTE_MS),
    ...(Object.keys(labels).length > 0 && { Tags: Object.entries(labels).map(([Key, Value]) => ({ Key, Value })) }),
  };
}

/** Members of `native` win; maps are merged, so that an additional property does not remove the others. */
function toPysparkConfiguration(
  { size, sparkConf }: StartRequest,
  { classifications, notebook }: AthenaConfig,
  native: EngineConfiguration,
): EngineConfiguration {
  if (classifications !== undefined) {
    throw refusal('the option `classifications` is for the Spark 3.5 engine, and this workgroup runs PySpark 3');
  }
  const properties = { ...sparkConf, ...native.SparkProperties };
  const additional = { ...(notebook && { NotebookId: notebook.id }), ...native.AdditionalConfigs };
  return {
    CoordinatorDpuSize: 1,
    DefaultExecutorDpuSize: 1,
    // Required in practice: every published sample sets it.
    MaxConcurrentDpus: MAX_DPUS[size ?? 'small'],
    ...native,
    ...(Object.keys(properties).length > 0 && { SparkProperties: properties }),
    ...(Object.keys(additional).length > 0 && { AdditionalConfigs: additional }),
  };
}

/** Settings by increasing priority: `size`, the configured classifications, `sparkConf`, `native`. */
function toSparkConfiguration(
  request: StartRequest,
  { classifications = [], notebook }: AthenaConfig,
  native: EngineConfiguration,
): EngineConfiguration {
  if (notebook !== undefined) {
    throw refusal('the option `notebookId` is for the PySpark 3 engine, and this workgroup runs Spark 3.5');
  }
  const foreign = PYSPARK_ONLY.filter((member) => native[member] !== undefined);
  if (foreign.length > 0) {
    throw refusal(
      `${foreign.join(', ')} in \`native.EngineConfiguration\` is for the PySpark 3 engine, and this workgroup runs Spark 3.5; ` +
        'use `sparkConf` or Classifications',
    );
  }
  const nativeSettings = (native.Classifications ?? []).map(({ Name: name, Properties: properties }) => ({
    name,
    properties,
  }));
  const settings = mergeClassifications(
    sizeSettings(request),
    classifications,
    sparkDefaults(request.sparkConf),
    nativeSettings,
  );
  const merged = settings.map(({ name, properties }) => ({ Name: name, Properties: { ...properties } }));
  return { ...native, ...(merged.length > 0 && { Classifications: merged }) };
}

function refusal(message: string): SessionError {
  return startRefusal('athena', message);
}
