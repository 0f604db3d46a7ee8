import type { Finding } from '../../contract/diagnosis.ts';
import { SessionError } from '../../contract/session-error.ts';
import { diagnose } from '../doctor/diagnose.ts';
import { print, printJson, type CommandContext } from '../terminal.ts';

const MARKS: Readonly<Record<Finding['status'], string>> = { ok: '✓', warning: '!', problem: '✗', unknown: '?' };

/** The width of the longest name of a check. */
const NAME_WIDTH = 12;

/**
 * Checks one environment and writes what it finds, each with its evidence and its fix; with `--json` one object a line.
 * @throws SessionError `config-invalid` when there is a problem.
 */
export async function runDoctor(context: CommandContext): Promise<void> {
  const { terminal, json } = context;
  const { signal } = terminal;
  let problems = 0;
  for await (const finding of diagnose(context)) {
    if (finding.status === 'problem') problems += 1;
    await (json ? printJson(terminal, finding) : print(terminal, toLines(finding)));
  }
  signal.throwIfAborted();
  if (problems === 0) return;
  const what = problems === 1 ? 'doctor found a problem' : `doctor found ${problems} problems`;
  throw new SessionError('config-invalid', what, {
    operation: 'doctor',
    advice: 'Apply the fixes above and run it again.',
  });
}

function toLines({ check, status, evidence, fix }: Finding): string {
  const [first = '', ...more] = evidence.split('\n');
  const indent = ' '.repeat(NAME_WIDTH + 2);
  const lines = [`${MARKS[status]} ${check.padEnd(NAME_WIDTH)}${first}`, ...more.map((line) => indent + line)];
  if (fix !== undefined) lines.push(`${indent}→ ${fix}`);
  return `${lines.join('\n')}\n`;
}
