import type { Configuration, StartSessionCommandInput } from '@aws-sdk/client-emr-serverless';
import { SessionError } from '../../src/contract/session-error.ts';
import type { SessionSize, StartRequest } from '../../src/contract/start-request.ts';
import { parseNativeOptions, type NativeRequest } from '../../src/provider-kit/native-options.ts';
import { formatOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import type { EmrServerlessConfig } from './options.ts';

const MINUTE_MS = 60_000;

/** The longest name that the service takes, characters. */
const NAME_MAX_LENGTH = 256;

/** What anysession fills in itself, with the portable option that says the same. */
const OWNED_MEMBERS = {
  applicationId: 'an environment with another `applicationId`',
  clientToken: 'key',
  idleTimeoutMinutes: 'idleTimeoutMs',
  name: 'name',
  tags: 'labels',
} as const satisfies Partial<Record<keyof StartSessionCommandInput, string>>;

/** What `native` takes at start: StartSession's own input without what portable options say. */
export type EmrServerlessStartNative = Partial<Omit<StartSessionCommandInput, keyof typeof OWNED_MEMBERS>>;

const NATIVE: NativeRequest<EmrServerlessStartNative> = {
  provider: 'emr-serverless',
  of: "EMR Serverless' StartSession",
  members: { executionRoleArn: 'plain', configurationOverrides: 'map' },
  owned: OWNED_MEMBERS,
};

/**
 * Executors that a session may have at once, each of 4 vCPU and 14 GB unless `sparkConf` says otherwise. With its driver a small
 * session stays within the 16 vCPU that a new account has.
 * @see https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html (read 2026-11-20)
 */
const MAX_EXECUTORS: Readonly<Record<SessionSize, number>> = { small: 2, medium: 8, large: 32 };

const SPARK_DEFAULTS = 'spark-defaults';

/** The service sets it; a session that sets it too cannot be connected to. */
const RESERVED_PROPERTY = 'spark.connect.grpc.binding.address';

/** The limits of the model. @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_Configuration.html (read 2026-11-20) */
const PROPERTY_LIMITS = { count: 100, key: 1024, value: 1024 };
const TAG_LIMITS = { count: 200, key: 128, value: 256 };
const TAG_KEY = /^[A-Za-z0-9 /_.:=+@-]+$/;

/**
 * Writes the request that starts a session.
 * @throws SessionError `invalid-request` for what the service is known to refuse, and for `native` that says what anysession says itself.
 */
export function toStartInput(
  request: StartRequest,
  config: EmrServerlessConfig,
): Omit<StartSessionCommandInput, 'applicationId'> {
  const { token, name, labels, idleTimeoutMs, sparkConf = {} } = request;
  checkLimits('label', labels, TAG_LIMITS);
  checkLimits('Spark property', sparkConf, PROPERTY_LIMITS);
  const strange = Object.keys(labels).find((key) => !TAG_KEY.test(key));
  if (strange !== undefined) {
    throw refusal(`the label '${strange}' has characters beside letters, digits, spaces and / _ . : = + @ -`);
  }
  const { configurationOverrides: overrides, ...native } = parseNativeOptions(request.native, NATIVE);
  const configurations = mergeConfigurations(toConfigurations(request), overrides?.runtimeConfiguration ?? []);
  refuseReserved(configurations);
  return {
    executionRoleArn: config.executionRoleArn,
    ...native,
    clientToken: token,
    name: formatOwnershipTag(name, request, NAME_MAX_LENGTH),
    idleTimeoutMinutes: Math.ceil(idleTimeoutMs / MINUTE_MS),
    ...(Object.keys(labels).length > 0 && { tags: { ...labels } }),
    ...(configurations.length > 0 && {
      configurationOverrides: { ...overrides, runtimeConfiguration: configurations },
    }),
  };
}

function toConfigurations({ size, sparkConf }: StartRequest): readonly Configuration[] {
  const properties = {
    ...(size !== undefined && { 'spark.dynamicAllocation.maxExecutors': String(MAX_EXECUTORS[size]) }),
    ...sparkConf,
  };
  return Object.keys(properties).length > 0 ? [{ classification: SPARK_DEFAULTS, properties }] : [];
}

/** Classifications of `native` win property by property, so that one property more does not cost all the others. */
function mergeConfigurations(ours: readonly Configuration[], native: readonly Configuration[]): Configuration[] {
  const merged = new Map(ours.map((each) => [each.classification, each]));
  for (const each of native) {
    const properties = { ...merged.get(each.classification)?.properties, ...each.properties };
    merged.set(each.classification, { ...each, properties });
  }
  return [...merged.values()];
}

function refuseReserved(configurations: readonly Configuration[]): void {
  if (configurations.some(({ properties = {} }) => Object.hasOwn(properties, RESERVED_PROPERTY))) {
    throw refusal(`the Spark property '${RESERVED_PROPERTY}' is reserved: the service sets it; leave it out`);
  }
}

function checkLimits(
  what: string,
  entries: Readonly<Record<string, string>>,
  limit: { readonly count: number; readonly key: number; readonly value: number },
): void {
  const all = Object.entries(entries);
  if (all.length > limit.count)
    throw refusal(`${all.length} entries of ${what} were given; ${limit.count} are allowed`);
  for (const [key, value] of all) {
    if (key.length < 1 || key.length > limit.key) {
      throw refusal(`the key of a ${what} must have 1 to ${limit.key} characters; one has ${key.length}`);
    }
    if (value.length > limit.value) {
      throw refusal(`the ${what} '${key}' has ${value.length} characters; ${limit.value} are allowed`);
    }
  }
}

function refusal(message: string): SessionError {
  return new SessionError('invalid-request', message, { operation: 'start', provider: 'emr-serverless' });
}
