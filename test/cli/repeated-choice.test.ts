import { describe, expect, it } from 'vitest';
import { SessionError } from '../../src/contract/session-error.ts';
import { reportError } from '../../src/cli/error-report.ts';
import { environmentChoice, repeatChoice } from '../../src/cli/repeated-choice.ts';

describe('the options that chose the environment', () => {
  it.each([
    [['sql', 'SELECT 1'], ''],
    [['sql', '--env', 'prod', 'SELECT 1'], '--env prod'],
    [['list', '--env=prod', '--json'], '--env prod'],
    [['start', '--config', 'my config.yaml', '--env', 'gcp'], "--config 'my config.yaml' --env gcp"],
    [['list', '--provider', 'athena', '--set', 'region=eu-west-1'], '--provider athena --set region=eu-west-1'],
    [['list', '--set', "workgroup=it's"], "--set 'workgroup=it'\\''s'"],
  ])('of %j are %j', (args, choice) => {
    expect(environmentChoice(args)).toBe(choice);
  });

  it('show no secret', () => {
    expect(environmentChoice(['list', '--set', 'secretAccessKey=hunter2'])).toBe("--set 'secretAccessKey=…'");
  });

  it('are repeated in the commands that a text names, and in no others', () => {
    const text = 'End it with: anysession terminate s-1. List them: anysession list. Or: anysession config init';
    expect(repeatChoice(text, '--env prod')).toBe(
      'End it with: anysession terminate --env prod s-1. List them: anysession list --env prod. Or: anysession config init',
    );
    expect(repeatChoice(text)).toBe(text);
    expect(repeatChoice('anysession verify --clean', '--env prod')).toBe('anysession verify --env prod --clean');
  });

  it.each([true, false])('are repeated in an error, with json %s', (json) => {
    const error = new SessionError('timeout', 'not ready. Try anysession wait s-1', {
      operation: 'start',
      advice: 'End it with: anysession terminate s-1',
    });
    const { text } = reportError(error, json, "--config 'my config.yaml'");
    expect(json ? Object.values(JSON.parse(text).error as object).join(' ') : text).toMatch(
      /anysession wait --config 'my config.yaml' s-1.*anysession terminate --config 'my config.yaml' s-1/s,
    );
  });
});
