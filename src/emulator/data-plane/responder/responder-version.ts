/** The Spark version that the DuckDB responder reports. */
export type ResponderVersion = '3.5' | '4.0';
