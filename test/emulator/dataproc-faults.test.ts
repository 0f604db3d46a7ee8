import { describe, expect, it, vi } from 'vitest';
import { dataprocStages, outcomeOf, PARENT, TRANSPORTS } from './dataproc-client.ts';

const PATIENCE = { timeout: 30_000, interval: 5 };

describe.each(TRANSPORTS)('faults and delays of Dataproc over %s, with the real client', (transport) => {
  const open = dataprocStages(transport);

  it('a lost answer: the session exists and the client never gets an answer', async () => {
    const { emulator, create, get } = await open({}, [{ kind: 'lost-answer', operation: 'CreateSession' }]);
    let isSettled = false;
    const creating = outcomeOf(create('lost')).finally(() => (isSettled = true));
    await vi.waitUntil(() => emulator.oracle.sessions().length === 1, PATIENCE);
    // Another call is answered meanwhile.
    expect((await get('lost')).state).toBe('CREATING');
    emulator.advance(3_600_000);
    expect(isSettled).toBe(false);
    await emulator.close();
    expect(await creating).not.toBe('accepted');
  });

  it('a slow answer comes late, with the state of before', async () => {
    const { emulator, create, get } = await open({}, [{ kind: 'slow', operation: 'GetSession', delayMs: 5_000 }]);
    await create('slow');
    let isSettled = false;
    const slow = get('slow').finally(() => (isSettled = true));
    await vi.waitUntil(() => emulator.log().some(({ operation }) => operation === 'GetSession'), PATIENCE);
    emulator.advance(4_999);
    expect((await get('slow')).state).toBe('ACTIVE');
    expect(isSettled).toBe(false);
    emulator.advance(1);
    expect(await slow).toMatchObject({ state: 'CREATING' });
  });

  it('an empty page is followed by the full ones', async () => {
    const { client, create } = await open({}, [{ kind: 'empty-page', operation: 'ListSessions' }]);
    await Promise.all(['one-one', 'two-two'].map((id) => create(id)));
    const page = async (pageToken: string) => {
      const request = { parent: PARENT, pageSize: 10, pageToken };
      const [sessions, , raw] = await client.listSessions(request, { autoPaginate: false });
      return { count: sessions.length, next: raw.nextPageToken ?? '' };
    };
    const empty = await page('');
    expect(empty.count).toBe(0);
    expect(empty.next).not.toBe('');
    expect(await page(empty.next)).toEqual({ count: 2, next: '' });
  });

  it('a record that vanishes is not found, and bills nothing', async () => {
    const { emulator, create, get } = await open({}, [
      { kind: 'session-vanishes', operation: 'CreateSession', afterMs: 100 },
    ]);
    await create('vanishing');
    expect((await get('vanishing')).state).toBe('CREATING');
    emulator.advance(100);
    expect(await outcomeOf(get('vanishing'))).toBe('NOT_FOUND');
    expect(emulator.oracle.live()).toEqual([]);
    expect(await outcomeOf(create('vanishing'))).toBe('accepted');
  });

  it('a lagging reader sees an earlier state, in get and in list', async () => {
    const { emulator, client, create, get } = await open({ describeLagMs: 300, listLagMs: 700 });
    const listed = async (): Promise<unknown> => {
      const [sessions] = await client.listSessions({ parent: PARENT });
      return sessions.map(({ state }) => state);
    };
    await create('late');
    expect([await outcomeOf(get('late')), await listed()]).toEqual(['NOT_FOUND', []]);
    emulator.advance(300);
    expect([(await get('late')).state, await listed()]).toEqual(['CREATING', []]);
    emulator.advance(700);
    expect([(await get('late')).state, await listed()]).toEqual(['CREATING', ['CREATING']]);
    emulator.advance(300);
    expect([(await get('late')).state, await listed()]).toEqual(['ACTIVE', ['CREATING']]);
    emulator.advance(400);
    expect(await listed()).toEqual(['ACTIVE']);
    expect(await outcomeOf(create('late'))).toBe('ALREADY_EXISTS');
  });
});
