import { SessionError } from '../contract/session-error.ts';

/** Rows as objects keyed by column name (the default), or as arrays in the order of the columns. */
export interface RowOptions<Shape extends 'objects' | 'arrays' = 'objects' | 'arrays'> {
  /** The shape of each row. */
  readonly as: Shape;
}

/** Whether rows are wanted as arrays. @throws SessionError `invalid-request` for an unknown shape. */
export function wantsArrays(options: Partial<RowOptions>): boolean {
  const shape: unknown = options.as;
  if (shape === undefined || shape === 'objects') return false;
  if (shape === 'arrays') return true;
  throw new SessionError('invalid-request', `Rows come as 'objects' or 'arrays'; got ${JSON.stringify(shape)}.`, {
    operation: 'read',
  });
}
