import { SessionError } from '../contract/session-error.ts';

/** What the members of `native` are: a map is read here and merged, and what is plain goes to the service as it is. */
export type NativeMembers<Native> = Readonly<Record<keyof Native, 'map' | 'plain'>>;

/** The start request of a service, as far as `native` may fill it in. */
export interface NativeRequest<Native> {
  readonly provider: string;
  /** Whose members these are, for the error. */
  readonly of: string;
  /** Every member: the SDKs drop what they do not know, silently. */
  readonly members: NativeMembers<Native>;
  /** What anysession fills in itself, with the portable option that says the same. */
  readonly owned: Readonly<Record<string, string>>;
}

/**
 * Reads the option `native` of a start.
 * Decision 12: docs/decisions/0012-native-cannot-replace-portable-options.md
 * @throws SessionError `invalid-request` for what is no map, for a member that anysession fills in itself or that the service does not
 * have, and for a value that should be a map.
 */
export function parseNativeOptions<Native extends object>(
  native: unknown,
  { provider, of, members, owned }: NativeRequest<Native>,
): Partial<Native> {
  if (native === undefined) return {};
  const refusal = (message: string): SessionError =>
    new SessionError('invalid-request', message, { operation: 'start', provider });
  if (!isMap(native)) throw refusal(`\`native\` must be a map with members of ${of}`);
  for (const [member, value] of Object.entries(native)) {
    if (Object.hasOwn(owned, member)) {
      throw refusal(`\`native.${member}\` is what anysession fills in itself; use ${owned[member]} instead`);
    }
    if (!Object.hasOwn(members, member)) {
      throw refusal(`\`native.${member}\` is no member of ${of}; there are ${Object.keys(members).join(', ')}`);
    }
    if (members[member as keyof Native] === 'map' && value !== undefined && !isMap(value)) {
      throw refusal(`\`native.${member}\` must be a map`);
    }
  }
  // What is plain is judged by the service.
  return native;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
