/** What is typed in the picture of a terminal, and how it looks. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmulator } from '../src/emulator/start-emulator.ts';

const MAIN = fileURLToPath(new URL('../dist/src/cli/main.js', import.meta.url));

const COMMANDS = [
  'anysession start --env athena --key report --wait',
  'anysession list --env athena',
  'anysession sql --env athena --session key:report "SELECT 6 * 7 AS answer"',
  'anysession usage --env athena',
  'anysession terminate --env athena key:report --wait',
];

const CHARACTER = { width: 7.8, height: 19 };

/** A line on the terminal. */
export interface TerminalLine {
  readonly text: string;
  readonly isTyped: boolean;
}

/** Runs the commands of the build on an emulated Athena, with files in this folder. */
export async function terminalLines(folder: string): Promise<readonly TerminalLine[]> {
  await using emulator = await startEmulator({ services: ['athena'], startupMs: 1_500 });
  const options = `provider: athena, region: eu-central-1, workgroup: spark35, endpoint: "${emulator.urls.athena}"`;
  const credentials = 'credentials: { accessKeyId: emulated, secretAccessKey: emulated }';
  const prices = 'prices: { currency: USD, dpuHour: 0.35 }';
  writeFileSync(
    join(folder, 'anysession.config.yaml'),
    `owner: me\nenvironments: { athena: { ${options}, ${credentials}, ${prices} } }\n`,
  );
  const lines: TerminalLine[] = [];
  const state = { XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache'), ANYSESSION_ENV: '' };
  for (const command of COMMANDS) {
    lines.push({ text: `$ ${command}`, isTyped: true });
    const shell = command.replace(/^anysession/, `"${process.execPath}" "${MAIN}"`);
    const { stdout } = await promisify(execFile)('sh', ['-c', shell], {
      cwd: folder,
      env: { ...process.env, ...state },
    });
    // A terminal shows columns; a pipe has tabs.
    lines.push(...[...aligned(stdout), ''].map((text) => ({ text, isTyped: false })));
  }
  return lines;
}

function aligned(text: string): readonly string[] {
  const rows = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The picture of these lines. */
export function toSvg(lines: readonly TerminalLine[]): string {
  const columns = Math.max(...lines.map(({ text }) => text.length));
  const [width, height] = [Math.ceil(columns * CHARACTER.width) + 32, lines.length * CHARACTER.height + 16];
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const texts = lines.map(
    ({ text, isTyped }, at) =>
      `<text x="16" y="${(at + 1) * CHARACTER.height + 6}" fill="${isTyped ? '#7ee787' : '#e6edf3'}" xml:space="preserve">${escape(text)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>anysession in a terminal: a session on emulated Athena from its start to its end</title>',
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, DejaVu Sans Mono, monospace" font-size="13">',
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}
