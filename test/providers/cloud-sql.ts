import { describe, expect, it } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/emulator-options.ts';
import { openSqlStage, until, type Cloud } from '../emulator/sql-stage.ts';
import { failureOf } from '../failure-of.ts';

/** What differs between the clouds whose sessions speak Spark Connect in the same way. */
export interface CloudSql {
  readonly cloud: Cloud;
  /** How long the token of a call lives; absent where only a new connection needs one. */
  readonly tokenLifeMs?: number;
  /** The emulator's options for this service, under its own name. */
  readonly tuned: (options: {
    readonly expiredTokenCode?: 'PERMISSION_DENIED' | 'UNAUTHENTICATED' | 'UNKNOWN';
    readonly maxLifetimeMs?: number;
  }) => EmulatorOptions;
}

/** What runs until its session ends. */
const LONG = 'SELECT count(*) AS n FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7';
const ROWS = 'SELECT range AS n FROM range(40000)';
/** How long a session may live where that is to end it: its token outlives it. */
const LIFE_MS = 10 * 60_000;
/** Keeps the rows of a query open after their first batch. */
const HELD = { kind: 'rpc-silence', skip: 1, afterAnswers: 1 } as const;

/** Registers the tests of SQL in one cloud's sessions: the real SDK and the real client, over sockets, against the emulator. */
export function registerCloudSql({ cloud, tokenLifeMs, tuned }: CloudSql): void {
  if (tokenLifeMs !== undefined) registerTokens({ cloud, tokenLifeMs, tuned });
  describe(`SQL in sessions of ${cloud}`, () => {
    it('runs statements, and cancels them', async () => {
      await using stage = await openSqlStage(cloud);
      await stage.rows('CREATE TEMP VIEW flights AS SELECT * FROM (VALUES (1, 30), (2, 50)) AS t(id, delay)');
      const late = { parameters: { atLeast: 40 } };
      expect(await stage.rows('SELECT id FROM flights WHERE delay > :atLeast', late)).toEqual([{ id: 2 }]);
      const statement = stage.session.submit(LONG);
      const failed = failureOf(statement.result());
      await until(() => stage.calls('ExecutePlan').length === 5);
      await statement.cancel();
      expect(await failed).toMatchObject({ kind: 'aborted' });
    });

    it('fails with the end of its session, and the session works no more', async () => {
      await using stage = await openSqlStage(cloud, tuned({ maxLifetimeMs: LIFE_MS }));
      const failed = failureOf(stage.rows(LONG));
      await until(() => stage.calls('ExecutePlan').length === 2);
      stage.skip(LIFE_MS);
      expect(await failed).toMatchObject({ kind: 'session-failed', handle: stage.session.handle });
      expect(stage.emulator.oracle.live()).toEqual([]);
    });
  });
}

function registerTokens({ cloud, tokenLifeMs, tuned }: CloudSql & { readonly tokenLifeMs: number }): void {
  describe(`SQL in sessions of ${cloud}, whose calls have a token,`, () => {
    it('lets others join', async () => {
      await using stage = await openSqlStage(cloud);
      const connection = await stage.session.connect();
      const { host, port, url, expiresAtMs } = connection;
      expect(stage.emulator.urls.sparkConnect).toBe(`http://${host}:${port}`);
      expect(url).toMatch(/^sc:\/\/127\.0\.0\.1:\d+\/;session_id=[0-9a-f-]{36};user_id=anysession;x-aws-proxy-auth=/);
      expect(expiresAtMs).toBe(stage.emulator.nowMs() + tokenLifeMs);
    });

    it.each(['PERMISSION_DENIED', 'UNAUTHENTICATED', 'UNKNOWN'] as const)(
      'goes on when the token expires in mid-statement (%s), and runs nothing twice',
      async (expiredTokenCode) => {
        await using stage = await openSqlStage(cloud, tuned({ expiredTokenCode }));
        stage.emulator.faults.add(HELD);
        const rows = stage.rows(ROWS);
        await until(() => stage.calls('ExecutePlan').length === 2);
        stage.skip(tokenLifeMs);
        expect(await rows).toHaveLength(40_000);
        expect(stage.calls('ExecutePlan').map(({ errorCode }) => errorCode)).toEqual([undefined, expiredTokenCode]);
        expect(stage.calls('GetSessionEndpoint')).toHaveLength(2);
      },
    );

    it('renews the token before it expires, and no statement notices', async () => {
      await using stage = await openSqlStage(cloud);
      await stage.rows('SELECT 1');
      stage.skip(tokenLifeMs - 4 * 60_000);
      await stage.rows('SELECT 1');
      await until(() => stage.calls('GetSessionEndpoint').length === 2);
      stage.skip(5 * 60_000);
      await stage.rows('SELECT 1');
      expect(stage.emulator.log().filter(({ errorCode }) => errorCode !== undefined)).toEqual([]);
    });

    it('fails with what the cloud says when there is no new token', async () => {
      await using stage = await openSqlStage(cloud);
      await stage.rows('SELECT 1');
      stage.skip(tokenLifeMs);
      const denied = { kind: 'error', code: 'AccessDeniedException', httpStatus: 403 } as const;
      stage.emulator.faults.add({ ...denied, operation: 'GetSessionEndpoint' });
      const error = await failureOf(stage.rows('SELECT 1'));
      expect(error).toMatchObject({ kind: 'forbidden' });
      expect(await stage.rows('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    });
  });
}
