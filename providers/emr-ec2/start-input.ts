import type { Configuration, SessionMonitoringConfiguration, StartSessionCommandInput } from '@aws-sdk/client-emr';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { parseNativeOptions, type NativeRequest } from '../../src/provider-kit/native-options.ts';
import { formatOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import {
  checkStartLimits,
  mergeClassifications,
  sizeSettings,
  sparkDefaults,
  startRefusal,
  type Classification,
} from '../_aws/spark-settings.ts';
import type { EmrEc2Config, EmrEc2Monitoring } from './options.ts';

const MINUTE_MS = 60_000;

/** The longest name that the service accepts, characters. */
const NAME_MAX_LENGTH = 256;

/** The members that anysession sets, with the portable option for each. */
const OWNED_MEMBERS = {
  ClientRequestToken: 'key',
  ClusterId: 'an environment with another `clusterId`',
  Name: 'name',
  SessionIdleTimeoutInMinutes: 'idleTimeoutMs',
  Tags: 'labels',
} as const satisfies Partial<Record<keyof StartSessionCommandInput, string>>;

/** The option `native` of a start: the input of StartSession without what portable options set. */
export type EmrEc2StartNative = Partial<Omit<StartSessionCommandInput, keyof typeof OWNED_MEMBERS>>;

const NATIVE: NativeRequest<EmrEc2StartNative> = {
  provider: 'emr-ec2',
  of: "EMR's StartSession",
  members: { ExecutionRoleArn: 'plain', EngineConfigurations: 'plain', MonitoringConfiguration: 'map' },
  owned: OWNED_MEMBERS,
};

/**
 * The limits of tags are those of EC2; properties have none.
 * @see https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-tags-restrictions.html (read 2026-11-30)
 */
const LIMITS = { label: { count: 50, key: 128, value: 256 }, property: { key: Infinity, value: Infinity } };

/**
 * Makes the input of StartSession.
 * @throws SessionError `invalid-request` for what the service is known to reject, and for members of `native` that portable options set.
 */
export function toStartInput(request: StartRequest, config: EmrEc2Config): StartSessionCommandInput {
  const { token, name, labels, idleTimeoutMs } = request;
  checkStartLimits('emr-ec2', request, LIMITS);
  const { EngineConfigurations: entries = [], ...native } = parseNativeOptions(request.native, NATIVE);
  if (!Array.isArray(entries)) throw startRefusal('emr-ec2', '`native.EngineConfigurations` must be a list');
  const configurations = toConfigurations(request, entries, config);
  const tags = Object.entries(labels).map(([Key, Value]) => ({ Key, Value }));
  return {
    ...(config.executionRoleArn !== undefined && { ExecutionRoleArn: config.executionRoleArn }),
    ...(config.monitoring && { MonitoringConfiguration: toMonitoring(config.monitoring) }),
    ...native,
    ClusterId: config.clusterId,
    ClientRequestToken: token,
    Name: formatOwnershipTag(name, request, NAME_MAX_LENGTH),
    SessionIdleTimeoutInMinutes: Math.ceil(idleTimeoutMs / MINUTE_MS),
    ...(tags.length > 0 && { Tags: tags }),
    ...(configurations.length > 0 && { EngineConfigurations: configurations }),
  };
}

/** Settings by increasing priority: those of the environment, `size`, `sparkConf`, `native`. */
function toConfigurations(
  request: StartRequest,
  native: readonly Configuration[],
  { engineConfigurations = [] }: EmrEc2Config,
): Configuration[] {
  return mergeClassifications<Classification & Pick<Configuration, 'Configurations'>>(
    engineConfigurations.map(({ classification: name, properties }) => ({ name, properties })),
    sizeSettings(request),
    sparkDefaults(request.sparkConf),
    native.map(({ Classification: name, Properties: properties, Configurations }) => ({
      name,
      properties,
      Configurations,
    })),
  ).map(({ name, properties, Configurations }) => ({
    Classification: name,
    Properties: { ...properties },
    ...(Configurations && { Configurations }),
  }));
}

function toMonitoring({ s3LogUri, cloudWatchLogGroup, managed }: EmrEc2Monitoring): SessionMonitoringConfiguration {
  return {
    ...(s3LogUri !== undefined && { S3LoggingConfiguration: { Enabled: true, LogUri: s3LogUri } }),
    ...(cloudWatchLogGroup !== undefined && {
      CloudWatchLoggingConfiguration: { Enabled: true, LogGroup: cloudWatchLogGroup },
    }),
    ...(managed !== undefined && { ManagedLoggingConfiguration: { Enabled: managed } }),
  };
}
