import type { CreateSessionCommandInput, WorkerType } from '@aws-sdk/client-glue';
import type { SessionSize, StartRequest } from '../../src/contract/start-request.ts';
import { parseNativeOptions, type NativeRequest } from '../../src/provider-kit/native-options.ts';
import { LIFETIME_LABEL, OWNER_LABEL, toOwnershipLabels } from '../../src/provider-kit/ownership-labels.ts';
import { formatOwnershipTag } from '../../src/provider-kit/ownership-tag.ts';
import { checkStartLimits, startRefusal } from '../_aws/spark-settings.ts';
import type { GlueConfig, GlueSessionType } from './options.ts';

const MINUTE_MS = 60_000;

/** The longest description that Glue accepts, characters. */
const DESCRIPTION_MAX_LENGTH = 2048;

/** The members that anysession sets, with the portable option for each. */
const OWNED_MEMBERS = {
  Id: 'key',
  Description: 'name',
  IdleTimeout: 'idleTimeoutMs',
  Timeout: 'maxLifetimeMs',
  Tags: 'labels',
  SessionType: 'an environment with another `sessionType`',
} as const satisfies Partial<Record<keyof CreateSessionCommandInput, string>>;

/** The option `native` of a start: the input of CreateSession without what portable options set. */
export type GlueStartNative = Partial<Omit<CreateSessionCommandInput, keyof typeof OWNED_MEMBERS>>;

const NATIVE: NativeRequest<GlueStartNative> = {
  provider: 'glue',
  of: "Glue's CreateSession",
  members: {
    Command: 'plain',
    Connections: 'plain',
    DefaultArguments: 'map',
    GlueVersion: 'plain',
    MaxCapacity: 'plain',
    NumberOfWorkers: 'plain',
    RequestOrigin: 'plain',
    Role: 'plain',
    SecurityConfiguration: 'plain',
    WorkerType: 'plain',
  },
  owned: OWNED_MEMBERS,
};

const SESSION_TYPES: Readonly<Record<GlueSessionType, CreateSessionCommandInput['SessionType']>> = {
  'spark-connect': 'SPARK_CONNECT',
  livy: 'LIVY',
};

/** A driver, and 2, 8 or 32 executors, as on the other AWS services. */
const WORKERS: Readonly<Record<SessionSize, number>> = { small: 3, medium: 9, large: 33 };

/** The argument with the Spark properties: `a=1 --conf b=2`. @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html (read 2026-11-29) */
const CONF = '--conf';
const ARGUMENT_MAX_LENGTH = 4096;

/** The limits of the model; two of its 50 tags are ours. */
const LIMITS = { label: { count: 48, key: 128, value: 256 }, property: { key: 255, value: ARGUMENT_MAX_LENGTH } };

/**
 * Makes the input of CreateSession.
 * @throws SessionError `invalid-request` for what Glue is known to reject, and for members of `native` that portable options set.
 */
export function toStartInput(request: StartRequest, config: GlueConfig): CreateSessionCommandInput {
  const { token, name, labels, size, idleTimeoutMs, maxLifetimeMs } = request;
  checkStartLimits('glue', request, LIMITS);
  const reserved = Object.keys(labels).find((key) => key === OWNER_LABEL || key === LIFETIME_LABEL);
  if (reserved !== undefined) {
    throw startRefusal('glue', `the label '${reserved}' is reserved for anysession; choose another`);
  }
  const { DefaultArguments: more = {}, ...native } = parseNativeOptions(request.native, NATIVE);
  const defaultArguments = toArguments(request, config.defaultArguments ?? {}, more);
  return {
    Role: config.roleArn,
    Command: { Name: 'glueetl', PythonVersion: '3' },
    GlueVersion: config.glueVersion,
    ...(config.connections && { Connections: { Connections: [...config.connections] } }),
    // The service accepts workers or a capacity.
    ...(native.MaxCapacity === undefined && {
      WorkerType: config.workerType as WorkerType,
      NumberOfWorkers: size === undefined ? config.numberOfWorkers : WORKERS[size],
    }),
    ...native,
    ...(Object.keys(defaultArguments).length > 0 && { DefaultArguments: defaultArguments }),
    Id: token,
    Description: formatOwnershipTag(name, request, DESCRIPTION_MAX_LENGTH),
    IdleTimeout: Math.ceil(idleTimeoutMs / MINUTE_MS),
    ...(maxLifetimeMs !== undefined && { Timeout: Math.ceil(maxLifetimeMs / MINUTE_MS) }),
    SessionType: SESSION_TYPES[config.sessionType],
    Tags: { ...labels, ...toOwnershipLabels(request) },
  };
}

/** Arguments by increasing priority: those of the environment, `native`. Their Spark properties are joined with `sparkConf` between them. */
function toArguments(
  { sparkConf = {} }: StartRequest,
  configured: Readonly<Record<string, string>>,
  native: Readonly<Record<string, string>>,
): Record<string, string> {
  const properties = Object.entries(sparkConf).map(([key, value]) => {
    if (!/\s/.test(key + value)) return `${key}=${value}`;
    // No document of AWS has a quoted value in this text (read 2026-11-30).
    const message = `the Spark property '${key}' contains a space, which ends a value in the Glue argument ${CONF}; set it in your code, or write the whole text of \`${CONF}\` in the option \`defaultArguments\``;
    throw startRefusal('glue', message);
  });
  const texts = [configured[CONF], ...properties, native[CONF]].filter((text) => text !== undefined && text !== '');
  const conf = texts.join(` ${CONF} `);
  if (conf.length > ARGUMENT_MAX_LENGTH) {
    const message = `the Spark properties have ${conf.length} characters together; the Glue argument ${CONF} holds ${ARGUMENT_MAX_LENGTH}`;
    throw startRefusal('glue', message);
  }
  return { ...configured, ...native, ...(conf !== '' && { [CONF]: conf }) };
}
