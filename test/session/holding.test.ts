import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { HolderRecord } from '../../src/ownership/holder-record.ts';
import type { Hold } from '../../src/ownership/hold.ts';
import { Holders, type ClaimOutcome } from '../../src/ownership/holders.ts';
import { Holding, type OnClose } from '../../src/session/holding.ts';
import { systemRandom } from '../../src/session/system-ports.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { claimedSession } from '../ownership/fixtures/claimed-session.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const NIGHTLY = claimedSession();

/** The holders of one process, which count how many holders of others they have followed, and stopped following. */
class CountingHolders extends Holders {
  followed = 0;
  stopped = 0;

  override async inherit(record: HolderRecord, onInherited: (hold: Hold) => void): Promise<() => void> {
    const stop = await super.inherit(record, onInherited);
    this.followed += 1;
    return () => {
      this.stopped += 1;
      stop();
    };
  }
}

/** Processes of one host. */
function host() {
  const folder = join(temporaryFolder(), 'holders');
  const clock = new VirtualClock();
  const open = (): CountingHolders => {
    const holders = new CountingHolders({ folder, clock, random: systemRandom, logger: new RecordingLogger() });
    onTestFinished(() => holders.close());
    return holders;
  };
  const records = () =>
    open()
      .claims()
      .map(({ record }) => record);
  return { clock, open, records };
}

/** Starts the session in a process, as far as its holder is concerned. */
async function start(holders: Holders, onClose?: OnClose) {
  const claim = await holders.claim(NIGHTLY);
  if (claim.kind === 'held') claim.hold.started('ss-1');
  return Holding.started(holders, claim, onClose);
}

/** A session that a first process holds and a second one has adopted. */
async function adopted(onClose?: OnClose) {
  const { open, ...rest } = host();
  const [first, second] = [open(), open()];
  const holder = await start(first);
  const adopter = await start(second, onClose);
  return { ...rest, open, first, second, holder, adopter };
}

describe('a holding', () => {
  const hold = { record: {} } as Hold;
  const before = { sessionId: 'ss-1' } as HolderRecord;
  it.each<[string, ClaimOutcome | undefined, OnClose | undefined, readonly [boolean, boolean, boolean]]>([
    ['that nobody records', undefined, undefined, [false, false, true]],
    ['that cannot be recorded', { kind: 'unknown' }, undefined, [false, false, true]],
    ['of a new session', { kind: 'held', hold, before: undefined }, undefined, [false, false, true]],
    [
      'after a start that came to nothing',
      { kind: 'held', hold, before: {} as HolderRecord },
      undefined,
      [false, false, true],
    ],
    ['after a holder that has died', { kind: 'held', hold, before }, undefined, [false, true, true]],
    ['with onClose: detach', { kind: 'held', hold, before }, 'detach', [false, true, false]],
    ['beside its holder', { kind: 'adopted', liveness: 'living', record: undefined }, undefined, [true, false, false]],
    [
      'with onClose: terminate',
      { kind: 'adopted', liveness: 'doubtful', record: undefined },
      'terminate',
      [true, false, true],
    ],
  ])('%s is adopted, is inherited, ends on close: %#', (_what, claim, onClose, expected) => {
    const holding = Holding.started(undefined, claim, onClose);
    expect([holding.adopted, holding.inherited, holding.endsOnClose]).toEqual(expected);
  });

  it('of an attached session ends nothing, and reports its end', async () => {
    let ends = 0;
    const holding = Holding.attached(() => (ends += 1));
    await holding.reclaim('ss-1');
    expect([holding.adopted, holding.inherited, holding.endsOnClose, ends]).toEqual([false, false, false, 0]);
    holding.ended();
    expect(ends).toBe(1);
  });
});

describe('an adopted session', () => {
  it('is held after its holder has died, and its record goes when it ends', async () => {
    const { first, holder, adopter, records } = await adopted();
    first.close();
    await expect.poll(() => adopter.adopted).toBe(false);
    expect([adopter.endsOnClose, adopter.inherited, holder.adopted]).toEqual([true, false, false]);
    adopter.ended();
    expect(records()).toEqual([]);
  });

  it.each<[string, (adopter: Holding, other: Holding) => void]>([
    ['ended', (adopter) => adopter.ended()],
    ['kept', (adopter) => adopter.kept(0)],
    ['handed over', (adopter, other) => adopter.handOver(other)],
  ])('that is %s no longer follows its holder, also when that comes at once', async (_what, finish) => {
    const { second, holder, adopter } = await adopted();
    await expect.poll(() => [second.followed, second.stopped], { interval: 2 }).toEqual([1, 0]);
    finish(adopter, holder);
    expect(second.stopped).toBe(1);
    const again = await start(second);
    finish(again, holder);
    expect(second.stopped).toBe(1);
    await expect.poll(() => [second.followed, second.stopped], { interval: 2 }).toEqual([2, 2]);
    expect(again.adopted).toBe(true);
  });

  it.each<[OnClose | undefined, boolean]>([
    [undefined, false],
    ['terminate', true],
    ['detach', true],
  ])('is claimed before its close only where nothing else is said: %s', async (onClose, isAdopted) => {
    const { first, holder, adopter } = await adopted(onClose);
    await adopter.reclaim('ss-1');
    expect(adopter.adopted).toBe(true);
    // As when the start of the holder fails after the adopter has repeated it.
    holder.ended();
    await adopter.reclaim('ss-1');
    expect(adopter.adopted).toBe(isAdopted);
    expect(first.claims()).toHaveLength(isAdopted ? 0 : 1);
  });

  it('whose record is damaged is left alone', async () => {
    const { open } = host();
    const holders = open();
    const claim = { kind: 'adopted', liveness: 'living', record: undefined } as const;
    const holding = Holding.started(holders, claim, undefined);
    await holding.reclaim('ss-1');
    expect([holding.adopted, holders.followed, holders.claims()]).toEqual([true, 0, []]);
  });

  it('of a holder in doubt is not claimed, even when that has gone', async () => {
    const { open } = host();
    const [first, second] = [open(), open()];
    await start(first);
    const [claim] = first.claims();
    const holding = Holding.started(
      second,
      { kind: 'adopted', liveness: 'doubtful', record: claim?.record },
      undefined,
    );
    first.close();
    await holding.reclaim('ss-1');
    expect(holding.adopted).toBe(true);
  });
});

describe('a hold', () => {
  it('that comes too late is left to nobody', async () => {
    const { open, records } = host();
    const claim = await open().claim(NIGHTLY);
    const over = Holding.started(undefined, undefined, undefined);
    over.ended();
    if (claim.kind === 'held') over.inherit(claim.hold);
    expect(records()).toMatchObject([{ pid: 0 }]);
  });

  it('that is handed over is released by the other holding alone', async () => {
    const { open, records } = host();
    const mine = await start(open());
    const other = Holding.started(undefined, { kind: 'adopted', liveness: 'living', record: undefined }, undefined);
    mine.handOver(other);
    mine.ended();
    expect([other.adopted, records().length]).toEqual([false, 1]);
    other.ended();
    expect(records()).toEqual([]);
  });

  it('is not handed over where there is none', () => {
    const mine = Holding.started(undefined, undefined, undefined);
    const other = Holding.started(undefined, { kind: 'adopted', liveness: 'living', record: undefined }, undefined);
    mine.handOver(other);
    expect(other.adopted).toBe(true);
  });

  it('is kept until a time, and nothing ends it afterwards', async () => {
    const { clock, open, records } = host();
    const holding = await start(open());
    const keptUntilMs = clock.nowMs() + 60_000;
    holding.kept(keptUntilMs);
    holding.ended();
    expect(records()).toMatchObject([{ sessionId: 'ss-1', keptUntilMs, pid: 0 }]);
  });
});
