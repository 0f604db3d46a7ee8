import type { Logger } from '../contract/ports.ts';

/** One logged message. */
export interface LogEntry {
  readonly level: keyof Logger;
  readonly fields: object;
  readonly message: string;
}

/** A logger that records every message, in order. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[] = [];

  readonly debug = this.#recorder('debug');
  readonly info = this.#recorder('info');
  readonly warn = this.#recorder('warn');
  readonly error = this.#recorder('error');

  /** The messages of one level. */
  messages(level: keyof Logger): readonly string[] {
    return this.entries.filter((entry) => entry.level === level).map((entry) => entry.message);
  }

  #recorder(level: keyof Logger): (fields: object, message: string) => void {
    return (fields, message) => void this.entries.push({ level, fields, message });
  }
}
