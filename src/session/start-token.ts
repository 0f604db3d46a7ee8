import { createHash } from 'node:crypto';
import type { Random } from '../contract/ports.ts';

/**
 * A start token is `as-`, 28 hexadecimal digits and a generation: 33..36 characters, which fits Athena's
 * ClientRequestToken (32..128), EMR Serverless' clientToken (1..64), EMR's ClientRequestToken (1..36) and Dataproc's session id
 * (4..63, first a letter) alike. The digits are a hash of the key, so a list shows every generation of a key.
 * Decision 1: docs/decisions/0001-start-tokens-contain-key-and-generation.md
 */
const DIGITS = 28;

/** Most generations of one key. */
export const MAX_GENERATION = 999;

/** The prefix that the tokens of all generations of a key share. */
export function keyPrefix(key: string): string {
  return `as-${createHash('sha256').update(key).digest('hex').slice(0, DIGITS)}-`;
}

/** The token of one generation of a key, from 1. */
export function keyedToken(key: string, generation: number): string {
  return keyPrefix(key) + String(generation);
}

/** A new token for a start without a key. Retries of that start reuse it. */
export function mintToken(random: Random): string {
  return `as-${random.hex(DIGITS)}-0`;
}

/** The generation in a token, from 1; 0 for a start without a key. */
export function generationOf(token: string): number {
  return Number(token.slice(token.lastIndexOf('-') + 1));
}
