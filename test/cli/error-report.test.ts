import { describe, expect, it } from 'vitest';
import { reportError } from '../../src/cli/error-report.ts';
import { ERROR_KINDS, type ErrorKind } from '../../src/contract/error-kinds.ts';
import { MissingPackageError } from '../../src/provider-kit/load-peer.ts';
import { SessionError } from '../../src/contract/session-error.ts';

const NOT_FOUND = new SessionError('not-found', 'there is no session x', {
  operation: 'attach',
  native: { code: 'ResourceNotFound', requestId: 'r-1' },
});
const TIMEOUT = new SessionError('timeout', 'too late', { operation: 'terminate' });

describe('reportError', () => {
  it.each(Object.keys(ERROR_KINDS) as ErrorKind[])('ends %s with the exit code of the error table', (kind) => {
    const error = new SessionError(kind, 'x', { operation: 'x' });
    expect(reportError(error, false).exitCode).toBe(ERROR_KINDS[kind].exitCode);
    expect(reportError(error, true).exitCode).toBe(ERROR_KINDS[kind].exitCode);
  });

  it('tells people kind, message, what the service said and what to do, without a stack', () => {
    expect(reportError(NOT_FOUND, false).text).toBe(
      '[not-found] there is no session x\n  code: ResourceNotFound, request r-1\n' +
        '→ Check the name or id; the session may be gone.\n',
    );
    expect(reportError(new SessionError('aborted', 'stopped', { operation: 'sql' }), false).text).toBe(
      '[aborted] stopped\n',
    );
  });

  it('prints the npx line that brings a missing package along', () => {
    const cause = new MissingPackageError('@aws-sdk/client-athena');
    const error = new SessionError('config-invalid', cause.message, { operation: 'loadPackage', cause });
    const line = 'npx -p anysession -p @aws-sdk/client-athena anysession';
    expect(reportError(error, false).text).toContain('Run: npm install @aws-sdk/client-athena\n');
    expect(reportError(error, false).text).toContain(line);
    expect(reportError(error, true).text).toContain(line);
  });

  it('tells programs the same as one JSON object on one line', () => {
    const { text } = reportError(NOT_FOUND, true);
    expect(text.trimEnd()).not.toContain('\n');
    expect(JSON.parse(text)).toEqual({
      error: {
        kind: 'not-found',
        message: 'there is no session x',
        operation: 'attach',
        retry: 'permanent',
        effect: 'none',
        native: { code: 'ResourceNotFound', requestId: 'r-1' },
        advice: 'Check the name or id; the session may be gone.',
      },
    });
  });

  it('tells every error of several, the first one first, and ends with its exit code', () => {
    const several = new AggregateError([NOT_FOUND, new AggregateError([TIMEOUT])]);
    expect(reportError(several, false)).toMatchObject({
      exitCode: 4,
      text: expect.stringMatching(/^\[not-found\].*\n.*\n.*\n\[timeout\] too late\n→ /) as unknown,
    });
    expect(JSON.parse(reportError(several, true).text)).toMatchObject({
      error: { kind: 'not-found', others: [{ kind: 'timeout' }] },
    });
  });

  it('names flags where the advice names options of the code', () => {
    const error = new SessionError('conflict', "the session with key 'k' has ended", {
      operation: 'start',
      advice: 'Use another key, or `restart: true` to start a new one; `constructor` stays.',
    });
    const advice = 'Use another key, or `--restart` to start a new one; `constructor` stays.';
    expect(reportError(error, false).text).toBe(`[conflict] the session with key 'k' has ended.\n→ ${advice}\n`);
    expect(JSON.parse(reportError(error, true).text)).toMatchObject({ error: { advice } });
  });

  it('takes anything else for a bug of anysession', () => {
    expect(reportError(new TypeError('x is undefined'), false)).toEqual({
      exitCode: 70,
      text: '[internal] TypeError: x is undefined\n→ Report it: this is a bug of anysession.\n',
    });
    expect(reportError(undefined, false).exitCode).toBe(70);
    expect(reportError(new AggregateError([]), false).exitCode).toBe(70);
  });
});
