/** Limits on what a client sends and gets. They are constants: a client that needs more uses the command line. */

/** The longest message that is read; a longer one closes the connection, bytes. */
export const MAX_MESSAGE_BYTES = 1_000_000;
/** How many calls of tools run at the same time. */
export const MAX_CALLS = 8;
/** The longest statement, characters. */
export const MAX_SQL_LENGTH = 100_000;
/** The longest statement that a person can check before it changes something, characters. */
export const MAX_SHOWN_SQL = 2_000;
/** The longest name, id or other word, characters. */
export const MAX_WORD_LENGTH = 512;
export const MAX_PARAMETERS = 100;
/** The longest text that is bound to a parameter, characters. */
export const MAX_PARAMETER_LENGTH = 10_000;

/** Rows of a result: those of a call that asks for no number, and the most that a call may ask for. */
export const DEFAULT_ROWS = 100;
export const MAX_ROWS = 1_000;
/** The rows of an answer, as JSON, bytes: what fits into the context of a model. */
export const MAX_ROW_BYTES = 100_000;
/** What the columns of a result may have before they become rows, bytes. */
export const MAX_RESULT_BYTES = 64 * 1024 * 1024;
/** Sessions or decisions in one answer. */
export const MAX_LISTED = 100;

/** How long a call waits: many clients end a call after a minute. Seconds. */
export const DEFAULT_WAIT_SECONDS = 50;
export const MAX_WAIT_SECONDS = 600;
/** How long a question to the user may stay without an answer, milliseconds. */
export const CONFIRMATION_TIMEOUT_MS = 10 * 60_000;
/** The pause between two notifications about the progress of a call, milliseconds. */
export const PROGRESS_STEP_MS = 5_000;

/** Live sessions that one server has started. */
export const MAX_LIVE_SESSIONS = 5;
/** How long a session of an agent lives, minutes. */
export const DEFAULT_LIFETIME_MINUTES = 60;
export const MAX_LIFETIME_MINUTES = 480;
/** A session of an agent that runs nothing ends after this time, milliseconds, or after what its service allows. */
export const IDLE_TIMEOUT_MS = 15 * 60_000;
/** When the end of a session fails, it is tried again after this long, milliseconds. */
export const END_RETRY_MS = 15_000;
