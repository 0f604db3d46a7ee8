import { describe, it, vi } from 'vitest';
import { CLOUDS } from '../cli/clouds.ts';
import { outcomes, stageWithOthers } from './stage-with-others.ts';

// A verification waits most of its time.
vi.setConfig({ maxConcurrency: 12 });

describe.concurrent.each(CLOUDS)('anysession verify on %s that fails', (name) => {
  it('names the permission that is missing, and does the rest', async (context) => {
    const { expect } = context;
    const { report, live, others, emulator } = await stageWithOthers(name, context);
    const code = name === 'dataproc' ? 'PERMISSION_DENIED' : 'AccessDeniedException';
    emulator.faults.add({ kind: 'error', code, httpStatus: 403, operation: 'ListSessions', times: 1_000_000 });
    const seen = await report('--only', 'lists,starts');
    expect(seen.code).toBe(11);
    const failed = seen.report.cases.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['C-023', 'C-041', 'C-042']));
    for (const { evidence, area } of failed)
      if (area === 'lists') expect(evidence).toMatch(/Missing permission: .*[lL]ist/);
    expect(outcomes(seen.report)['C-010 starts a session becomes ready']).toBe('passed');
    const lag = seen.report.points.find(({ option }) => option.endsWith('.listLagMs'));
    expect(lag?.finding).toMatchObject({ outcome: 'unknown' });
    expect(seen.report.sessions.unlisted).toMatch(/Missing permission/);
    expect(live().toSorted()).toEqual(others.toSorted());
  });

  it('reports what is known when the service fails in the middle, and ends its sessions', async (context) => {
    const { expect } = context;
    const { report, live, others, emulator } = await stageWithOthers(name, context);
    emulator.faults.add({ kind: 'server-error', skip: 8, times: 14 });
    const seen = await report('--only', 'starts,lists');
    expect(seen.report.points.some(({ finding }) => finding.outcome === 'unknown')).toBe(true);
    expect(seen.report.points.filter(({ agrees }) => agrees === false)).toEqual([]);
    expect(seen.report.sessions.left).toEqual([]);
    expect(live().toSorted()).toEqual(others.toSorted());
  });
});

describe.concurrent('anysession verify of a service that fails', () => {
  it.for(['athena', 'dataproc'] as const)(
    'names what of %s may still run when the service is down until the end, and --clean ends it',
    // Each step gives up after its own retries.
    { timeout: 120_000 },
    async (name, context) => {
      const { expect } = context;
      const { report, live, others, emulator, run } = await stageWithOthers(name, context);
      let readings = 0;
      const stop = emulator.onHandled(() => {
        if (live().length > others.length) readings += 1;
        if (readings === 4) emulator.faults.add({ kind: 'reset', when: 'before', times: 1_000_000 });
      });
      const seen = await report('--only', 'starts,lists');
      stop();
      const [orphan = '', ...more] = live().filter((id) => !others.includes(id));
      expect([orphan, more]).toEqual([expect.stringMatching(/./) as string, []]);
      const { sessions, points } = seen.report;
      expect(sessions).toMatchObject({ started: 1, ended: 0, unlisted: expect.stringMatching(/./) as string });
      expect(sessions.left).toEqual([{ id: orphan, why: expect.stringMatching(/^it could not be ended: /) as string }]);
      expect([seen.code, seen.stderr]).toEqual([
        11,
        expect.stringMatching(/1 session could not be ended[^]*anysession verify --clean/) as string,
      ]);
      expect(outcomes(seen.report)['C-010 starts a session becomes ready']).toBe('failed');
      expect(points.filter(({ agrees }) => agrees === false)).toEqual([]);
      expect(points.some(({ finding }) => finding.outcome === 'unknown')).toBe(true);

      const down = await run(['verify', '--clean']);
      expect([down.code, live().length]).toEqual([7, others.length + 1]);
      emulator.faults.clear();
      expect(await run(['verify', '--clean'])).toMatchObject({ code: 0, stdout: `${orphan} ended\n` });
      expect(live().toSorted()).toEqual(others.toSorted());
    },
  );

  it('fails when no list can show at the end that nothing runs', async (context) => {
    const { expect } = context;
    const { report, emulator } = await stageWithOthers('athena', context);
    const fault = { kind: 'error', code: 'AccessDeniedException', httpStatus: 403, operation: 'ListSessions' } as const;
    emulator.faults.add({ ...fault, times: 1_000_000 });
    const seen = await report('--only', 'sql');
    expect(Object.values(outcomes(seen.report))).not.toContain('failed');
    expect([seen.code, seen.report.sessions.left, seen.stderr]).toEqual([
      11,
      [],
      expect.stringMatching(/verify: the list could not show that nothing else runs[^]*verify --clean/) as string,
    ]);
  });
});
