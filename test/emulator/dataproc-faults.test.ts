import type { SessionControllerClient } from '@google-cloud/dataproc';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DataprocOptions } from '../../src/emulator/dataproc/dataproc-options.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import type { Fault } from '../../src/emulator/fault.ts';
import { startEmulator } from '../../src/emulator/start-emulator.ts';
import { ASKED, codeOf, googleClient, PARENT, TRANSPORTS } from './dataproc-client.ts';

const PATIENCE = { timeout: 30_000, interval: 5 };

describe.each(TRANSPORTS)('faults and delays of Dataproc over %s, with the real client', (transport) => {
  const opened: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  async function open(
    faults: readonly Fault[],
    dataproc: DataprocOptions = {},
  ): Promise<{ emulator: Emulator; client: SessionControllerClient }> {
    const emulator = await startEmulator({ services: ['dataproc'], clock: 'virtual', faults, dataproc });
    const client = googleClient(emulator, transport);
    opened.push(client, emulator);
    return { emulator, client };
  }
  const create = (client: SessionControllerClient, sessionId: string): Promise<unknown> =>
    client.createSession({ parent: PARENT, sessionId, session: ASKED });
  const get = async (client: SessionControllerClient, id: string): Promise<unknown> => {
    const [session] = await client.getSession({ name: `${PARENT}/sessions/${id}` });
    return session.state;
  };
  const outcomeOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'answered', codeOf);

  it('a lost answer: the session is there and nobody hears of it', async () => {
    const { emulator, client } = await open([{ kind: 'lost-answer', operation: 'CreateSession' }]);
    let isSettled = false;
    const creating = outcomeOf(create(client, 'lost')).finally(() => (isSettled = true));
    await vi.waitUntil(() => emulator.oracle.sessions().length === 1, PATIENCE);
    // Another call goes there and back meanwhile.
    expect(await get(client, 'lost')).toBe('CREATING');
    emulator.advance(3_600_000);
    expect(isSettled).toBe(false);
    await emulator.close();
    expect(await creating).not.toBe('answered');
  });

  it('a slow answer comes when its time has come, to what was true before', async () => {
    const { emulator, client } = await open([{ kind: 'slow', operation: 'GetSession', delayMs: 5_000 }]);
    await create(client, 'slow');
    let isSettled = false;
    const looking = get(client, 'slow').finally(() => (isSettled = true));
    await vi.waitUntil(() => emulator.log().some(({ operation }) => operation === 'GetSession'), PATIENCE);
    emulator.advance(4_999);
    expect(await get(client, 'slow')).toBe('ACTIVE');
    expect(isSettled).toBe(false);
    emulator.advance(1);
    expect(await looking).toBe('CREATING');
  });

  it('an empty page is followed by all the others', async () => {
    const { client } = await open([{ kind: 'empty-page', operation: 'ListSessions' }]);
    await Promise.all(['one-one', 'two-two'].map((id) => create(client, id)));
    const page = async (pageToken: string) => {
      const [sessions, , raw] = await client.listSessions(
        { parent: PARENT, pageSize: 10, pageToken },
        { autoPaginate: false },
      );
      return { count: sessions.length, next: raw.nextPageToken ?? '' };
    };
    const empty = await page('');
    expect(empty.count).toBe(0);
    expect(empty.next).not.toBe('');
    expect(await page(empty.next)).toEqual({ count: 2, next: '' });
  });

  it('a record that vanishes is not found any more, and bills nothing', async () => {
    const { emulator, client } = await open([{ kind: 'session-vanishes', operation: 'CreateSession', afterMs: 100 }]);
    await create(client, 'vanishing');
    expect(await get(client, 'vanishing')).toBe('CREATING');
    emulator.advance(100);
    expect(await outcomeOf(get(client, 'vanishing'))).toBe('NOT_FOUND');
    expect(emulator.oracle.live()).toEqual([]);
    expect(await outcomeOf(create(client, 'vanishing'))).toBe('answered');
  });

  it('a reader behind the truth sees what was, in one look and in a list', async () => {
    const { emulator, client } = await open([], { describeLagMs: 300, listLagMs: 700 });
    const listed = async (): Promise<unknown> => {
      const [sessions] = await client.listSessions({ parent: PARENT });
      return sessions.map(({ state }) => state);
    };
    await create(client, 'late');
    expect([await outcomeOf(get(client, 'late')), await listed()]).toEqual(['NOT_FOUND', []]);
    emulator.advance(300);
    expect([await get(client, 'late'), await listed()]).toEqual(['CREATING', []]);
    emulator.advance(700);
    expect([await get(client, 'late'), await listed()]).toEqual(['CREATING', ['CREATING']]);
    emulator.advance(300);
    expect([await get(client, 'late'), await listed()]).toEqual(['ACTIVE', ['CREATING']]);
    emulator.advance(400);
    expect(await listed()).toEqual(['ACTIVE']);
    expect(await outcomeOf(create(client, 'late'))).toBe('ALREADY_EXISTS');
  });
});
