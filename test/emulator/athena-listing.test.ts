import { describe, expect, it } from 'vitest';

import { athena, athenaIds, emulate, startAthena } from './wire-client.ts';

const MANY = { athena: { spark35DpuQuota: 1000, pyspark3DpuQuota: 1000 } };

describe('listing Athena sessions', () => {
  it('is newest first, per workgroup, with the full status and no tags', async () => {
    await using emulator = await emulate(MANY);
    const first = await startAthena(emulator, { Description: 'one', Tags: [{ Key: 'a', Value: 'b' }] });
    await startAthena(emulator, { WorkGroup: 'pyspark3' });
    emulator.advance(10);
    const second = await startAthena(emulator);
    expect(await athenaIds(emulator)).toEqual([second, first]);
    const version = 'Apache Spark version 3.5';
    expect((await athena(emulator, 'ListSessions', { WorkGroup: 'spark35' })).body.Sessions[1]).toEqual({
      SessionId: first,
      Description: 'one',
      EngineVersion: { SelectedEngineVersion: version, EffectiveEngineVersion: version },
      Status: { StartDateTime: 1798761600, LastModifiedDateTime: 1798761600, State: 'CREATING' },
    });
    expect((await athena(emulator, 'ListSessions', { WorkGroup: 'sql' })).code).toBe('InvalidRequestException');
    expect((await athena(emulator, 'ListSessions', {})).code).toBe('InvalidRequestException');
  });

  it('shows active sessions, or those of the state in the filter', async () => {
    await using emulator = await emulate({ ...MANY, startupMs: 0 });
    const created = await startAthena(emulator);
    const degraded = await startAthena(emulator);
    const ended = await startAthena(emulator);
    emulator.faults.add(
      { kind: 'session-becomes', operation: 'GetSession', state: 'DEGRADED' },
      { kind: 'session-becomes', operation: 'GetSession', state: 'TERMINATED' },
    );
    await athena(emulator, 'GetSession', { SessionId: degraded });
    await athena(emulator, 'GetSession', { SessionId: ended });
    expect(await athenaIds(emulator)).toEqual([created]);
    expect(await athenaIds(emulator, { StateFilter: 'DEGRADED' })).toEqual([degraded]);
    expect(await athenaIds(emulator, { StateFilter: 'TERMINATED' })).toEqual([ended]);
    expect(await athenaIds(emulator, { StateFilter: 'IDLE' })).toEqual([created]);
  });

  it('turns opaque pages, each session once, whatever happens meanwhile', async () => {
    await using emulator = await emulate(MANY);
    const ids: string[] = [];
    for (let count = 0; count < 7; count += 1) ids.unshift(await startAthena(emulator));
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const { body } = await athena(emulator, 'ListSessions', { WorkGroup: 'spark35', MaxResults: 3, NextToken });
      seen.push(...(body.Sessions as { SessionId: string }[]).map(({ SessionId }) => SessionId));
      NextToken = body.NextToken as string | undefined;
      await startAthena(emulator);
    } while (NextToken !== undefined);
    expect(seen).toEqual(ids);
  });

  it('has at most 100 rows on a page', async () => {
    await using emulator = await emulate(MANY);
    for (let count = 0; count < 101; count += 1) await startAthena(emulator);
    const { body } = await athena(emulator, 'ListSessions', { WorkGroup: 'spark35' });
    expect(body.Sessions).toHaveLength(100);
    expect(body.NextToken).toMatch(/^[\w-]+$/);
    expect((await athena(emulator, 'ListSessions', { WorkGroup: 'spark35', MaxResults: 101 })).status).toBe(400);
  });

  it('refuses a page token that was made up or belongs to another listing', async () => {
    await using emulator = await emulate(MANY);
    await startAthena(emulator);
    await startAthena(emulator);
    const { NextToken } = (await athena(emulator, 'ListSessions', { WorkGroup: 'spark35', MaxResults: 1 })).body;
    for (const foreign of [
      { WorkGroup: 'pyspark3', NextToken },
      { WorkGroup: 'spark35', StateFilter: 'IDLE', NextToken },
      { WorkGroup: 'spark35', NextToken: `${NextToken as string}x` },
      { WorkGroup: 'spark35', NextToken: '' },
    ]) {
      expect((await athena(emulator, 'ListSessions', foreign)).code).toBe('InvalidRequestException');
    }
    expect((await athena(emulator, 'ListSessions', { WorkGroup: 'spark35', NextToken })).status).toBe(200);
  });

  it('can give an empty page that goes on', async () => {
    await using emulator = await emulate(MANY);
    const id = await startAthena(emulator);
    emulator.faults.add({ kind: 'empty-page', operation: 'ListSessions' });
    const { body } = await athena(emulator, 'ListSessions', { WorkGroup: 'spark35' });
    expect(body.Sessions).toEqual([]);
    expect(await athenaIds(emulator, { NextToken: body.NextToken as string })).toEqual([id]);
  });
});
