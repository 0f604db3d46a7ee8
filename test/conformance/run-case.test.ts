import { describe, expect, it } from 'vitest';
import {
  CaseBlocked,
  CASES,
  check,
  registerConformance,
  runCase,
  wrappedSubject,
  type CaseResult,
  type ConformanceCase,
  type ConformanceFixture,
  type ConformanceSubject,
} from '../../src/conformance/index.ts';
import { POOR_CAPABILITIES, scriptedSubject } from './scripted-subject.ts';

const scripted = scriptedSubject();
const caseOf = (rule: string): ConformanceCase => CASES.find((each) => each.rule === rule)!;

/** Runs one case that does this. */
const run = (
  body: ConformanceCase['run'],
  subject: ConformanceSubject = scripted,
  more: Partial<ConformanceCase> = {},
): Promise<CaseResult> => runCase({ rule: 'C-999', title: 'a case', run: body, ...more }, subject);

/** The subject with counts of the fixtures that were opened and disposed. */
function counted(subject: ConformanceSubject): ConformanceSubject & { opened: number; disposed: number } {
  const self = Object.assign({ ...subject }, { opened: 0, disposed: 0 });
  return Object.assign(self, {
    open: async () => {
      self.opened += 1;
      const fixture = await subject.open();
      return { ...fixture, dispose: async () => void (self.disposed += 1) };
    },
  });
}

describe('runCase', () => {
  it('passes with notes, fails with the reason, and disposes the fixture each time', async () => {
    const subject = counted(scripted);
    const passed = await run(async (trial) => void trial.notes.push('seen'), subject);
    expect(passed).toMatchObject({ outcome: 'passed', notes: ['seen'] });
    const broken = await run(async () => check(false, 'it is wrong'), subject);
    expect(broken).toMatchObject({ outcome: 'failed', reason: 'it is wrong' });
    const thrown = await run(() => Promise.reject(new TypeError('a bug')), subject);
    expect(thrown).toMatchObject({ outcome: 'failed', reason: 'TypeError: a bug' });
    expect([subject.opened, subject.disposed]).toEqual([3, 3]);
  });

  it('distinguishes a blocked case from a broken rule, unless its own rule blocks it', async () => {
    const blocked = (by: string) => run(() => Promise.reject(new CaseBlocked(by, 'no')));
    expect((await blocked('C-032')).blockedBy).toBe('C-032');
    expect('blockedBy' in (await blocked('C-999'))).toBe(false);
  });

  it('opens nothing for a case that does not apply', async () => {
    const subject = counted(scripted);
    const result = await run(() => Promise.reject(new Error('ran')), subject, { lacks: () => 'more' });
    expect(result).toEqual({ rule: 'C-999', title: 'a case', outcome: 'not-applicable', reason: 'more' });
    expect(subject.opened).toBe(0);
  });

  it('ends a case that does not end', async () => {
    const result = await run(() => new Promise(() => {}), { ...scripted, caseLimitMs: 5 });
    expect(result).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('not ended after 5 ms') });
  });

  it('fails a case of SQL when the subject has no samples of SQL', async () => {
    const { sql: _missing, ...mute } = scripted;
    expect((await runCase(caseOf('C-051'), mute)).reason).toContain("must provide samples (its member 'sql')");
  });

  it('fails a case of code when the subject has no code, or its oracle does not report which code ran', async () => {
    const subject = scriptedSubject({ calculations: true });
    const { code: _missing, ...mute } = subject;
    expect((await runCase(caseOf('C-060'), mute)).reason).toContain("must provide samples (its member 'code')");
    const open = async (): Promise<ConformanceFixture> => {
      const fixture = await subject.open();
      const { calculations: _unreported, ...oracle } = fixture.oracle;
      return { ...fixture, oracle };
    };
    expect((await runCase(caseOf('C-060'), { ...subject, open })).reason).toContain("(its member 'calculations')");
  });
});

describe('registerConformance', () => {
  it('registers each case that applies, and returns what the others need', async () => {
    const groups: string[] = [];
    const tests = new Map<string, () => Promise<void>>();
    const { run: count, notApplicable } = registerConformance({
      describe: (name, body) => {
        groups.push(name);
        body();
      },
      it: (name, body) => tests.set(name, body),
      subject: { ...scripted, capabilities: { ...scripted.capabilities, sql: false } },
    });
    expect(groups).toEqual(['scripted keeps the contract']);
    expect(tests.size).toBe(count);
    expect(count + notApplicable.length).toBe(CASES.length);
    expect(notApplicable.find((each) => each.rule === 'C-051')?.needs).toBe("the capability 'sql'");
    const test = (name: string): Promise<void> => tests.get(name)!();
    await test('C-003 id and scope are in every handle that the provider returns');
    // The service behind it still runs SQL: the provider differs from its subject.
    await expect(test("C-002 'statements' is absent, because the capability 'sql' is false")).rejects.toThrow(
      "'statements' is present and 'sql' is false",
    );
    await expect(test('C-001 capabilities are those of the subject, and stay the same object')).rejects.toThrow(
      'other values of sql',
    );
  });

  it('has no case that applies to no subject', () => {
    const rich = scriptedSubject({ size: true, sparkConf: true, calculations: true });
    const poor = scriptedSubject(POOR_CAPABILITIES);
    const silent = scriptedSubject({ reportsBusy: false });
    const all = [rich, poor, silent].flatMap((subject) => [false, true].map((layered) => ({ ...subject, layered })));
    const idle = CASES.filter((each) => all.every((facts) => each.lacks?.(facts) !== undefined));
    expect(idle).toEqual([]);
  });
});

describe('wrappedSubject', () => {
  it('keeps fixtures that are objects of a class, and wraps every provider of them', async () => {
    class Fixture implements Omit<ConformanceFixture, 'inject'> {
      readonly #inner: ConformanceFixture;
      readonly startOptions = { labels: { kit: 'yes' } };
      readonly time;
      readonly oracle;
      readonly unknownSessionId;
      disposed = false;

      constructor(inner: ConformanceFixture) {
        this.#inner = inner;
        ({ time: this.time, oracle: this.oracle, unknownSessionId: this.unknownSessionId } = inner);
      }

      createProvider() {
        return this.#inner.createProvider();
      }

      inject(fault: Parameters<NonNullable<ConformanceFixture['inject']>>[0]) {
        return this.#inner.inject?.(fault);
      }

      async dispose() {
        this.disposed = true;
      }
    }
    const fixtures: Fixture[] = [];
    const open = async (): Promise<Fixture> => {
      const fixture = new Fixture(await scripted.open());
      fixtures.push(fixture);
      return fixture;
    };
    const wrapped = wrappedSubject(
      { ...scripted, open },
      {
        name: 'wrapped',
        wrap: (provider) => Object.assign(Object.create(provider) as typeof provider, { id: 'wrapped' }),
      },
    );
    expect([wrapped.name, wrapped.layered]).toEqual(['scripted, wrapped', false]);
    const result = await run(async (trial) => {
      check(trial.provider.id === 'wrapped' && trial.createProvider().id === 'wrapped', 'not wrapped');
      check(trial.request().labels['kit'] === 'yes', 'start options are lost');
      await trial.inject({ kind: 'broken-start' });
    }, wrapped);
    expect([result.outcome, result.reason]).toEqual(['passed', undefined]);
    expect(fixtures[0]?.disposed).toBe(true);
  });
});
