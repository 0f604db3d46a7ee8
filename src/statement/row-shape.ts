import { SessionError } from '../contract/session-error.ts';

/** Rows as objects under the columns' names (the default), or as arrays in the columns' order. */
export interface RowOptions<Shape extends 'objects' | 'arrays' = 'objects' | 'arrays'> {
  /** The shape of each row. */
  readonly as: Shape;
}

/**
 * Tells whether rows are wanted as arrays.
 * @throws SessionError `invalid-request` for a shape that does not exist.
 */
export function wantsArrays(options: Partial<RowOptions>): boolean {
  const shape: unknown = options.as;
  if (shape === undefined || shape === 'objects') return false;
  if (shape === 'arrays') return true;
  throw new SessionError('invalid-request', `rows come as 'objects' or as 'arrays'; got ${JSON.stringify(shape)}`, {
    operation: 'read',
  });
}
