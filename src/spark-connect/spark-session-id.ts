import { createHash } from 'node:crypto';
import type { SessionHandle } from '../contract/session-handle.ts';

/** The user of every Spark session of ours; whoever wants to share one must name it too. */
export const SPARK_USER_ID = 'anysession';

/**
 * The id of the Spark session that belongs to a session: the same in every process that holds its handle, so that all of them
 * see the same temporary views and settings. Servers take nothing but a UUID.
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.8 (read 2026-11-21)
 */
export function sparkSessionId({ provider, scope, id }: SessionHandle): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([provider, scope, id]))
    .digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return asUuid(digest.toString('hex'));
}

/** The first 32 hexadecimal digits of a text as a UUID. */
export function asUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
