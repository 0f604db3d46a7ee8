import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UNKNOWN_SESSION } from '../../src/contract/observation.ts';
import { SessionError } from '../../src/contract/session-error.ts';
import type { StartRequest } from '../../src/contract/start-request.ts';
import { hostIdentity, type HostIdentity } from '../../src/ownership/host-identity.ts';
import { Holders } from '../../src/ownership/holders.ts';
import { NOT_FOUND_GRACE_MS } from '../../src/session/session-wait.ts';
import { StartClaims, type StartClaimsParts, type StartedSession } from '../../src/session/start-claims.ts';
import { keyedToken } from '../../src/session/start-token.ts';
import { systemRandom } from '../../src/session/system-ports.ts';
import { RecordingLogger } from '../../src/testing/recording.ts';
import { failureOf } from '../failure-of.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { Scene, startRequest, unlimitedCall, type SceneOptions } from './scene.ts';

const KEY = 'nightly';
const REQUEST = startRequest({ token: keyedToken(KEY, 1), name: 'report' });
/** The same start with another option. */
const OTHER: StartRequest = { ...REQUEST, name: 'other' };

/** Processes of one host that start the session of one key. */
function setUp(options: SceneOptions = {}) {
  const scene = new Scene(options);
  const { clock, service } = scene;
  const { provider } = scene.process();
  const folder = join(temporaryFolder(), 'holders');
  const logger = new RecordingLogger();
  const open = (identity?: HostIdentity): Holders => {
    const holders = new Holders({ folder, clock, random: systemRandom, logger, ...(identity && { identity }) });
    onTestFinished(() => holders.close());
    return holders;
  };
  const claims = (holders: Holders | undefined, more: Partial<StartClaimsParts> = {}): StartClaims =>
    new StartClaims({ provider, clock, logger, environment: 'test', holders, ...more });
  /** A process that has started the session. @returns its session, and how it dies. */
  const start = async (identity?: HostIdentity) => {
    const holders = open(identity);
    const claim = await claims(holders).claim(REQUEST, KEY);
    const { handle } = await provider.start(REQUEST, unlimitedCall());
    const hold = claim?.kind === 'held' ? claim.hold : undefined;
    hold?.started(handle.id);
    return { handle, hold, die: () => holders.close() };
  };
  const find = (request = OTHER, adopt?: 'any') => claims(open()).findOther(request, { key: KEY, adopt });
  const record = () => open().claims()[0]?.record;
  return { scene, clock, service, provider, logger, open, claims, start, find, record };
}

/** What a search gives: the native state of the session, or the kind of its failure. */
async function outcomeOf(finding: Promise<StartedSession | undefined>): Promise<string | undefined> {
  try {
    return (await finding)?.first.nativeState;
  } catch (error) {
    if (SessionError.is(error)) return error.kind;
    throw error;
  }
}

describe('the claim of a start', () => {
  it('records who starts what, with a hash per option of a start with a key', async () => {
    const { claims, open, record } = setUp();
    await claims(open()).claim(REQUEST, KEY);
    expect(record()).toMatchObject({
      token: REQUEST.token,
      owner: 'data-platform',
      provider: 'scripted',
      scope: 'scripted-scope',
      environment: 'test',
      key: KEY,
    });
    expect(Object.keys(record()?.options ?? {}).sort()).toEqual(['idleTimeoutMs', 'labels', 'name']);
  });

  it('records no options of a start without a key: nobody compares them', async () => {
    const { claims, open, record } = setUp();
    await claims(open()).claim(REQUEST, undefined);
    expect(record()?.options).toEqual({});
  });

  it('is none where nobody records holders, or sessions end with their process', async () => {
    const { claims } = setUp();
    const local = setUp({ capabilities: { outlivesProcess: false } });
    expect(await claims(undefined).claim(REQUEST, KEY)).toBeUndefined();
    expect(await local.claims(local.open()).claim(REQUEST, KEY)).toBeUndefined();
    expect(local.open().claims()).toEqual([]);
  });

  it.each([
    ['of this host', hostIdentity(), 'living', []],
    ['in doubt', { ...hostIdentity(), bootId: 'another' }, 'doubtful', [{ key: KEY }]],
  ] as const)('beside a holder %s is adopted', async (_who, identity, liveness, warned) => {
    const { claims, open, start, logger } = setUp();
    await start(identity);
    expect(await claims(open()).claim(REQUEST, KEY)).toMatchObject({ kind: 'adopted', liveness });
    expect(logger.entries.map(({ fields }) => fields)).toEqual(warned);
  });

  it('after a holder that has died warns of nothing', async () => {
    const { claims, open, start, logger } = setUp();
    (await start()).die();
    expect((await claims(open()).claim(REQUEST, KEY))?.kind).toBe('held');
    expect(logger.entries).toEqual([]);
  });
});

describe('a start with a key whose session has other options', () => {
  it('is nothing special where the options are the same, or nobody knows', async () => {
    const { start, find, claims, open } = setUp();
    expect(await find()).toBeUndefined();
    await start();
    expect(await find(REQUEST)).toBeUndefined();
    expect(await claims(open()).findOther(OTHER, {})).toBeUndefined();
    expect(await claims(undefined).findOther(OTHER, { key: KEY })).toBeUndefined();
  });

  it('is a conflict that names the options and the session', async () => {
    const { start, find } = setUp();
    const { handle } = await start();
    const error = await failureOf(find({ ...OTHER, idleTimeoutMs: 1 }));
    expect(error).toMatchObject({ kind: 'conflict', operation: 'start', handle, observation: { handle } });
    expect(error.message).toContain('has other options: idleTimeoutMs, name differ.');
    expect((await failureOf(find())).message).toContain('has other options: name differs.');
  });

  it("with adopt: 'any' finds the session as it is", async () => {
    const { start, find, record } = setUp();
    const { handle } = await start();
    const { options } = record() ?? {};
    const found = await find(OTHER, 'any');
    expect(found).toMatchObject({ first: { handle }, claim: { kind: 'adopted' }, idleTimeoutMs: OTHER.idleTimeoutMs });
    expect(record()?.options).toEqual(options);
  });

  it("with adopt: 'any' holds a session that was kept, with the options that it was started with", async () => {
    const { clock, start, find, record } = setUp();
    const { handle, hold } = await start();
    hold?.keep(clock.nowMs() + 60_000);
    const { options } = record() ?? {};
    expect(await find(OTHER, 'any')).toMatchObject({ first: { handle }, claim: { kind: 'held' } });
    expect(record()).toMatchObject({ sessionId: handle.id, options });
    expect(record()?.keptUntilMs).toBeUndefined();
  });

  it.each([
    ['under way in a process that lives', false, undefined, 'conflict'],
    ['under way in a process that lives', false, 'any', undefined],
    ['cut off by the death of its process', true, undefined, undefined],
  ] as const)('%s (dead: %s, adopt: %s) is %s', async (_what, isDead, adopt, kind) => {
    const { claims, open, find } = setUp();
    const holders = open();
    await claims(holders).claim(REQUEST, KEY);
    if (isDead) holders.close();
    expect(await outcomeOf(find(OTHER, adopt))).toBe(kind);
  });

  it.each([
    ['is ending', 'STOPPING', 'STOPPING'],
    ['has failed for good', 'BROKEN', 'BROKEN'],
    ['is degraded', 'UNHEALTHY', 'conflict'],
  ])('counts as ended unless it lives: one that %s (%s) is %s', async (_what, nativeState, outcome) => {
    const { clock, service, provider, start, find } = setUp();
    const { handle } = await start();
    await clock.advance(10_000);
    if (nativeState === 'STOPPING') await provider.terminate(handle, unlimitedCall());
    else service.breakSession(handle.id, 'broken', nativeState === 'UNHEALTHY' ? 'degraded' : undefined);
    expect(await outcomeOf(find())).toBe(outcome);
  });

  it.each([
    [NOT_FOUND_GRACE_MS - 1, 'conflict'],
    [NOT_FOUND_GRACE_MS, UNKNOWN_SESSION],
  ])('that no lookup shows is assumed to live for a while: after %i ms %s', async (ageMs, outcome) => {
    const { clock, provider, start, claims, open } = setUp();
    await start();
    await clock.advance(ageMs);
    const blind = {
      ...provider,
      describe: (_handle: unknown, call: Parameters<typeof provider.describe>[1]) =>
        provider.describe({ v: 1, provider: 'scripted', scope: 'scripted-scope', id: 'ss-gone' }, call),
    };
    const finding = claims(open(), { provider: blind }).findOther(OTHER, { key: KEY });
    expect(await outcomeOf(finding)).toBe(outcome);
    if (outcome === UNKNOWN_SESSION) expect((await finding)?.first.observedAtMs).toBe(clock.nowMs());
  });

  it('that cannot be described fails with the reason', async () => {
    const { service, start, find } = setUp();
    await start();
    service.faults.add('describe', { kind: 'refused', code: 'Denied', httpStatus: 403 });
    expect((await failureOf(find())).kind).toBe('forbidden');
  });
});
