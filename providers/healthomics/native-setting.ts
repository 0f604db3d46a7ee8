import type { DefaultRunSetting } from '@aws-sdk/client-omics';
import type { JsonValue, RunDefaults } from '../../src/contract/batch-run.ts';

/** What anysession fills in itself, with the portable member that says the same. */
const OWNED_MEMBERS = {
  workflowId: 'workflowId',
  workflowVersionName: 'workflowVersion',
  roleArn: 'roleArn',
  name: 'name',
  parameters: 'parameters',
  outputUri: 'outputUri',
  priority: 'priority',
  runTags: 'tags',
} as const satisfies Partial<Record<keyof DefaultRunSetting, keyof RunDefaults>>;

/** Members of the service that clients of an older SDK leave out of the request; {@link withNewerSettings} puts them in. */
interface NewerRunSettings {
  /** Settings of the workflow's engine. */
  readonly engineSettings?: Readonly<Record<string, JsonValue>> | undefined;
  /** Whether scratch space is each task's own or shared by all. */
  readonly scratchStorageMode?: 'LOCAL' | 'SHARED' | undefined;
  /** An IAM policy that narrows the role for these runs, 1..2048 characters. */
  readonly sessionPolicy?: string | undefined;
}

/** What `defaults.native` takes: the service's default run setting without what portable members say. */
export type HealthOmicsRunNative = Partial<Omit<DefaultRunSetting, keyof typeof OWNED_MEMBERS>> & NewerRunSettings;

/** Says what a value has to be, or nothing when it is that. */
type Rule = (value: unknown) => string | undefined;

const text =
  (pattern: RegExp, words: string): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : words;
const oneOf = (...choices: readonly string[]): Rule =>
  text(new RegExp(`^(${choices.join('|')})$`), choices.join(' or '));
const map: Rule = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'a map of settings';
const capacity: Rule = (value) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100_000
    ? undefined
    : 'a whole number of GiB from 0 to 100000';

const id = text(/^[0-9]{1,18}$/, 'the 1 to 18 digits of an id');
const account = text(/^[0-9]{12}$/, 'the 12 digits of an account');

/**
 * Every member with what the service's model demands of it.
 * @see https://docs.aws.amazon.com/omics/latest/api/API_DefaultRunSetting.html (read 2026-11-20)
 */
const RULES = {
  workflowType: oneOf('PRIVATE', 'READY2RUN'),
  cacheId: id,
  cacheBehavior: oneOf('CACHE_ON_FAILURE', 'CACHE_ALWAYS'),
  runGroupId: id,
  storageCapacity: capacity,
  logLevel: oneOf('OFF', 'FATAL', 'ERROR', 'ALL'),
  retentionMode: oneOf('RETAIN', 'REMOVE'),
  storageType: oneOf('STATIC', 'DYNAMIC'),
  workflowOwnerId: account,
  outputBucketOwnerId: account,
  networkingMode: oneOf('RESTRICTED', 'VPC'),
  configurationName: text(/^[A-Za-z0-9][A-Za-z0-9\-._]{0,127}$/, 'a name of 1 to 128 letters, digits, -, . and _'),
  engineSettings: map,
  scratchStorageMode: oneOf('LOCAL', 'SHARED'),
  sessionPolicy: text(/^[^]{1,2048}$/, 'a policy of 1 to 2048 characters'),
} as const satisfies Record<keyof HealthOmicsRunNative, Rule>;

/** What the service would refuse about `defaults.native`, or leave out silently; `undefined` when it is fine. */
export function problemOfNative(native: unknown): string | undefined {
  if (map(native) !== undefined) return 'native must be a map with members of the default run setting of StartRunBatch';
  for (const [member, value] of Object.entries(native as object)) {
    if (Object.hasOwn(OWNED_MEMBERS, member)) {
      return `native.${member} is what \`${OWNED_MEMBERS[member as keyof typeof OWNED_MEMBERS]}\` says; use that`;
    }
    if (!Object.hasOwn(RULES, member)) {
      return `native has no '${member.slice(0, 40)}'; members are ${Object.keys(RULES).join(', ')}`;
    }
    const wanted = value === undefined ? undefined : RULES[member as keyof typeof RULES](value);
    if (wanted !== undefined) return `native.${member} must be ${wanted}`;
  }
  return (native as HealthOmicsRunNative).workflowType === 'READY2RUN'
    ? 'READY2RUN workflows do not run in batches: start their runs one by one, or take a private workflow'
    : undefined;
}

/**
 * The body of a StartRunBatch with the default settings that its serializer does not know: an SDK leaves out, without a word,
 * what its model does not have.
 */
export function withNewerSettings(body: Uint8Array | string, input: object): string {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const { defaultRunSetting } = input as { readonly defaultRunSetting?: object };
  const request = JSON.parse(text) as Readonly<Record<string, object>>;
  return JSON.stringify({
    ...request,
    defaultRunSetting: { ...defaultRunSetting, ...request['defaultRunSetting'] },
  });
}
