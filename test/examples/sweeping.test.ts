import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseYAML } from 'confbox';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

const read = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../examples/sweeping/${name}`, import.meta.url)), 'utf8');

interface CronJob {
  readonly spec: {
    readonly schedule: string;
    readonly jobTemplate: {
      readonly spec: {
        readonly template: {
          readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] };
        };
      };
    };
  };
}

/** The command line that each file runs. */
const COMMANDS: Readonly<Record<string, (text: string) => string | undefined>> = {
  'anysession-sweep.service': (text) => /^ExecStart=(.*)$/m.exec(text)?.[1],
  'anysession-sweep-once.service': (text) => /^ExecStart=(.*)$/m.exec(text)?.[1],
  'anysession-sweep.crontab': (text) => /&& (.*?) >>/.exec(text)?.[1],
  'cronjob.yaml': (text) =>
    parseYAML<CronJob>(text).spec.jobTemplate.spec.template.spec.containers[0]?.command.join(' '),
};

describe('the files that sweep', () => {
  it.each(Object.entries(COMMANDS))('%s runs a command with options that exist', (name, commandIn) => {
    const words = commandIn(read(name))?.split(' ') ?? [];
    const at = words.indexOf('anysession');
    expect(at).toBeGreaterThanOrEqual(0);
    const program = createProgram({ stdout: process.stdout } as unknown as Terminal);
    const command = program.commands.find((each) => each.name() === words[at + 1]);
    expect(command?.name()).toBe('sweep');
    const known = [...(command?.options ?? []), ...program.options].map(({ long }) => long);
    const given = words.slice(at + 2).filter((word) => word.startsWith('--'));
    expect(given.length).toBeGreaterThan(0);
    expect(given.filter((flag) => !known.includes(flag))).toEqual([]);
  });

  it('the units have the sections and keys of systemd, and the timer starts a unit that is there', () => {
    for (const name of ['anysession-sweep.service', 'anysession-sweep-once.service', 'anysession-sweep-once.timer']) {
      const lines = read(name)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'));
      expect(lines.filter((line) => !/^(\[(Unit|Service|Timer|Install)\]|[A-Z][A-Za-z]+=.+)$/.test(line))).toEqual([]);
    }
    expect(read('anysession-sweep-once.timer')).not.toMatch(/^Unit=/m);
  });

  it('the schedules have five fields', () => {
    const cron = read('anysession-sweep.crontab')
      .split('\n')
      .find((line) => line.startsWith('*'));
    const { schedule } = parseYAML<CronJob>(read('cronjob.yaml')).spec;
    for (const fields of [cron?.split(' ').slice(0, 5), schedule.split(' ')]) {
      expect(fields).toHaveLength(5);
      expect(fields?.every((field) => /^(\*(\/\d+)?|\d+)$/.test(field))).toBe(true);
    }
  });
});
