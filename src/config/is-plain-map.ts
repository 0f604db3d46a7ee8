import { isMap } from '../provider-kit/option-shape.ts';

/** Whether a value is a map without a class: instances, such as a client in a TypeScript config, pass through untouched. */
export function isPlainMap(value: unknown): value is Record<string, unknown> {
  return isMap(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
}
