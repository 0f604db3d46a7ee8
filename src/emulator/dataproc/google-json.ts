/** Times, durations and enums in protobuf's JSON. @see https://protobuf.dev/programming-guides/json/ (read 2026-11-21) */
import { SESSION_STATES } from './dataproc-inputs.ts';

/** `"3600s"` or `"0.5s"` in milliseconds. */
export function durationMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.slice(0, -1)) * 1000;
}

/** Milliseconds as `"3600s"`. */
export function toDuration(ms: number): string {
  return `${ms / 1000}s`;
}

/** Epoch milliseconds as RFC 3339. */
export function toTimestamp(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** The enums of these messages, by the field that holds them; the position of a value is its number. */
const ENUMS: Readonly<Record<string, readonly string[]>> = {
  state: SESSION_STATES,
  kernel: ['KERNEL_UNSPECIFIED', 'PYTHON', 'SCALA'],
  operationType: ['SESSION_OPERATION_TYPE_UNSPECIFIED', 'CREATE', 'TERMINATE', 'DELETE'],
  userWorkloadAuthenticationType: ['AUTHENTICATION_TYPE_UNSPECIFIED', 'SERVICE_ACCOUNT', 'END_USER_CREDENTIALS'],
};

/** Maps whose keys users choose: one may have the name of an enum. */
const USERS_MAPS = ['labels', 'properties', 'endpoints'];

/** Enums by name, except a state that no proto names, which is possible as a number only. */
export function withNumericStates(output: object): object {
  return replaceEnums(output, toNumber);
}

export function withEnumNumbers(output: object): object {
  return replaceEnums(output, (value, names) => {
    const number = names.indexOf(value);
    return number < 0 ? toNumber(value) : number;
  });
}

/** Enums by name, for clients that send numbers. */
export function withEnumNames(members: object): object {
  return replaceEnums(members, (value, names) => names[Number(value)] ?? value);
}

function toNumber(value: string): string | number {
  return /^\d+$/.test(value) ? Number(value) : value;
}

function replaceEnums(tree: object, replace: (value: string, names: readonly string[]) => unknown): object {
  const inside = (value: unknown, field: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => inside(item, ''));
    if (typeof value === 'object' && value !== null) {
      return USERS_MAPS.includes(field) ? value : replaceEnums(value, replace);
    }
    const names = ENUMS[field];
    const isEnum = names !== undefined && (typeof value === 'string' || typeof value === 'number');
    return isEnum ? replace(String(value), names) : value;
  };
  return Object.fromEntries(Object.entries(tree).map(([field, value]) => [field, inside(value, field)]));
}
