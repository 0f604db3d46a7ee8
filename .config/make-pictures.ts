/**
 * Makes the pictures of the README and the guides from real runs: `tsx .config/make-pictures.ts`.
 * - `docs/pictures/notebook.png`: the committed outputs of a notebook, which `npm run notebooks` checks; needs nbconvert, chromium and pngquant.
 * - `docs/pictures/terminal.svg`: commands of the build on the embedded engine and on emulated clouds.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmulator } from '../src/emulator/start-emulator.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PICTURES = join(ROOT, 'docs/pictures');
const NOTEBOOK = join(ROOT, 'examples/notebooks/long-job.ipynb');

/** The picture of a notebook: width as in a browser, height of its content, pixels. */
const NOTEBOOK_SIZE = '1000,980';

/** What is typed in the picture of a terminal. */
const COMMANDS = [
  'anysession start --env athena --key report --wait',
  'anysession list --env athena',
  'anysession sql --env athena --session key:report "SELECT 6 * 7 AS answer"',
  'anysession usage --env athena',
  'anysession terminate --env athena key:report --wait',
];

const CHARACTER = { width: 7.8, height: 19 };

function drawNotebook(folder: string): void {
  execFileSync('jupyter-nbconvert', ['--to', 'html', '--log-level', 'ERROR', '--output-dir', folder, NOTEBOOK]);
  execFileSync(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--hide-scrollbars',
      `--window-size=${NOTEBOOK_SIZE}`,
      `--screenshot=${join(PICTURES, 'notebook.png')}`,
      join(folder, 'long-job.html'),
    ],
    { stdio: 'ignore' },
  );
  // A page of the site has at most 200 kB.
  execFileSync('pngquant', ['--force', '--nofs', '--ext', '.png', '32', join(PICTURES, 'notebook.png')]);
}

async function drawTerminal(folder: string): Promise<void> {
  await using emulator = await startEmulator({ services: ['athena'], startupMs: 1_500 });
  const options = `provider: athena, region: eu-central-1, workgroup: spark35, endpoint: "${emulator.urls.athena}"`;
  const credentials = 'credentials: { accessKeyId: emulated, secretAccessKey: emulated }';
  const prices = 'prices: { currency: USD, dpuHour: 0.35 }';
  writeFileSync(
    join(folder, 'anysession.config.yaml'),
    `owner: me\nenvironments: { athena: { ${options}, ${credentials}, ${prices} } }\n`,
  );
  const lines: (readonly [text: string, color: string])[] = [];
  const state = { XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') };
  for (const command of COMMANDS) {
    lines.push([`$ ${command}`, '#7ee787']);
    const shell = command.replace(/^anysession/, `"${process.execPath}" "${ROOT}dist/src/cli/main.js"`);
    const { stdout } = await promisify(execFile)('sh', ['-c', shell], {
      cwd: folder,
      env: { ...process.env, ...state },
    });
    // A terminal shows columns; a pipe has tabs.
    lines.push(...aligned(stdout).map((line) => [line, '#e6edf3'] as const), ['', '#e6edf3']);
  }
  writeFileSync(join(PICTURES, 'terminal.svg'), toSvg(lines));
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

function toSvg(lines: readonly (readonly [text: string, color: string])[]): string {
  const columns = Math.max(...lines.map(([text]) => text.length));
  const [width, height] = [Math.ceil(columns * CHARACTER.width) + 32, lines.length * CHARACTER.height + 16];
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const texts = lines.map(
    ([text, color], at) =>
      `<text x="16" y="${(at + 1) * CHARACTER.height + 6}" fill="${color}" xml:space="preserve">${escape(text)}</text>`,
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

const folder = mkdtempSync(join(tmpdir(), 'anysession-pictures-'));
try {
  await drawTerminal(folder);
  drawNotebook(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
