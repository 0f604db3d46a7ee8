import type { DefaultRunSetting, InlineSetting } from '@aws-sdk/client-omics';
import type { RunDefaults, RunSpec } from '../../src/contract/batch-run.ts';
import { SessionError } from '../../src/contract/session-error.ts';
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

/** One run in the service's spelling. */
export function toRunSetting(run: RunSpec): InlineSetting {
  const { id, name, parameters, outputUri, priority, outputBucketOwnerId, tags } = run;
  return {
    runSettingId: id,
    ...(name !== undefined && { name }),
    ...(parameters !== undefined && { parameters: parameters as NonNullable<InlineSetting['parameters']> }),
    ...(outputUri !== undefined && { outputUri }),
    ...(priority !== undefined && { priority }),
    ...(outputBucketOwnerId !== undefined && { outputBucketOwnerId }),
    ...(tags !== undefined && { runTags: { ...tags } }),
  };
}

/** The defaults in the service's spelling, with what the environment adds. */
export function toDefaultRunSetting(defaults: RunDefaults, config: HealthOmicsConfig): DefaultRunSetting {
  const { workflowId, workflowVersion, name, parameters, priority, tags } = defaults;
  const outputUri = defaults.outputUri ?? config.outputUri;
  return {
    ...(defaults.native as HealthOmicsRunNative | undefined),
    workflowId,
    roleArn: defaults.roleArn ?? config.roleArn,
    ...(workflowVersion !== undefined && { workflowVersionName: workflowVersion }),
    ...(name !== undefined && { name }),
    ...(parameters !== undefined && { parameters: parameters as NonNullable<DefaultRunSetting['parameters']> }),
    ...(outputUri !== undefined && { outputUri }),
    ...(priority !== undefined && { priority }),
    ...(tags !== undefined && { runTags: { ...tags } }),
  };
}

/** The same way back, for what the service tells of a batch. */
export function fromDefaultRunSetting(setting: DefaultRunSetting): RunDefaults {
  const {
    workflowId = '',
    workflowVersionName,
    roleArn,
    name,
    parameters,
    outputUri,
    priority,
    runTags,
    ...native
  } = setting;
  return {
    workflowId,
    workflowVersion: workflowVersionName,
    roleArn,
    name,
    parameters: parameters as RunDefaults['parameters'],
    outputUri,
    priority,
    tags: runTags,
    ...(Object.keys(native).length > 0 && { native }),
  };
}

/** One entry of a run list, back in our terms. */
export function fromRunSetting(setting: InlineSetting): RunSpec {
  const { runSettingId: id = '', name, parameters, outputUri, priority, outputBucketOwnerId, runTags: tags } = setting;
  return { id, name, parameters: parameters as RunSpec['parameters'], outputUri, priority, outputBucketOwnerId, tags };
}

/** What the service would refuse about one run, or find missing only when it starts. */
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

/** What the service would refuse about the defaults. */
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

/** What the service would refuse about tags. @see https://docs.aws.amazon.com/omics/latest/dev/tagging-resources.html (read 2026-11-20) */
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

/** @throws SessionError `config-invalid` where an environment lacks the place for run lists. */
export function noRunListUri(count: number): SessionError {
  return new SessionError(
    'config-invalid',
    `${count} runs do not fit into a request, which takes 100: set the option \`runListUri\` (s3://bucket/prefix) to a place that anysession may write and the role may read`,
    { operation: 'stageRuns', provider: 'healthomics' },
  );
}
