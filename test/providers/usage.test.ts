import { describe, expect, it } from 'vitest';
import { usageOf } from '../../providers/dataproc/usage.ts';
import { USAGE_UNIT_NAMES } from '../../src/contract/usage.ts';
import { METERED, startSession } from './started-session.ts';

const HOUR_MS = 3_600_000;

const NEVER = { usage: 'never' } as const;

describe.each(METERED)('the usage of a session on %s', (cloud) => {
  it('grows with its life, in the units that its capabilities name, and has a basis and a source', async () => {
    const { settle, session, sessions, pass } = await startSession(cloud);
    await settle(session.whenReady());
    const first = await settle(session.usage());
    await pass(HOUR_MS / 4);
    const second = await settle(session.usage());
    expect(second?.source).toMatch(/^GetSession \w+/);
    expect(second?.basis).toBe(
      cloud.startsWith('dataproc') ? 'estimated' : cloud === 'athena' || cloud === 'glue' ? 'reported' : 'billed',
    );
    const { usageUnits } = sessions.provider.capabilities;
    expect(USAGE_UNIT_NAMES.filter((unit) => second?.[unit] !== undefined).sort()).toEqual([...usageUnits].sort());
    for (const unit of usageUnits) expect(second?.[unit], unit).toBeGreaterThan(first?.[unit] ?? Number.NaN);
  });

  it('is read from the record of an ended session, and does not grow any more', async () => {
    const { settle, session, sessions, pass } = await startSession(cloud);
    await settle(session.whenReady());
    await pass(HOUR_MS / 4);
    await settle(session.terminate({ wait: true }));
    const usage = await settle(session.usage());
    await pass(HOUR_MS);
    const attached = await settle(sessions.attach(session.handle));
    expect(usage?.basis).not.toBe('estimated');
    expect(await settle(attached.usage())).toEqual(usage);
  });

  it('has no amounts where the service shows none', async () => {
    const { settle, session } = await startSession(cloud, {
      athena: NEVER,
      emrServerless: NEVER,
      glue: NEVER,
      dataproc: NEVER,
    });
    await settle(session.whenReady());
    const usage = (await settle(session.usage())) ?? {};
    expect(USAGE_UNIT_NAMES.filter((unit) => unit in usage)).toEqual([]);
  });
});

it('EMR on EC2 has no usage of a session: the cluster is billed', async () => {
  const { settle, session, sessions } = await startSession('emr-ec2');
  await settle(session.whenReady());
  expect(await settle(session.usage())).toBeUndefined();
  expect(sessions.provider.capabilities.usageUnits).toEqual([]);
});

describe('what a Dataproc session resource carries', () => {
  const alive = { ended: false, ageMs: HOUR_MS / 2 };

  it.each([
    [{ milliDcu: '12000' }, 6, 0],
    [{ milliDcuPremium: '12000', shuffleStorageGbPremium: '400' }, 6, 200],
    // As a total with the premium tier in it.
    [{ milliDcu: 12_000, milliDcuPremium: 12_000, shuffleStorageGb: 400, shuffleStorageGbPremium: 400 }, 6, 200],
    [{ milliDcu: { toString: () => '12000' } }, 6, 0],
  ])('estimates from the snapshot %j, and says how', (currentUsage, dcuHours, storageGbHours) => {
    expect(usageOf({ currentUsage: currentUsage as { milliDcu: number } }, alive)).toEqual({
      basis: 'estimated',
      source: 'GetSession runtimeInfo.currentUsage',
      formula: `current size (12 DCU, ${storageGbHours * 2} GB shuffle storage) × 0.50 h since creation`,
      dcuHours,
      storageGbHours,
    });
  });

  it('prefers what the service calculated', () => {
    const approximateUsage = {
      milliDcuSeconds: '43200000',
      shuffleStorageGbSeconds: 3600,
      milliAcceleratorSeconds: 7_200_000,
    };
    expect(usageOf({ approximateUsage, currentUsage: { milliDcu: 1 } }, alive)).toEqual({
      basis: 'reported',
      source: 'GetSession runtimeInfo.approximateUsage',
      dcuHours: 12,
      storageGbHours: 1,
      acceleratorHours: 2,
    });
  });

  it.each([
    [undefined, alive],
    [{}, alive],
    [{ approximateUsage: { milliDcuSeconds: 0 } }, alive],
    [{ currentUsage: { milliDcu: 0 } }, alive],
    [{ currentUsage: { milliDcu: 'none' as unknown as number } }, alive],
    [{ currentUsage: { milliDcu: 12_000 } }, { ended: false, ageMs: undefined }],
    // The last size says nothing about how long it was used.
    [{ currentUsage: { milliDcu: 12_000 } }, { ended: true, ageMs: HOUR_MS }],
  ])('computes nothing from %j %j', (runtimeInfo, life) => {
    expect(usageOf(runtimeInfo, life)).toBeUndefined();
  });
});
