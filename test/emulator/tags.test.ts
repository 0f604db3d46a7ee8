import { describe, expect } from 'vitest';

import type { Emulator } from '../../src/emulator/index.ts';
import { APPLICATION, athena, emr, emulate, ROLE, startAthena, startEmr, type WireReply, it } from './wire-client.ts';

const WORKGROUP_ARN = 'arn:aws:athena:us-east-1:123456789012:workgroup/spark35';
const APPLICATION_ARN = `arn:aws:emr-serverless:us-east-1:123456789012:/applications/${APPLICATION}`;

/** The tags of something in Athena, as a record. */
async function athenaTags(emulator: Emulator, ResourceARN: string): Promise<Readonly<Record<string, string>>> {
  const { body } = await athena(emulator, 'ListTagsForResource', { ResourceARN });
  const { Tags: tags } = body as { Tags: { Key: string; Value: string }[] };
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
}

/** One call about the tags of something in EMR Serverless. */
function emrTags(emulator: Emulator, method: string, arn: string, more: string | object = ''): Promise<WireReply> {
  const path = `/tags/${encodeURIComponent(arn)}`;
  return typeof more === 'string' ? emr(emulator, method, path + more) : emr(emulator, method, path, more);
}

describe("Athena's tags on the wire", () => {
  it('are those of the start, plus added and minus removed ones', async ({ emulator }) => {
    const id = await startAthena(emulator, { Tags: [{ Key: 'team', Value: 'data' }, { Key: 'bare' }] });
    const ResourceARN = `${WORKGROUP_ARN}/session/${id}`;
    expect(await athenaTags(emulator, ResourceARN)).toEqual({ team: 'data', bare: '' });
    const Tags = [
      ['team', 'ml'],
      ['cost', '7'],
    ].map(([Key, Value]) => ({ Key, Value }));
    expect(await athena(emulator, 'TagResource', { ResourceARN, Tags })).toMatchObject({ status: 200, body: {} });
    expect(await athenaTags(emulator, ResourceARN)).toEqual({ team: 'ml', bare: '', cost: '7' });
    await athena(emulator, 'UntagResource', { ResourceARN, TagKeys: ['bare', 'never-there'] });
    expect(await athenaTags(emulator, ResourceARN)).toEqual({ team: 'ml', cost: '7' });
    expect(await athenaTags(emulator, WORKGROUP_ARN)).toEqual({});
    expect(emulator.log().filter((call) => call.sessionId === id).length).toBeGreaterThan(4);
  });

  it('go from a workgroup to its sessions by CopyWorkGroupTags; the tags of the session win', async ({ emulator }) => {
    const Tags = [
      ['team', 'data'],
      ['stage', 'test'],
    ].map(([Key, Value]) => ({ Key, Value }));
    await athena(emulator, 'TagResource', { ResourceARN: WORKGROUP_ARN, Tags });
    const start = async (members: object) => `${WORKGROUP_ARN}/session/${await startAthena(emulator, members)}`;
    const own = [{ Key: 'stage', Value: 'live' }];
    const heir = await start({ CopyWorkGroupTags: true, Tags: own });
    expect(await athenaTags(emulator, heir)).toEqual({ team: 'data', stage: 'live' });
    expect(await athenaTags(emulator, await start({ Tags: own }))).toEqual({ stage: 'live' });
  });

  it('are fifty at most, all or none, and one per key', async ({ emulator }) => {
    const tags = (count: number) => Array.from({ length: count }, (_, at) => ({ Key: `k${at}`, Value: 'v' }));
    const tag = (Tags: object[]) => athena(emulator, 'TagResource', { ResourceARN: WORKGROUP_ARN, Tags });
    expect((await tag(tags(51))).code).toBe('InvalidRequestException');
    expect((await tag([...tags(2), { Key: 'k0', Value: 'again' }])).code).toBe('InvalidRequestException');
    expect(await athenaTags(emulator, WORKGROUP_ARN)).toEqual({});
    expect((await tag(tags(50))).status).toBe(200);
    expect((await tag([{ Key: 'k7', Value: 'changed' }])).status).toBe(200);
    expect((await tag([{ Key: 'more', Value: 'v' }])).code).toBe('InvalidRequestException');
    const refused = { WorkGroup: 'spark35', EngineConfiguration: {}, Tags: tags(51) };
    expect((await athena(emulator, 'StartSession', refused)).code).toBe('InvalidRequestException');
    expect(emulator.oracle.sessions()).toEqual([]);
  });

  it.each([
    ['a key that is reserved', [{ Key: 'aws:team', Value: 'data' }]],
    ['a key with other characters', [{ Key: 'team!', Value: 'data' }]],
    ['a value with other characters', [{ Key: 'team', Value: 'data#1' }]],
  ])('do not have %s', async (_, Tags) => {
    await using emulator = await emulate();
    const refused = await athena(emulator, 'TagResource', { ResourceARN: WORKGROUP_ARN, Tags });
    expect(refused).toMatchObject({ status: 400, code: 'InvalidRequestException' });
    expect(await athenaTags(emulator, WORKGROUP_ARN)).toEqual({});
  });

  it('allow letters of every language, and protect reserved keys', async ({ emulator }) => {
    const Tags = [{ Key: 'équipe 数', Value: 'a+b-c=d.e_f:g/h@i' }];
    expect((await athena(emulator, 'TagResource', { ResourceARN: WORKGROUP_ARN, Tags })).status).toBe(200);
    expect(await athenaTags(emulator, WORKGROUP_ARN)).toEqual({ 'équipe 数': 'a+b-c=d.e_f:g/h@i' });
    const untag = { ResourceARN: WORKGROUP_ARN, TagKeys: ['aws:made-by'] };
    expect((await athena(emulator, 'UntagResource', untag)).code).toBe('InvalidRequestException');
  });

  it('are of workgroups and sessions of this account and region only', async ({ emulator, id }) => {
    const codeOf = async (ResourceARN: string) =>
      (await athena(emulator, 'ListTagsForResource', { ResourceARN })).code ?? 'none';
    const [invalid, unknown] = ['InvalidRequestException', 'ResourceNotFoundException'];
    for (const [arn, code] of [
      [`${WORKGROUP_ARN}/session/${id}`, 'none'],
      [WORKGROUP_ARN.replace('spark35', 'sql'), 'none'],
      [WORKGROUP_ARN.replace('spark35', 'nowhere'), unknown],
      [`${WORKGROUP_ARN}/session/nowhere`, invalid],
      [`${WORKGROUP_ARN.replace('spark35', 'pyspark3')}/session/${id}`, invalid],
      [WORKGROUP_ARN.replace('us-east-1', 'us-west-2'), invalid],
      [WORKGROUP_ARN.replace('123456789012', '999999999999'), invalid],
      ['spark35', invalid],
    ] as const) {
      expect(await codeOf(arn)).toBe(code);
    }
    const small = await athena(emulator, 'ListTagsForResource', { ResourceARN: WORKGROUP_ARN, MaxResults: 74 });
    expect(small.code).toBe('InvalidRequestException');
    const dashboard = await athena(emulator, 'GetResourceDashboard', { ResourceARN: WORKGROUP_ARN });
    expect(dashboard.body.Message).toBe('The ResourceARN does not name a session.');
  });
});

describe("EMR Serverless' tags on the wire", () => {
  it('are those of the start, plus added and minus removed ones', async ({ emulator }) => {
    const path = await startEmr(emulator, { tags: { team: 'data', stage: 'test' } });
    const arn = `${APPLICATION_ARN}/sessions/${path.split('/').at(-1)!}`;
    expect((await emrTags(emulator, 'GET', arn)).body).toEqual({ tags: { team: 'data', stage: 'test' } });
    expect(await emrTags(emulator, 'POST', arn, { tags: { team: 'ml', cost: '7' } })).toMatchObject({ status: 200 });
    await emrTags(emulator, 'DELETE', arn, '?tagKeys=stage&tagKeys=never-there');
    const tags = { team: 'ml', cost: '7' };
    expect((await emrTags(emulator, 'GET', arn)).body).toEqual({ tags });
    expect((await emr(emulator, 'GET', path)).body.session.tags).toEqual(tags);
    expect((await emrTags(emulator, 'GET', APPLICATION_ARN)).body).toEqual({ tags: {} });
  });

  it('are seen with their application, and survive its change', async ({ emulator }) => {
    const body = { type: 'SPARK', releaseLabel: 'emr-7.13.0', clientToken: 'a', tags: { team: 'data' } };
    const { arn, applicationId } = (await emr(emulator, 'POST', '/applications', body)).body as Record<string, string>;
    await emrTags(emulator, 'POST', arn!, { tags: { stage: 'test' } });
    await emrTags(emulator, 'DELETE', arn!, '?tagKeys=team');
    const change = { clientToken: 'b', architecture: 'ARM64' };
    const changed = await emr(emulator, 'PATCH', `/applications/${applicationId}`, change);
    expect(changed.body.application).toMatchObject({ architecture: 'ARM64', tags: { stage: 'test' } });
    expect(changed.body.application.tags).toEqual({ stage: 'test' });
  });

  it('are 200 at most, all or none, and of existing resources', async ({ emulator }) => {
    const many = (count: number, prefix: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, 'v']));
    const tag = (tags: object) => emrTags(emulator, 'POST', APPLICATION_ARN, { tags });
    expect((await tag(many(200, 'a'))).status).toBe(200);
    expect(await tag(many(1, 'b'))).toMatchObject({ status: 400, code: 'ValidationException' });
    expect((await tag({ a0: 'changed' })).status).toBe(200);
    expect(await emrTags(emulator, 'DELETE', APPLICATION_ARN)).toMatchObject({ status: 400 });
    for (const arn of [
      APPLICATION_ARN.replace(APPLICATION, '00nowhere1'),
      `${APPLICATION_ARN}/sessions/00nowhere1`,
      `${APPLICATION_ARN}/jobruns/00nowhere1`,
      APPLICATION_ARN.replace('us-east-1', 'us-west-2'),
      APPLICATION_ARN.replace('123456789012', '999999999999'),
    ]) {
      expect(await emrTags(emulator, 'GET', arn)).toMatchObject({ status: 404, code: 'ResourceNotFoundException' });
    }
    expect((await emrTags(emulator, 'GET', ROLE)).code).toBe('ValidationException');
  });
});
