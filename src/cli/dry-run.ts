import type { RequestObserver, ServiceRequest } from '../contract/ports.ts';
import { CONCEALED, looksSecret } from '../contract/secret-text.ts';
import { SessionError } from '../contract/session-error.ts';
import { printJson, type CommandContext } from './terminal.ts';

/** Members of requests that look like secrets and are none: ids, addresses in the cloud, and the token that makes a start happen once. */
const PLAIN_NAMES =
  /(^|[a-z])(Id|Uri|Arn|Name)$|^(id|key|name|parent|uri|clientRequestToken|clientToken|requestToken)$|^anysession/i;

/** Names that may be those of secrets. A dry run conceals too much rather than too little. */
const SECRET_NAMES = /pass|pwd|pw$|secret|token|cred|auth|key$|sig$|executorEnv|appMasterEnv/i;

/** A value within a text: `-Dpassword=…`, `?sig=…`, or Spark properties that are one text. */
const VALUE_IN_TEXT =
  /([\w.-]*(?:pass\w*|pwd|pw|secret|token|key|sig|signature|(?:executorEnv|appMasterEnv)\.\w+))(\s*[=:]\s*)[^\s&;,"']+/gi;

/** Why a request was not sent. */
const STOP = new Error('this is a dry run');

/** Lets requests through that read, and stops those that would change something. */
export class DryRun implements RequestObserver {
  readonly stopped: ServiceRequest[] = [];

  sends(request: ServiceRequest): void {
    if (request.callClass === 'reads') return;
    this.stopped.push(request);
    throw new SessionError('aborted', `${request.name} was not sent, because this is a dry run`, {
      operation: 'cli',
      effect: 'none',
      cause: STOP,
    });
  }

  answered(): void {}
}

/** A command in a context with the words of its line; the options are the last but one. */
type Command = (context: CommandContext, ...words: never[]) => Promise<void> | Promise<number | undefined>;

/**
 * The same command with `--dry-run`: it runs up to its first request that would change something, and prints that request instead. Its
 * output is a JSON array of operations with their inputs, without secrets; empty when nothing would change at the service.
 */
export function withDryRun(run: Command): (...args: Parameters<Command>) => Promise<number | undefined> {
  return async (context, ...words) => {
    const options = Object((words as readonly unknown[]).at(-2)) as { readonly dryRun?: boolean };
    if (options.dryRun !== true) return (await run(context, ...words)) ?? undefined;
    const dryRun = new DryRun();
    const failures = await run({ ...context, dryRun }, ...words).then(() => [], causesOf);
    const others = failures.filter((error) => !isStop(error));
    const requests = dryRun.stopped.map(({ name, input }) => ({ request: name, input: withoutSecrets(input) }));
    if (requests.length > 0 || others.length === 0) await printJson(context.terminal, requests, 2);
    if (others.length > 1) throw new AggregateError(others);
    if (others.length === 1) throw others[0];
    return undefined;
  };
}

function causesOf(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? (error.errors as unknown[]) : [error];
}

function isStop(error: unknown): boolean {
  return SessionError.is(error) && error.cause === STOP;
}

function withoutSecrets(input: unknown): unknown {
  const text = JSON.stringify(input, (name, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'string' || PLAIN_NAMES.test(name)) return value;
    if (SECRET_NAMES.test(name) || looksSecret(name, value)) return CONCEALED;
    return value.replace(VALUE_IN_TEXT, `$1$2${CONCEALED}`);
  });
  return JSON.parse(text) as unknown;
}
