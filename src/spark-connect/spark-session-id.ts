import { createHash } from 'node:crypto';
import type { SessionHandle } from '../contract/session-handle.ts';

/** The user of all our Spark sessions. A client that shares one must name it too. */
export const SPARK_USER_ID = 'anysession';

/**
 * The id of the Spark session of a session. It is the same in every process that holds the handle, so that all of them see
 * the same temporary views and settings. Servers accept only a UUID.
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

/** Formats 32 hexadecimal digits as a UUID. */
export function asUuid(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
