import type { Configuration, StartSessionCommandInput } from '@aws-sdk/client-emr-serverless';
import type { SessionError } from '../../src/contract/session-error.ts';
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
import type { EmrServerlessConfig } from './options.ts';

const MINUTE_MS = 60_000;

/** The longest name that the service accepts, characters. */
const NAME_MAX_LENGTH = 256;

/** The members that anysession sets, with the portable option for each. */
const OWNED_MEMBERS = {
  applicationId: 'an environment with another `applicationId`',
  clientToken: 'key',
  idleTimeoutMinutes: 'idleTimeoutMs',
  name: 'name',
  tags: 'labels',
} as const satisfies Partial<Record<keyof StartSessionCommandInput, string>>;

/** The option `native` of a start: the input of StartSession without what portable options set. */
export type EmrServerlessStartNative = Partial<Omit<StartSessionCommandInput, keyof typeof OWNED_MEMBERS>>;

const NATIVE: NativeRequest<EmrServerlessStartNative> = {
  provider: 'emr-serverless',
  of: "EMR Serverless' StartSession",
  members: { executionRoleArn: 'plain', configurationOverrides: 'map' },
  owned: OWNED_MEMBERS,
};

/** The service sets it; clients cannot connect to a session that sets it too. */
const RESERVED_PROPERTY = 'spark.connect.grpc.binding.address';

/** The limits of the model. @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_Configuration.html (read 2026-11-20) */
const LIMITS = { label: { count: 200, key: 128, value: 256 }, property: { count: 100, key: 1024, value: 1024 } };
const TAG_KEY = /^[A-Za-z0-9 /_.:=+@-]+$/;

/**
 * Makes the input of StartSession.
 * @throws SessionError `invalid-request` for what the service is known to reject, and for members of `native` that portable options set.
 */
export function toStartInput(request: StartRequest, config: EmrServerlessConfig): StartSessionCommandInput {
  const { token, name, labels, idleTimeoutMs } = request;
  checkStartLimits('emr-serverless', request, LIMITS);
  const invalid = Object.keys(labels).find((key) => !TAG_KEY.test(key));
  if (invalid !== undefined) {
    throw refusal(`the label '${invalid}' has characters other than letters, digits, spaces and / _ . : = + @ -`);
  }
  const { configurationOverrides: overrides, ...native } = parseNativeOptions(request.native, NATIVE);
  const configurations = toConfigurations(request, overrides?.runtimeConfiguration ?? []);
  const merged = configurations.length > 0 ? { ...overrides, runtimeConfiguration: configurations } : overrides;
  return {
    executionRoleArn: config.executionRoleArn,
    ...native,
    applicationId: config.applicationId,
    clientToken: token,
    name: formatOwnershipTag(name, request, NAME_MAX_LENGTH),
    idleTimeoutMinutes: Math.ceil(idleTimeoutMs / MINUTE_MS),
    ...(Object.keys(labels).length > 0 && { tags: { ...labels } }),
    ...(merged !== undefined && { configurationOverrides: merged }),
  };
}

/** Settings by increasing priority: `size`, `sparkConf`, `native`. */
function toConfigurations(request: StartRequest, native: readonly Configuration[]): Configuration[] {
  const settings = mergeClassifications<Classification & Pick<Configuration, 'configurations'>>(
    sizeSettings(request),
    sparkDefaults(request.sparkConf),
    native.map(({ classification: name, properties, configurations }) => ({ name, properties, configurations })),
  );
  if (settings.some(({ properties = {} }) => Object.hasOwn(properties, RESERVED_PROPERTY))) {
    throw refusal(`the Spark property '${RESERVED_PROPERTY}' is reserved: remove it, because the service sets it`);
  }
  return settings.map(({ name: classification, properties, configurations }) => ({
    classification,
    properties: { ...properties },
    ...(configurations && { configurations }),
  }));
}

function refusal(message: string): SessionError {
  return startRefusal('emr-serverless', message);
}
