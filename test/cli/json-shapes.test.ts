import { Ajv } from 'ajv';
import { describe, it } from 'vitest';
import { SESSION_STATES } from '../../src/contract/session-state.ts';
import { cloud } from './clouds.ts';

const time = { type: 'number', minimum: 1.5e12 };
const text = { type: 'string', minLength: 1 };

/** What `describe`, `start` and `wait` print, and `list` and `terminate` in an array. */
const SESSION = {
  type: 'object',
  properties: {
    handle: {
      type: 'object',
      properties: { v: { const: 1 }, provider: text, scope: text, id: text },
      required: ['v', 'provider', 'scope', 'id'],
      additionalProperties: false,
    },
    nativeState: text,
    state: { enum: SESSION_STATES },
    acceptsWork: { type: 'boolean' },
    final: { type: 'boolean' },
    observedAtMs: time,
    serviceTimeMs: time,
    sinceMs: time,
    reason: text,
    failureKind: text,
    busySource: { enum: ['service', 'local'] },
    details: { type: 'object', properties: { createdAtMs: time, ownership: { type: 'object' } } },
  },
  required: ['handle', 'nativeState', 'state', 'acceptsWork', 'final', 'observedAtMs', 'details'],
  additionalProperties: false,
};
const SESSIONS = { type: 'array', items: SESSION, minItems: 1 };
/** `list` knows the key of sessions of this host, and the cost where the environment has prices. */
const LISTED = {
  ...SESSIONS,
  items: {
    ...SESSION,
    properties: { ...SESSION.properties, key: text, cost: { type: 'object', required: ['known'] } },
  },
};

const ERROR = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { kind: text, message: text, operation: text, retry: text, effect: { enum: ['none', 'unknown'] } },
      required: ['kind', 'message', 'operation', 'retry', 'effect'],
    },
  },
  required: ['error'],
};

describe('the shapes of --json', { timeout: 60_000 }, () => {
  it.concurrent.for(['athena', 'emr-serverless', 'emr-ec2', 'glue', 'dataproc'] as const)(
    '%s',
    async (name, context) => {
      const { expect } = context;
      const { run } = await cloud(name, context);
      const ajv = new Ajv({ strict: false });
      const check = (schema: object, json: string): void => {
        ajv.validate(schema, JSON.parse(json));
        expect(ajv.errors ?? [], json).toEqual([]);
      };
      for (const [schema, ...words] of [
        [SESSION, 'start', '--key', 'k'],
        [SESSION, 'wait', 'key:k'],
        [SESSION, 'describe', 'key:k'],
        [LISTED, 'list'],
        [SESSIONS, 'terminate', 'key:k', '--wait'],
      ] as const) {
        check(schema, (await run([...words, '--json'])).stdout);
      }
      check(ERROR, (await run(['describe', 'key:none', '--json'])).stderr);
      check(ERROR, (await run(['describe', '--nonsense', '--json'])).stderr);
    },
  );
});
