import { checkConfig } from '../../config/check-config.ts';
import { configInvalid } from '../../config/config-problem.ts';
import { formatTable } from '../table.ts';
import { print, type CommandContext } from '../terminal.ts';

/**
 * Writes what the configuration holds and what is wrong with it.
 * @throws SessionError `config-invalid` with every problem of every environment.
 */
export async function runConfigCheck({ terminal, config, environment, json }: CommandContext): Promise<void> {
  const report = await checkConfig({ config, environment, cwd: terminal.cwd, env: terminal.env });
  if (json) {
    await print(terminal, `${JSON.stringify(report, undefined, 2)}\n`);
  } else {
    const rows = report.environments.map(({ name, provider = '?', dialect = '?' }) => {
      return [name, provider, dialect, name === report.selected ? 'yes' : ''];
    });
    await print(terminal, `${report.file}\n\n${formatTable(COLUMNS, rows, terminal.stdout.columns)}`);
    for (const warning of report.warnings) terminal.stderr.write(`warning: ${warning}\n`);
  }
  if (report.problems.length > 0) throw configInvalid(report.problems);
  if (!json) await print(terminal, '\nno problems\n');
}

const COLUMNS = [
  { header: 'environment', align: 'left' },
  { header: 'provider', align: 'left' },
  { header: 'SQL', align: 'left' },
  { header: 'selected', align: 'left' },
] as const;
