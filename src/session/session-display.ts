import { ageOf } from '../cost/cost.ts';
import { usageText } from '../cost/usage-text.ts';
import { durationText } from '../provider-kit/duration-text.ts';
import { escapeHtml, type NotebookDisplay } from '../provider-kit/notebook-display.ts';
import type { SessionHandle } from '../contract/session-handle.ts';
import type { SessionStatus } from './session-tracker.ts';

/** What is shown of a session. */
interface DisplayedSession {
  readonly handle: SessionHandle;
  readonly status: SessionStatus;
  /** Whether closing it ends it. */
  readonly owned: boolean;
}

/** What a notebook shows of a session: its last known state, age and usage, and how to end it. Makes no call. */
export function sessionDisplay(session: DisplayedSession, nowMs: number): NotebookDisplay {
  const { handle, status, owned } = session;
  const { state, final, reason, details } = status;
  const ageMs = ageOf(status, nowMs);
  const usage = usageText(details.usage ?? {});
  const close = owned ? '; closing it or its sessions ends it too' : '';
  const facts: readonly (readonly [name: string, text: string])[] = [
    ['session', `${handle.id} (${handle.provider})`],
    ['state', reason === undefined ? state : `${state}: ${reason}`],
    ...(ageMs === undefined ? [] : [['age', durationText(ageMs)] as const]),
    ...(usage === '' ? [] : [['usage', `${usage} (${details.usage?.basis ?? ''})`] as const]),
    ['to end it', final ? 'it has ended, and nothing is billed' : `await session.terminate()${close}`],
  ];
  const rows = facts.map(
    ([name, text]) =>
      `<tr><th style="text-align: left">${name}</th><td style="text-align: left">${escapeHtml(text)}</td></tr>`,
  );
  return {
    'text/plain': facts.map(([name, text]) => `${name.padEnd(9)}  ${text}`).join('\n'),
    'text/html': `<table>${rows.join('')}</table>`,
  };
}
