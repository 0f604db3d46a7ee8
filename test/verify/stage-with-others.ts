import { expect, type TestContext } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/index.ts';
import type { VerificationReport } from '../../src/verify/report.ts';
import { cloud, type Cloud } from '../cli/clouds.ts';
import { unended } from '../emulator/unended.ts';

/** An emulated cloud with a session of another owner and one of this owner that is no verification's. */
export async function stageWithOthers(
  name: Cloud,
  context: TestContext,
  more: EmulatorOptions & { more?: string } = {},
) {
  const stage = await cloud(name, context, 50, {
    athena: { spark35DpuQuota: 100 },
    // By default both follow from the time of a start.
    dataproc: { endpointLagMs: 200, activeAfterTerminateMs: 100 },
    ...more,
  });
  const theirs = await stage.run(['start', '--config', 'theirs.yaml']);
  expect(theirs.code).toBe(0);
  const others = [(JSON.parse(theirs.stdout) as { readonly id: string }).id, await stage.start()];
  const live = (): readonly string[] => unended(stage.emulator);
  const report = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await stage.run(['verify', '--yes', '--json', ...args]);
    if (stdout === '') throw new Error(stderr);
    return { code, stderr, report: JSON.parse(stdout) as VerificationReport };
  };
  return { ...stage, others, live, report };
}

/** How each case went. */
export const outcomes = ({ cases }: VerificationReport): Readonly<Record<string, string>> =>
  Object.fromEntries(cases.map(({ rule, area, title, outcome }) => [`${rule} ${area} ${title}`, outcome]));
