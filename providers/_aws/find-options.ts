import type { FoundOption, PluginBase, Variables } from '../../src/contract/provider-plugin.ts';
import { readVariables } from '../../src/provider-kit/read-variables.ts';
import { profileRegion } from './profile-region.ts';

/**
 * Variables for the same options that count after their own.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html (read 2026-11-30)
 */
const SECOND_VARIABLES = {
  region: 'AWS_DEFAULT_REGION',
  endpoint: 'AWS_ENDPOINT_URL',
  s3Endpoint: 'AWS_ENDPOINT_URL',
} as const;
const ENDPOINTS: readonly string[] = ['endpoint', 's3Endpoint'];

/**
 * Finds the options that are left out, as the AWS tools do: a profile in the environment is not for those who give keys, configured
 * endpoints can be switched off, and the region may be in the profile.
 */
export function findOptionsBy(variables: Readonly<Record<string, string>>): NonNullable<PluginBase['findOptions']> {
  return async (options, env) => {
    const isRead = (option: string): boolean =>
      ENDPOINTS.includes(option)
        ? env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] !== 'true'
        : option !== 'profile' || options['credentials'] === undefined;
    const read = (names: Readonly<Record<string, string>>): readonly FoundOption[] => {
      const entries = Object.entries(names).filter(([option]) => option in variables && isRead(option));
      return readVariables(Object.fromEntries(entries), options, env);
    };
    const first = read(variables);
    const isFound = ({ option }: FoundOption): boolean => first.some((found) => found.option === option);
    const found = [...first, ...read(SECOND_VARIABLES).filter((second) => !isFound(second))];
    if (options['region'] !== undefined || found.some(({ option }) => option === 'region')) return found;
    return [...found, ...(await regionOf(options['profile'], env))];
  };
}

async function regionOf(given: unknown, env: Variables): Promise<readonly FoundOption[]> {
  const profile = typeof given === 'string' ? given : env['AWS_PROFILE'] || 'default';
  const text = await profileRegion(profile, env);
  return text === undefined ? [] : [{ option: 'region', source: `region of the AWS profile ${profile}`, text }];
}
