import type { DefaultRunSetting, InlineSetting } from '@aws-sdk/client-omics';
import type { RunDefaults, RunSpec } from '../../src/contract/batch-run.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import { omitUndefined } from '../../src/provider-kit/omit-undefined.ts';
import { problemOfNative, type HealthOmicsRunNative } from './native-setting.ts';
import { ROLE_ARN, S3_URI, type HealthOmicsConfig } from './options.ts';

/** Limits of the model. @see https://docs.aws.amazon.com/omics/latest/api/API_InlineSetting.html (read 2026-11-20) */
const NAME_MAX_LENGTH = 128;
const URI_MAX_LENGTH = 750;
const MAX_PRIORITY = 100_000;
const TAG_LIMITS = { count: 50, key: 128, value: 256 };
const WORKFLOW_ID = /^[0-9]{1,18}$/;
const VERSION_NAME = /^[A-Za-z0-9][A-Za-z0-9\-._]{0,63}$/;
const ROLE_MAX_LENGTH = 128;
/** Neither line breaks nor other control characters. */
const WORDS = /^[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]+$/u;
const ACCOUNT_ID = /^[0-9]{12}$/;
const S3_URI_PATTERN = new RegExp(S3_URI, 'u');
const ROLE_PATTERN = new RegExp(ROLE_ARN, 'u');

/** Makes the service's setting of one run. */
export function toRunSetting(run: RunSpec): InlineSetting {
  const { id, name, parameters, outputUri, priority, outputBucketOwnerId, tags } = run;
  return omitUndefined<InlineSetting>({
    runSettingId: id,
    name,
    parameters: parameters as InlineSetting['parameters'],
    outputUri,
    priority,
    outputBucketOwnerId,
    runTags: tags && { ...tags },
  });
}

/** Makes the service's default setting, with the values of the environment. */
export function toDefaultRunSetting(defaults: RunDefaults, config: HealthOmicsConfig): DefaultRunSetting {
  const { workflowId, workflowVersion, name, parameters, priority, tags } = defaults;
  return omitUndefined<DefaultRunSetting>({
    ...(defaults.native as HealthOmicsRunNative | undefined),
    workflowId,
    roleArn: defaults.roleArn ?? config.roleArn,
    workflowVersionName: workflowVersion,
    name,
    parameters: parameters as DefaultRunSetting['parameters'],
    outputUri: defaults.outputUri ?? config.outputUri,
    priority,
    runTags: tags && { ...tags },
  });
}

/** Reads the service's default setting. */
export function fromDefaultRunSetting(setting: DefaultRunSetting): RunDefaults {
  const {
    workflowId = '',
    workflowVersionName: workflowVersion,
    parameters,
    runTags: tags,
    roleArn,
    name,
    outputUri,
    priority,
    ...native
  } = setting;
  return {
    ...{ workflowId, workflowVersion, roleArn, name, outputUri, priority, tags },
    parameters: parameters as RunDefaults['parameters'],
    ...(Object.keys(native).length > 0 && { native }),
  };
}

/** Reads one entry of a run list. */
export function fromRunSetting(setting: InlineSetting): RunSpec {
  const { runSettingId: id = '', name, parameters, outputUri, priority, outputBucketOwnerId, runTags: tags } = setting;
  return { id, name, parameters: parameters as RunSpec['parameters'], outputUri, priority, outputBucketOwnerId, tags };
}

/** What the service would reject in one run, at the latest when the run starts. */
export function problemOfRun(run: RunSpec, defaults: RunDefaults): string | undefined {
  const { id, name, outputUri, priority, outputBucketOwnerId, tags } = run;
  return (
    (WORDS.test(id) ? undefined : 'id must not have control characters such as line breaks') ??
    problemOfCommon({ name, outputUri, priority }) ??
    (outputBucketOwnerId !== undefined && !ACCOUNT_ID.test(outputBucketOwnerId)
      ? 'outputBucketOwnerId must be the 12 digits of an account'
      : undefined) ??
    (tags === undefined ? undefined : problemOfTags({ ...defaults.tags, ...tags }))
  );
}

/** What the service would reject in the defaults. */
export function problemsOfDefaults(defaults: RunDefaults, config: HealthOmicsConfig): readonly string[] {
  const { workflowId, workflowVersion, name, outputUri, priority, tags = {}, native = {} } = defaults;
  const roleArn = defaults.roleArn ?? config.roleArn;
  const problems = [
    WORKFLOW_ID.test(workflowId) ? undefined : 'workflowId must be the 1 to 18 digits of a workflow',
    workflowVersion !== undefined && !VERSION_NAME.test(workflowVersion)
      ? 'workflowVersion must be a name of 1 to 64 letters, digits, -, . and _'
      : undefined,
    roleArn === undefined ? 'roleArn is missing: give it here or in the environment' : undefined,
    roleArn !== undefined && !(ROLE_PATTERN.test(roleArn) && roleArn.length <= ROLE_MAX_LENGTH)
      ? `roleArn must be the ARN of an IAM role, ${ROLE_MAX_LENGTH} characters at most`
      : undefined,
    problemOfCommon({ name, outputUri, priority }),
    problemOfTags(tags),
    problemOfNative(native),
  ];
  return problems.filter((problem) => problem !== undefined);
}

function problemOfCommon(values: Pick<RunSpec, 'name' | 'outputUri' | 'priority'>): string | undefined {
  const { name, outputUri, priority } = values;
  if (name !== undefined && (name === '' || name.length > NAME_MAX_LENGTH)) {
    return `name must have 1 to ${NAME_MAX_LENGTH} characters`;
  }
  if (name !== undefined && !WORDS.test(name)) return 'name must not have control characters such as line breaks';
  if (outputUri !== undefined && (outputUri.length > URI_MAX_LENGTH || !S3_URI_PATTERN.test(outputUri))) {
    return `outputUri must be an S3 URI such as s3://bucket/prefix of at most ${URI_MAX_LENGTH} characters`;
  }
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= MAX_PRIORITY)) {
    return `priority must be a whole number from 0 to ${MAX_PRIORITY}`;
  }
  return undefined;
}

/** What the service would reject in tags. @see https://docs.aws.amazon.com/omics/latest/dev/tagging-resources.html (read 2026-11-20) */
export function problemOfTags(tags: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(tags);
  if (entries.length > TAG_LIMITS.count) {
    return `there are ${entries.length} tags altogether; ${TAG_LIMITS.count} are allowed`;
  }
  const wrong = entries.find(
    ([key, value]) => key === '' || key.length > TAG_LIMITS.key || value.length > TAG_LIMITS.value,
  );
  return wrong && `the tag '${wrong[0].slice(0, 40)}' is too long: keys have 1 to 128 characters, values up to 256`;
}

/** The error of a long run list in an environment without `runListUri`. */
export function noRunListUri(count: number): SessionError {
  return new SessionError(
    'config-invalid',
    `${count} runs do not fit into a request, which holds 100: set the option \`runListUri\` to an s3://bucket/prefix that anysession may write and the role may read`,
    { operation: 'stageRuns', provider: 'healthomics' },
  );
}
