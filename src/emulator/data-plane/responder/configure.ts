import { encodeMessage, type WireMessage } from '../wire-message.ts';

/** The kinds of a Config request. */
const OPERATION = { set: 1, get: 2, getWithDefault: 3, getOption: 4, getAll: 5, unset: 6, isModifiable: 7 } as const;

/** Answers a Config request from settings that are stored and have no effect; the answer is its pairs. */
export function configure(settings: Map<string, string>, operation: WireMessage | undefined): readonly Uint8Array[] {
  const ask = (kind: number): WireMessage | undefined => operation?.message(kind);
  const keysOf = (asked: WireMessage): readonly string[] =>
    asked.texts(1).map((key) => Buffer.from(key).toString('utf8'));
  const pair = (key: string, value: string | undefined): Uint8Array => encodeMessage({ 1: key, 2: value });

  for (const { key, value } of pairsOf(ask(OPERATION.set))) settings.set(key, value);
  const unset = ask(OPERATION.unset);
  if (unset !== undefined) for (const key of keysOf(unset)) settings.delete(key);
  const asked = ask(OPERATION.get) ?? ask(OPERATION.getOption);
  if (asked !== undefined) return keysOf(asked).map((key) => pair(key, settings.get(key)));
  const withDefault = ask(OPERATION.getWithDefault);
  if (withDefault !== undefined) {
    return pairsOf(withDefault).map(({ key, value }) => pair(key, settings.get(key) ?? value));
  }
  const all = ask(OPERATION.getAll);
  if (all !== undefined) {
    const prefix = all.text(1);
    return [...settings].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => pair(key, value));
  }
  const modifiable = ask(OPERATION.isModifiable);
  return modifiable === undefined ? [] : keysOf(modifiable).map((key) => pair(key, 'true'));
}

function pairsOf(asked: WireMessage | undefined): readonly { readonly key: string; readonly value: string }[] {
  return (asked?.messages(1) ?? []).map((entry) => ({ key: entry.text(1), value: entry.text(2) }));
}
