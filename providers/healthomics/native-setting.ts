import type { DefaultRunSetting } from '@aws-sdk/client-omics';
import type { JsonValue, RunDefaults } from '../../src/contract/batch-run.ts';

/** The members that anysession sets, with the portable member for each. */
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

/** Members that an older SDK omits from the request; {@link withNewerSettings} adds them. */
interface NewerRunSettings {
  /** Settings of the workflow's engine. */
  readonly engineSettings?: Readonly<Record<string, JsonValue>> | undefined;
  /** Whether each task has its own scratch space or all share one. */
  readonly scratchStorageMode?: 'LOCAL' | 'SHARED' | undefined;
  /** An IAM policy that narrows the role for these runs, 1..2048 characters. */
  readonly sessionPolicy?: string | undefined;
}

/** The member `defaults.native`: the service's default run setting without what portable members set. */
export type HealthOmicsRunNative = Partial<Omit<DefaultRunSetting, keyof typeof OWNED_MEMBERS>> & NewerRunSettings;

/** Returns what a value must be, or nothing if it is valid. */
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
 * Every member with its rule in the service's model.
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

/** What the service would reject in `defaults.native`, or the SDK would drop; `undefined` if there is nothing. */
export function problemOfNative(native: unknown): string | undefined {
  if (map(native) !== undefined) return 'native must be a map with members of the default run setting of StartRunBatch';
  for (const [member, value] of Object.entries(native as object)) {
    if (Object.hasOwn(OWNED_MEMBERS, member)) {
      return `native.${member} is set by \`${OWNED_MEMBERS[member as keyof typeof OWNED_MEMBERS]}\`; use that`;
    }
    if (!Object.hasOwn(RULES, member)) {
      return `native has no '${member.slice(0, 40)}'; members are ${Object.keys(RULES).join(', ')}`;
    }
    const wanted = value === undefined ? undefined : RULES[member as keyof typeof RULES](value);
    if (wanted !== undefined) return `native.${member} must be ${wanted}`;
  }
  return (native as HealthOmicsRunNative).workflowType === 'READY2RUN'
    ? 'READY2RUN workflows do not run in batches: start their runs one by one, or use a private workflow'
    : undefined;
}

/**
 * Adds the default settings that the SDK's serializer does not know to the body of a StartRunBatch: an SDK silently drops what
 * its model does not have.
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
