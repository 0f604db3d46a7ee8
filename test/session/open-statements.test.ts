import { describe, expect, it } from 'vitest';
import { OpenStatements } from '../../src/session/open-statements.ts';
import { Scene } from './scene.ts';

/** Two statements that run, and how many have ended. */
async function setUp() {
  const scene = new Scene({ takesWorkWhileBusy: true, capabilities: { sql: true } });
  const session = await scene.settled(scene.process().sessions.start());
  await scene.settled(session.whenReady());
  const open = new OpenStatements();
  const statements = [session.submit('SELECT 1'), session.submit('SELECT 1')];
  let ended = 0;
  for (const statement of statements) open.add(statement, () => (ended += 1));
  return { scene, open, statements, ended: () => ended };
}

describe('the open statements of a session', () => {
  it('are kept until they end', async () => {
    const { scene, open, statements, ended } = await setUp();
    expect(ended()).toBe(0);
    const all = open.allEnded();
    for (const statement of statements) await scene.settled(statement.result().then((result) => result.rows()));
    await scene.settled(all);
    expect([ended(), statements.map(({ state }) => state)]).toEqual([2, ['succeeded', 'succeeded']]);
    open.cancelAll();
    await open.allEnded();
    expect(statements.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  });

  it('are cancelled together', async () => {
    const { scene, open, statements, ended } = await setUp();
    open.cancelAll();
    await scene.settled(open.allEnded());
    expect([ended(), statements.map(({ state }) => state)]).toEqual([2, ['cancelled', 'cancelled']]);
  });

  it('are waited for, all of them', async () => {
    const { scene, open, statements } = await setUp();
    const order: string[] = [];
    for (const statement of statements) void statement.done.then(() => order.push('one'));
    const waiting = open.allEnded().then(() => order.push('all'));
    open.cancelAll();
    await scene.settled(waiting);
    expect(order).toEqual(['one', 'one', 'all']);
  });
});
